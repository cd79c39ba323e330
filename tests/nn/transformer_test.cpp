#include "nn/transformer.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/ops/activation.h"
#include "core/ops/creation.h"
#include "core/ops/random.h"
#include "tests/nn/layer_checks.h"

namespace tinytorch::testing {
namespace {

Tensor states(const Shape& shape, std::uint64_t seed = 3) {
  Generator source(seed);
  return randn(shape, {.device = backend()}, source);
}

nn::TransformerBlock block_of(nn::TransformerBlockOptions options, std::int64_t features = 8,
                              std::int64_t heads = 2) {
  Generator source(2);
  options.device = backend();
  options.generator = &source;
  nn::TransformerBlock block(features, heads, options);
  block.eval();  // the generator ends here; with dropout a test brings its own
  return block;
}

/// Blocks of both orders, both norms and all kinds of feed-forward networks.
std::vector<nn::TransformerBlockOptions> kinds_of_blocks() {
  using nn::FeedForwardKind, nn::NormKind;
  return {{.causal = true},
          {.pre_norm = false, .feed_forward = FeedForwardKind::relu},
          {.norm = NormKind::rms_norm,
           .feed_forward = FeedForwardKind::swiglu,
           .kv_heads = 1,
           .bias = false,
           .causal = true,
           .rotary = true},
          {.pre_norm = false, .norm = NormKind::rms_norm, .feed_forward = FeedForwardKind::gelu_tanh}};
}

TEST(FeedForward, ComputesWhatItsKindSays) {
  const Tensor x = states({2, 3, 4});
  for (const auto kind : {nn::FeedForwardKind::relu, nn::FeedForwardKind::gelu,
                          nn::FeedForwardKind::gelu_tanh, nn::FeedForwardKind::swiglu}) {
    const nn::FeedForward layer(4, {.kind = kind, .device = backend()});
    const nn::StateDict state = layer.state_dict();
    const auto dense = [&](const std::string& name, const Tensor& of) {
      return linear(of, state.at(name + ".weight"), state.at(name + ".bias"));
    };
    Tensor hidden = dense("up", x);
    if (kind == nn::FeedForwardKind::relu) hidden = relu(hidden);
    if (kind == nn::FeedForwardKind::gelu) hidden = gelu(hidden);
    if (kind == nn::FeedForwardKind::gelu_tanh) hidden = gelu(hidden, GeluForm::tanh);
    if (kind == nn::FeedForwardKind::swiglu) hidden = silu(dense("gate", x)) * hidden;
    EXPECT_TENSOR_NEAR(layer(x), dense("down", hidden));
    expect_modes_agree(layer, x);
  }
}

TEST(FeedForward, HasFourTimesTheFeaturesOrTheSameNumberOfParameters) {
  EXPECT_EQ(nn::FeedForward(6).description(), "FeedForward(6, 24 hidden, gelu)");
  EXPECT_EQ(nn::FeedForward(6, {.kind = nn::FeedForwardKind::swiglu}).description(),
            "FeedForward(6, 16 hidden, swiglu)");
  EXPECT_EQ(nn::FeedForward(6, {.kind = nn::FeedForwardKind::relu, .hidden = 5}).description(),
            "FeedForward(6, 5 hidden, relu)");
  EXPECT_EQ(nn::FeedForward(6, {.kind = nn::FeedForwardKind::gelu_tanh, .bias = false}).parameters().size(),
            2u);
  EXPECT_EQ(nn::FeedForward(6, {.kind = nn::FeedForwardKind::gelu_tanh}).description(),
            "FeedForward(6, 24 hidden, gelu_tanh)");
}

TEST(FeedForward, SaysWhatIsWrong) {
  EXPECT_ERROR(nn::FeedForward(0), ValueError,
               "[FeedForward] 0 features and 0 hidden; both must be at least 1");
  EXPECT_ERROR(nn::FeedForward(4, {.hidden = 0}), ValueError,
               "[FeedForward] 4 features and 0 hidden; both must be at least 1");
}

TEST(FeatureNorm, IsTheNormOfItsKind) {
  const Tensor x = states({2, 3, 4});
  const nn::FeatureNorm layer(nn::NormKind::layer_norm, 4, {.device = backend()}),
      rms(nn::NormKind::rms_norm, 4, {.device = backend()});
  EXPECT_TENSOR_EQ(layer(x), nn::LayerNorm(4, {.device = backend()})(x));
  EXPECT_TENSOR_EQ(rms(x), nn::RMSNorm(4, {.device = backend()})(x));
  EXPECT_EQ(layer.description(), "LayerNorm([4])");
  EXPECT_EQ(rms.description(), "RMSNorm([4])");
  EXPECT_EQ(layer.parameters().size(), 2u);
  EXPECT_EQ(rms.parameters().size(), 1u);
  EXPECT_ERROR(nn::FeatureNorm(nn::NormKind::rms_norm, 0), ShapeError,
               "[FeatureNorm] normalizes [0]; each length must be at least 1");
}

TEST(TransformerBlock, AddsBothSublayersInItsOrder) {
  const Tensor x = states({2, 5, 8});
  for (const bool pre_norm : {true, false}) {
    const nn::TransformerBlock block = block_of({.pre_norm = pre_norm});
    const nn::StateDict state = block.state_dict();
    const auto load = [&](nn::Module& layer, const std::string& prefix) {
      nn::StateDict own;
      for (const auto& [name, value] : state) {
        if (name.starts_with(prefix + ".")) own.emplace(name.substr(prefix.size() + 1), value);
      }
      layer.to(backend());
      layer.load_state_dict(own);
    };
    nn::SelfAttention attention(8, 2);
    nn::FeedForward feed_forward(8);
    nn::LayerNorm first(8), second(8);
    load(attention, "attention");
    load(feed_forward, "feed_forward");
    load(first, "attention_norm");
    load(second, "feed_forward_norm");
    if (pre_norm) {
      const Tensor y = x + attention(first(x));
      EXPECT_TENSOR_NEAR(block(x), y + feed_forward(second(y)));
    } else {
      const Tensor y = first(x + attention(x));
      EXPECT_TENSOR_NEAR(block(x), second(y + feed_forward(y)));
    }
  }
}

TEST(TransformerBlock, BothModesAgree) {
  for (const nn::TransformerBlockOptions& options : kinds_of_blocks())
    expect_modes_agree(block_of(options), states({2, 3, 8}));
}

TEST(TransformerBlock, GradientsAreThoseOfFiniteDifferences) {
  for (const nn::TransformerBlockOptions& options : kinds_of_blocks()) {
    nn::TransformerBlock block = block_of(options, 4);
    const GradcheckResult result = gradcheck_layer(block, states({2, 4}));
    EXPECT_TRUE(result) << result.message;
  }
}

TEST(TransformerBlock, TakesMasks) {
  const nn::TransformerBlock block = block_of({});
  const Tensor x = states({2, 5, 8});
  const Tensor y = block.forward(x, padding_mask(here(Tensor{3, 5}), 5));
  EXPECT_TENSOR_NEAR(slice(slice(y, 0, 0, 1), 1, 0, 3), block(slice(slice(x, 0, 0, 1), 1, 0, 3)));
  EXPECT_TENSOR_NEAR(slice(y, 0, 1, 2), block(slice(x, 0, 1, 2)));
}

TEST(TransformerBlock, DropsOutWhileTrainingOnly) {
  Generator source(6);
  nn::TransformerBlock block(8, 2, {.dropout = 0.5, .device = backend(), .generator = &source});
  const Tensor x = states({2, 5, 8});
  const Tensor y = block(x);
  EXPECT_FALSE(equal(block(x), y));
  block.eval();
  EXPECT_TENSOR_EQ(block(x), block(x));
  EXPECT_EQ(block.description(), "TransformerBlock(pre-norm, dropout 0.5)");
}

TEST(TransformerBlock, ContinuesStepByStepFromACache) {
  for (nn::TransformerBlockOptions options : kinds_of_blocks()) {
    options.causal = true;
    const nn::TransformerBlock block = block_of(options);
    const Tensor x = states({2, 7, 8}), whole = block(x);
    nn::KeyValueCache cache;
    std::int64_t done = 0;
    for (const std::int64_t steps : {3, 1, 2, 1}) {
      EXPECT_TENSOR_NEAR(block.forward(slice(x, 1, done, done + steps), cache),
                         slice(whole, 1, done, done + steps));
      done += steps;
    }
    EXPECT_EQ(cache.length(), 7);
  }
}

TEST(TransformerBlock, NamesItsPartsAndWhatIsWrong) {
  std::vector<std::string> names;
  for (const auto& [name, parameter] : block_of({.bias = false}).named_parameters()) names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"attention_norm.weight", "attention.qkv.weight",
                                             "attention.output.weight", "feed_forward_norm.weight",
                                             "feed_forward.up.weight", "feed_forward.down.weight"}));
  EXPECT_EQ(block_of({.pre_norm = false}).description(), "TransformerBlock(post-norm)");
  EXPECT_ERROR(
      nn::TransformerBlock(8, 3), ValueError,
      "[TransformerBlock] 8 features and 3 heads; the first must be a positive multiple of the second");
  EXPECT_ERROR(block_of({})(states({2, 5, 7})), ShapeError,
               "[layer_norm] x is [2, 5, 7], but the normalized shape [8]; x must end in that shape");
}

