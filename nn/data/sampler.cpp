#include "nn/data/sampler.h"

#include <algorithm>
#include <utility>

#include "core/internal/format.h"
#include "core/ops/creation.h"
#include "core/ops/sampling.h"
#include "nn/data/internal/seed.h"
#include "nn/hooks.h"

namespace tinytorch::nn {
namespace {

void check_items(const char* op, std::int64_t items) {
  if (items < 0) fail<ValueError>(op, "items is {}; it must not be negative", items);
}

std::vector<std::int64_t> in_order(std::int64_t items) {
  return arange(0, items, 1, {.dtype = DType::i64}).to_vector<std::int64_t>();
}

std::vector<std::int64_t> drawn(const Tensor& weights, std::int64_t samples, std::uint64_t seed) {
  Generator generator(seed);
  return multinomial(weights, samples, true, generator).to_vector<std::int64_t>();
}

/// The order of an epoch, by the hook, which can be anyone's.
std::vector<std::int64_t> shuffled(const char* op, std::int64_t items, std::uint64_t seed,
                                   std::int64_t epoch) {
  std::vector<std::int64_t> order = hooks::shuffled(items, seed, epoch);
  std::vector<bool> seen(static_cast<std::size_t>(items));
  for (const std::int64_t index : order) {
    if (index >= 0 && index < items) seen[static_cast<std::size_t>(index)] = true;
  }
  if (order.size() != seen.size() || std::find(seen.begin(), seen.end(), false) != seen.end()) {
    fail<ValueError>(op, "the hook shuffled gave {} indices for {} items, not each of them once",
                     order.size(), items);
  }
  return order;
}

}  // namespace

constinit Hook<std::vector<std::int64_t>(std::int64_t, std::uint64_t, std::int64_t)> hooks::shuffled{
    "shuffled", [](std::int64_t items, std::uint64_t seed, std::int64_t epoch) {
      Generator generator(derived_seed(seed, epoch));
      return permutation(items, {}, generator).to_vector<std::int64_t>();
    }};

SequentialSampler::SequentialSampler(std::int64_t items) : items_(items) {
  check_items("SequentialSampler", items);
}

std::vector<std::int64_t> SequentialSampler::indices(std::int64_t) const { return in_order(items_); }

RandomSampler::RandomSampler(std::int64_t items, Options options) : items_(items), options_(options) {
  check_items("RandomSampler", items);
}

std::vector<std::int64_t> RandomSampler::indices(std::int64_t epoch) const {
  return shuffled("RandomSampler", items_, options_.seed, epoch);
}

WeightedSampler::WeightedSampler(const std::vector<double>& weights, Options options) : options_(options) {
  const OpScope scope("WeightedSampler");
  const auto n = static_cast<std::int64_t>(weights.size());
  if (options.samples < 0) {
    fail<ValueError>("WeightedSampler", "samples is {}; it must not be negative", options.samples);
  }
  if (options.samples == 0) options_.samples = n;
  if (n == 0) fail<ValueError>("WeightedSampler", "there are no weights");
  weights_ = from_values(weights, {n});
  drawn(weights_, 1, options.seed);  // checks the weights
}

std::vector<std::int64_t> WeightedSampler::indices(std::int64_t epoch) const {
  return drawn(weights_, options_.samples, derived_seed(options_.seed, epoch));
}

DistributedSampler::DistributedSampler(std::int64_t items, Options options)
    : items_(items), options_(options) {
  check_items("DistributedSampler", items);
  if (options.rank < 0 || options.rank >= options.ranks) {
    fail<ValueError>("DistributedSampler", "rank is {}; it must be in [0, ranks), and ranks is {}",
                     options.rank, options.ranks);
  }
}

std::int64_t DistributedSampler::size() const {
  const std::int64_t each = items_ / options_.ranks;
  return options_.drop_last || each * options_.ranks == items_ ? each : each + 1;
}

std::vector<std::int64_t> DistributedSampler::indices(std::int64_t epoch) const {
  const auto order =
      options_.shuffle ? shuffled("DistributedSampler", items_, options_.seed, epoch) : in_order(items_);
  std::vector<std::int64_t> indices;
  for (std::int64_t i = 0; i < size(); ++i) {
    const std::int64_t in_epoch = (i * options_.ranks + options_.rank) % items_;  // filled up from the start
    indices.push_back(order[static_cast<std::size_t>(in_epoch)]);
  }
  return indices;
}

}  // namespace tinytorch::nn
