#include "nn/models/gpt.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/ops/creation.h"
#include "core/ops/random.h"
#include "nn/loss.h"
#include "tests/nn/layer_checks.h"

namespace tinytorch::testing {
namespace {

/// A small model, in evaluation mode. Its weights are large, so that its texts are not monotonous.
nn::GPT small_gpt(nn::GPTOptions options = {}) {
  Generator source(2);
  options.vocabulary = 11;
  options.context = 8;
  options.width = 8;
  options.heads = 2;
  options.layers = 2;
  options.device = backend();
  options.generator = &source;
  nn::GPT model(options);
  for (Variable& parameter : model.parameters()) {
    if (parameter.rank() == 2) parameter.set_value(parameter.value() * 20);
  }
  model.eval();
  return model;
}

Tensor tokens(const Shape& shape, std::uint64_t seed = 3) {
  Generator source(seed);
  return randint(0, 11, shape, {.device = backend()}, source);
}

std::vector<nn::GPTOptions> kinds_of_models() {
  return {{},
          {.tied = false,
           .rotary = true,
           .norm = nn::NormKind::rms_norm,
           .feed_forward = nn::FeedForwardKind::swiglu,
           .kv_heads = 1,
           .bias = false}};
}

TEST(GPT, GivesLogitsForEachPosition) {
  for (const nn::GPTOptions& options : kinds_of_models()) {
    const nn::GPT model = small_gpt(options);
    const Tensor text = tokens({2, 5}), logits = model(text);
    EXPECT_EQ(logits.shape(), (Shape{2, 5, 11}));
    EXPECT_TENSOR_NEAR(model(select(text, 0, 1)), select(logits, 0, 1));
    EXPECT_TENSOR_NEAR(model(slice(text, 1, 0, 3)), slice(logits, 1, 0, 3));  // it does not look ahead
    const Variable recorded = model(Variable(text));
    EXPECT_TRUE(recorded.requires_grad());
    EXPECT_TENSOR_EQ(recorded, logits);
  }
}

TEST(GPT, GivesAllParametersTheirGradients) {
  for (const nn::GPTOptions& options : kinds_of_models()) {
    nn::GPT model = small_gpt(options);
    model.to(DType::f64);
    const Tensor text = tokens({2, 4}), targets = tokens({2, 4}, 5);
    std::vector<Tensor> at;
    for (const auto& [name, parameter] : model.named_parameters()) at.push_back(parameter.value());
    GradcheckOptions check = gradcheck_options();
    check.second_order = false;
    const GradcheckResult result = gradcheck(
        [&](const std::vector<Variable>& parameters) {
          ReplaceParameters replace(parameters);
          model.visit(replace);
          return nn::CrossEntropyLoss()(reshape(model(Variable(text)), {8, 11}), flatten(targets));
        },
        at, check);
    EXPECT_TRUE(result) << result.message;
  }
}

TEST(GPT, CountsTiedWeightsOnce) {
  const nn::GPT tied = small_gpt(), untied = small_gpt({.tied = false});
  EXPECT_EQ(untied.parameters().size(), tied.parameters().size() + 1);
  EXPECT_FALSE(tied.state_dict().contains("head.weight"));
  EXPECT_TRUE(untied.state_dict().contains("head.weight"));
}

TEST(GPT, InitializesAsGPT2Does) {
  Generator source(2);
  const nn::GPT model(
      {.vocabulary = 50, .context = 40, .width = 64, .heads = 4, .layers = 2, .generator = &source});
  const nn::StateDict state = model.state_dict();
  const auto deviation = [&](const char* name) {
    return std::sqrt(mean(square(state.at(name))).item<double>());
  };
  EXPECT_NEAR(deviation("token_embedding.weight"), 0.02, 0.001);
  EXPECT_NEAR(deviation("blocks.0.attention.qkv.weight"), 0.02, 0.001);
  EXPECT_NEAR(deviation("blocks.1.attention.output.weight"), 0.01, 0.001);
  EXPECT_NEAR(deviation("blocks.1.feed_forward.down.weight"), 0.01, 0.001);
  EXPECT_EQ(deviation("blocks.0.attention.qkv.bias"), 0);
}

TEST(GPT, DropsOutWhileTrainingOnly) {
  Generator source(6);
  nn::GPTOptions options = nn::gpt_options("tiny");
  options.dropout = 0.5;
  options.layers = 1;
  options.device = backend();
  options.generator = &source;
  nn::GPT model(options);
  const Tensor text = tokens({1, 5});
  EXPECT_FALSE(equal(model(text), model(text)));
  model.eval();
  EXPECT_TENSOR_EQ(model(text), model(text));
}

TEST(GPT, ContinuesStepByStepFromACache) {
  for (const nn::GPTOptions& options : kinds_of_models()) {
    const nn::GPT model = small_gpt(options);
    const Tensor text = tokens({2, 8}), whole = model(text);
    nn::TransformerCache cache = model.make_cache(8);
    std::int64_t done = 0;
    for (const std::int64_t steps : {3, 1, 2, 1, 1}) {
      EXPECT_TENSOR_NEAR(model.forward(slice(text, 1, done, done + steps), cache),
                         slice(whole, 1, done, done + steps));
      done += steps;
    }
    EXPECT_THROW(model.forward(slice(text, 1, 0, 1), cache), ShapeError);
    EXPECT_EQ(cache.length(), 8);
  }
}

TEST(GPT, GeneratesTheSameTextWithAndWithoutACache) {
  const std::vector<nn::SamplingOptions> samplings{
      {.temperature = 0}, {}, {.temperature = 0.7, .top_k = 4}, {.top_p = 0.8}};
  std::size_t kind = 0;
  for (const nn::GPTOptions& options : kinds_of_models()) {
    const nn::GPT model = small_gpt(options);
    ++kind;
    for (std::size_t i = 0; i < samplings.size(); ++i) {
      if (is_emulated(backend()) && i % 2 != kind % 2) continue;  // half of them, in reasonable time
      const nn::SamplingOptions& sampling = samplings[i];
      Generator cached(4), uncached(4);  // the text is longer than the context
      const Tensor prompt = tokens({2, 3});
      const Tensor text = model.generate(prompt, {.tokens = 20, .sampling = sampling}, cached);
      EXPECT_EQ(text.shape(), (Shape{2, 23}));
      EXPECT_TENSOR_EQ(slice(text, 1, 0, 3), prompt);
      EXPECT_TENSOR_EQ(model.generate(prompt, {.tokens = 20, .sampling = sampling, .cache = false}, uncached),
                       text);
    }
  }
}

TEST(GPT, GeneratesWhatItsLogitsSay) {
  const nn::GPT model = small_gpt();
  Tensor text = tokens({1, 3});
  const Tensor generated = model.generate(text, {.tokens = 5, .sampling = {.temperature = 0}});
  for (int i = 0; i < 5; ++i) {
    const Tensor next = argmax(select(model(text), 1, -1), -1);
    text = concat({text, unsqueeze(next, 1)}, 1);
  }
  EXPECT_TENSOR_EQ(generated, text);
}

TEST(GPT, StreamsTokensAndStopsWhereItIsTold) {
  const nn::GPT model = small_gpt();
  std::vector<std::int64_t> streamed;
  const auto stream = [&](const Tensor& token) {
    streamed.push_back(token.to_vector<std::int64_t>().front());
    return streamed.size() < 4;
  };
  Generator generator(4);
  const Tensor text = model.generate(tokens({1, 2}).to(DType::i32), {.on_token = stream}, generator);
  EXPECT_EQ(slice(select(text, 0, 0), 0, 2).to_vector<std::int64_t>(), streamed);
  EXPECT_EQ(streamed.size(), 4u);
  EXPECT_TENSOR_EQ(model.generate(tokens({1, 2}), {.tokens = 0}), tokens({1, 2}));
}

TEST(GPT, HasSizesByName) {
  std::int64_t total = 0;
  for (const Variable& parameter : nn::GPT(nn::gpt_options("tiny")).parameters()) total += parameter.numel();
  EXPECT_EQ(total, 842496);  // 12 * 4 * 128² of the blocks' weights, and the embeddings
  EXPECT_EQ(nn::gpt_options("gpt2").layers, 12);
  EXPECT_EQ(nn::gpt_options("gpt2-medium").width, 1024);
  EXPECT_EQ(nn::gpt_options("gpt2-large").heads, 20);
  EXPECT_EQ(nn::gpt_options("gpt2-xl").layers, 48);
  EXPECT_ERROR(nn::gpt_options("gpt5"), ValueError,
               "[gpt_options] there is no size \"gpt5\"; the sizes are tiny, gpt2, gpt2-medium, gpt2-large "
               "and gpt2-xl");
}

TEST(GPT, SaysWhatIsWrong) {
  const nn::GPT model = small_gpt();
  EXPECT_EQ(model.description(), "GPT(vocabulary 11, context 8, 2 layers)");
  EXPECT_ERROR(nn::GPT({.context = 0}), ValueError, "[GPT] context is 0; it must be at least 1");
  EXPECT_ERROR(nn::GPT({.vocabulary = 0}), ValueError, "[GPT] num_embeddings is 0; it must be at least 1");
  EXPECT_ERROR(nn::GPT({.vocabulary = 5, .width = 8, .heads = 3}), ValueError,
               "[GPT] 8 features and 3 heads; the first must be a positive multiple of the second");
  EXPECT_ERROR(model(tokens({2, 9})), ShapeError, "[GPT] 9 tokens after 0 exceed the context of 8");
  EXPECT_ERROR(model(here(Tensor(1))), ShapeError, "[GPT] tokens are []; wanted [batch, length] or [length]");
  nn::TransformerCache cache = model.make_cache();
  EXPECT_ERROR(model.forward(tokens({3}), cache), ShapeError,
               "[GPT] tokens are [3]; with a cache [batch, steps] is wanted");
  EXPECT_ERROR(model.generate(tokens({3})), ShapeError,
               "[GPT] the prompt is [3]; wanted [batch, length], with at least one token");
  EXPECT_ERROR(model.generate(tokens({1, 3}), {.tokens = -1}), ValueError,
               "[GPT] the number of tokens to generate is -1; it may not be negative");
}

}  // namespace
}  // namespace tinytorch::testing