nn::TransformerStack stack_of(std::int64_t blocks, bool causal = true) {
  Generator source(4);
  nn::TransformerStack stack(blocks, 8, 2, {.causal = causal, .device = backend(), .generator = &source});
  stack.eval();
  return stack;
}

TEST(TransformerStack, AppliesItsBlocksInOrder) {
  nn::TransformerStack stack = stack_of(2, false);
  nn::TransformerBlock first = block_of({}), second = block_of({});
  nn::StateDict of_first, of_second;
  for (const auto& [name, value] : stack.state_dict())
    (name[0] == '0' ? of_first : of_second).emplace(name.substr(2), value);
  first.load_state_dict(of_first);
  second.load_state_dict(of_second);
  const Tensor x = states({2, 5, 8}), mask = padding_mask(here(Tensor{3, 5}), 5);
  EXPECT_TENSOR_EQ(stack(x), second(first(x)));
  EXPECT_TENSOR_EQ(stack.forward(x, mask), second.forward(first.forward(x, mask), mask));
  expect_modes_agree(stack, x);
  EXPECT_EQ(stack.description(), "TransformerStack(2)");
}

TEST(TransformerStack, ContinuesStepByStepFromACache) {
  const nn::TransformerStack stack = stack_of(3);
  const Tensor x = states({2, 7, 8}), whole = stack(x);
  nn::TransformerCache cache(stack, 7);
  std::int64_t done = 0;
  for (const std::int64_t steps : {4, 1, 1, 1}) {
    EXPECT_TENSOR_NEAR(stack.forward(slice(x, 1, done, done + steps), cache),
                       slice(whole, 1, done, done + steps));
    done += steps;
    EXPECT_EQ(cache.length(), done);
  }
  cache.truncate(2);
  EXPECT_TENSOR_NEAR(stack.forward(slice(x, 1, 2, 7), cache), slice(whole, 1, 2, 7));
  cache.clear();
  EXPECT_TENSOR_NEAR(stack.forward(slice(x, 0, 1, 2), cache), slice(whole, 0, 1, 2));
}

