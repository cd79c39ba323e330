#include "examples/milestones/gpt_training.h"

#include <algorithm>
#include <numbers>
#include <stdexcept>
#include <utility>
#include <vector>

#include "examples/common/corpus.h"

using namespace tinytorch;

namespace milestones {
namespace {

constexpr std::int64_t kHeldOutWindows = 32;

nn::GPT make_gpt(const GptSizes& sizes, std::int64_t vocabulary, Device device, Generator& generator) {
  return nn::GPT({.vocabulary = vocabulary,
                  .context = sizes.context,
                  .width = sizes.width,
                  .heads = sizes.heads,
                  .layers = sizes.layers,
                  .device = device,
                  .generator = &generator});
}

}  // namespace

GptTraining::GptTraining(const std::string& text, const GptSizes& sizes, const examples::Program& program)
    : sizes_(sizes),
      device_(program.device),
      generator_(program.seed),
      tokenizer_(examples::make_tokenizer(text, sizes.vocabulary)),
      model_(make_gpt(sizes, tokenizer_->size(), device_, generator_)),
      optimizer_(model_.parameters(), {.learning_rate = 0.003}),
      schedule_(optimizer_, {.steps = sizes.steps, .lowest = 0.0003}) {
  const examples::Corpus corpus(text, *tokenizer_);
  const std::int64_t length = sizes.context,
                     windows = std::min((corpus.held_out.numel() - 1) / length, kHeldOutWindows);
  if (windows < 1 || corpus.training.numel() <= length) {
    throw std::runtime_error("the text has " + std::to_string(corpus.training.numel()) +
                             " tokens to learn and " + std::to_string(corpus.held_out.numel()) +
                             " to measure; each takes more than " + std::to_string(length) +
                             ": give a longer text with --text FILE");
  }
  training_ = corpus.training.to(device_);
  const auto from = [&](std::int64_t begin) {
    return reshape(slice(corpus.held_out, 0, begin, begin + windows * length), {windows, length}).to(device_);
  };
  held_out_ = {from(0), from(1)};
  held_out_text_ = tokenizer_->decode(reshape(held_out_.next, {-1}).to_vector<std::int64_t>());
}

GptTraining::Windows GptTraining::draw_windows() {
  const Options integers{.dtype = DType::i64, .device = device_};
  const std::int64_t length = sizes_.context, n = sizes_.batch;
  const Tensor starts = randint(0, training_.numel() - length, {n, 1}, integers, generator_);
  const auto from = [&](std::int64_t begin) {
    const Tensor index = starts + arange(begin, begin + length, 1, integers);
    return reshape(index_select(training_, 0, reshape(index, {-1})), {n, length});
  };
  return {from(0), from(1)};
}

Variable GptTraining::loss_of(const Windows& windows) const {
  const Variable logits = model_(Variable(windows.tokens));
  return cross_entropy(reshape(logits, {-1, logits.size(-1)}), reshape(windows.next, {-1}));
}

double GptTraining::step() {
  const Variable loss = loss_of(draw_windows());
  optimizer_.zero_grad();
  loss.backward();
  nn::clip_grad_norm(model_.parameters(), 1);
  optimizer_.step();
  schedule_.step();
  return loss.value().item();
}

double GptTraining::held_out_bits() const {
  const NoGrad no_grad;
  const auto tokens = static_cast<double>(held_out_.next.numel()),
             characters = static_cast<double>(examples::characters_of(held_out_text_));
  return loss_of(held_out_).value().item() * tokens / std::numbers::ln2 / characters;
}

std::string GptTraining::write(const std::string& prompt, std::int64_t tokens) {
  const std::vector<std::int64_t> ids = tokenizer_->encode(prompt);
  const Tensor start = from_values(ids, {1, static_cast<std::int64_t>(ids.size())}).to(device_);
  const Tensor text =
      model_.generate(start, {.tokens = tokens, .sampling = {.temperature = 0.8, .top_k = 40}}, generator_);
  return tokenizer_->decode(reshape(text, {-1}).to_vector<std::int64_t>());
}

std::int64_t GptTraining::parameters() const {
  std::int64_t numbers = 0;
  for (const Variable& parameter : model_.parameters()) numbers += parameter.value().numel();
  return numbers;
}

}  // namespace milestones
