// Puts what module 16 wrote into the hooks of the framework.
#include <utility>

#include "modules/16_tinygpt/tinygpt.h"
#include "nn/hooks.h"

using namespace tinytorch;

namespace {

std::vector<std::pair<std::int32_t, std::int32_t>> byte_pairs(
    const std::vector<nn::hooks::BytePairWord>& words, std::size_t most, std::int64_t minimum_count) {
  std::vector<tinygpt::Word> given;
  for (const auto& [tokens, count] : words) given.push_back({tokens, count});
  std::vector<std::pair<std::int32_t, std::int32_t>> pairs;
  for (const auto& [left, right] : tinygpt::train_merges(std::move(given), most, minimum_count))
    pairs.emplace_back(left, right);
  return pairs;
}

std::int64_t sample(std::span<const float> logits, const nn::SamplingOptions& options, double uniform) {
  return tinygpt::sample(logits,
                         {.temperature = options.temperature,
                          .top_k = static_cast<std::size_t>(options.top_k.value_or(0)),
                          .top_p = options.top_p.value_or(1)},
                         uniform);
}

void attend_cached(nn::hooks::HeadCache& cache, std::span<const float> query, std::span<const float> key,
                   std::span<const float> value, double scale, std::span<float> y) {
  tinygpt::Cache own{std::move(cache.keys), std::move(cache.values)};
  tinygpt::attend_cached(own, query, key, value, scale, y);
  cache = {std::move(own.keys), std::move(own.values)};
}

}  // namespace

extern "C" void tinytorch_plugin() {
  nn::hooks::attend_cached.replace(attend_cached);
  nn::hooks::byte_pairs.replace(byte_pairs);
  nn::hooks::sample.replace(sample);
}