TEST(TransformerStack, LeavesTheCacheAsItWasWhereItThrows) {
  const nn::TransformerStack stack = stack_of(2);
  const Tensor x = states({2, 3, 8});
  nn::TransformerCache cache(stack);
  stack.forward(x, cache);
  cache[1].clear();
  cache[1].append(states({1, 2, 3, 4}),
                  states({1, 2, 3, 4}));  // of another batch, which the second block refuses
  EXPECT_THROW(stack.forward(x, cache), ShapeError);
  EXPECT_EQ(cache[0].length(), 3);
  EXPECT_EQ(cache[1].length(), 3);
}

TEST(TransformerStack, SaysWhatIsWrong) {
  EXPECT_ERROR(nn::TransformerStack(0, 8, 2), ValueError,
               "[TransformerStack] blocks is 0; it must be at least 1");
  EXPECT_ERROR(
      nn::TransformerStack(1, 8, 3), ValueError,
      "[TransformerStack] 8 features and 3 heads; the first must be a positive multiple of the second");
  nn::TransformerStack stack = stack_of(2), other = stack_of(3);
  nn::TransformerCache cache(other);
  const Tensor x = states({2, 3, 8});
  EXPECT_ERROR(stack.forward(x, cache), ValueError,
               "[TransformerStack] the cache is for 3 blocks; there are 2");
  EXPECT_ERROR(cache[3], ValueError, "[TransformerCache] there is no block 3; it has 3");
  EXPECT_ERROR(nn::TransformerCache(stack, -1), ValueError,
               "[KeyValueCache] capacity is -1; it may not be negative");
  const nn::TransformerStack moved = std::move(stack);
  nn::TransformerCache own(moved);
  EXPECT_EQ(moved.forward(x, own).shape(), x.shape());
  EXPECT_ERROR(stack.forward(x), ValueError,  // NOLINT: what was moved from says so
               "[TransformerStack] this layer was moved from; call the one that it was moved to");
}

}  // namespace
}  // namespace tinytorch::testing
