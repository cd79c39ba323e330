#include "nn/attention.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/ops/creation.h"
#include "core/ops/random.h"
#include "tests/nn/layer_checks.h"

namespace tinytorch::testing {
namespace {

nn::MultiHeadAttention layer_of(nn::MultiHeadAttentionOptions options, std::int64_t features = 8,
                                std::int64_t heads = 4) {
  Generator source(2);
  options.device = backend();
  options.generator = &source;
  nn::MultiHeadAttention layer(features, heads, options);
  layer.eval();  // the generator ends here; with dropout a test brings its own
  return layer;
}

Tensor input(const Shape& shape, std::uint64_t seed = 3) {
  Generator source(seed);
  return randn(shape, {.device = backend()}, source);
}

TEST(MultiHeadAttention, ProjectsAttendsByHeadsAndProjectsBack) {
  nn::MultiHeadAttention layer = layer_of({.kv_heads = 2});
  const nn::StateDict state = layer.state_dict();
  const Tensor query = input({2, 3, 8}), key = input({2, 5, 8}, 4), value = input({2, 5, 8}, 5);
  const auto project = [&](const char* name, const Tensor& x) {
    const std::string prefix(name);
    return linear(x, state.at(prefix + ".weight"), state.at(prefix + ".bias"));
  };
  const Tensor q = project("query", query), k = project("key", key), v = project("value", value);
  std::vector<Tensor> heads;
  for (std::int64_t head = 0; head < 4; ++head) {
    const std::int64_t kv = head / 2 * 2;
    const Tensor scores =
        matmul(slice(q, 2, 2 * head, 2 * head + 2), transpose(slice(k, 2, kv, kv + 2))) / std::sqrt(2.0);
    heads.push_back(matmul(softmax(scores), slice(v, 2, kv, kv + 2)));
  }
  EXPECT_TENSOR_NEAR(layer.forward(query, key, value), project("output", concat(heads, 2)));
}

TEST(MultiHeadAttention, OfOneArgumentAttendsToItself) {
  const nn::MultiHeadAttention layer = layer_of({});
  const Tensor x = input({2, 5, 8});
  EXPECT_TENSOR_EQ(layer(x), layer.forward(x, x, x));
  EXPECT_TENSOR_NEAR(layer(select(x, 0, 1)), select(layer(x), 0, 1));
}

TEST(MultiHeadAttention, CausalDoesNotLookAhead) {
  const nn::MultiHeadAttention layer = layer_of({.causal = true});
  const Tensor x = input({1, 6, 8}), changed = slice_scatter(x, Tensor(5.0f), 1, 4);
  EXPECT_TENSOR_EQ(slice(layer(changed), 1, 0, 4), slice(layer(x), 1, 0, 4));
  EXPECT_FALSE(allclose(slice(layer(changed), 1, 4), slice(layer(x), 1, 4)));
}

TEST(MultiHeadAttention, TakesMasks) {
  const nn::MultiHeadAttention layer = layer_of({});
  const Tensor x = input({2, 5, 8}), lengths = here(Tensor{3, 5});
  const Tensor y = layer.forward(x, x, x, padding_mask(lengths, 5));
  const Tensor shorter = slice(slice(x, 0, 0, 1), 1, 0, 3);
  EXPECT_TENSOR_NEAR(slice(slice(y, 0, 0, 1), 1, 0, 3), layer(shorter));
  EXPECT_TENSOR_NEAR(slice(y, 0, 1, 2), layer(slice(x, 0, 1, 2)));
}

TEST(MultiHeadAttention, RotaryDependsOnDistancesOnly) {
  const nn::MultiHeadAttention plain = layer_of({}), rotary = layer_of({.rotary = true});
  const Tensor x = input({1, 5, 8});
  const Tensor reversed = concat(
      {slice(x, 1, 4, 5), slice(x, 1, 3, 4), slice(x, 1, 2, 3), slice(x, 1, 1, 2), slice(x, 1, 0, 1)}, 1);
  EXPECT_TENSOR_NEAR(slice(plain(reversed), 1, 0, 1), slice(plain(x), 1, 4, 5));
  EXPECT_FALSE(allclose(slice(rotary(reversed), 1, 0, 1), slice(rotary(x), 1, 4, 5), {.absolute = 1e-3}));
  const Tensor one = slice(x, 1, 0, 1);
  EXPECT_TENSOR_NEAR(rotary(one), plain(one));
}

TEST(MultiHeadAttention, RotaryPairsDiffer) {
  const nn::MultiHeadAttention halves = layer_of({.rotary = true}, 8, 2),
                               interleaved =
                                   layer_of({.rotary = true, .rotary_pairs = RotaryPairs::interleaved}, 8, 2);
  const Tensor x = input({1, 5, 8}), one = slice(x, 1, 0, 1);
  EXPECT_FALSE(allclose(interleaved(x), halves(x), {.absolute = 1e-3}));
  EXPECT_TENSOR_NEAR(interleaved(one), halves(one));
  EXPECT_EQ(interleaved.description(), "MultiHeadAttention(8, 2 heads, interleaved rotary)");
}

TEST(MultiHeadAttention, BothModesAgree) {
  expect_modes_agree(layer_of({.kv_heads = 1, .causal = true, .rotary = true}), input({2, 3, 8}));
}

TEST(MultiHeadAttention, GradientsAreThoseOfFiniteDifferences) {
  nn::MultiHeadAttention layer = layer_of({.kv_heads = 1, .causal = true, .rotary = true}, 4, 2);
  const GradcheckResult result = gradcheck_layer(layer, input({3, 4}));
  EXPECT_TRUE(result) << result.message;
}

TEST(MultiHeadAttention, DropsWeightsWhileTrainingOnly) {
  Generator source(6);
  nn::MultiHeadAttention layer(8, 2, {.dropout = 0.5, .device = backend(), .generator = &source});
  const Tensor x = input({2, 5, 8});
  EXPECT_FALSE(equal(layer(x), layer(x)));
  layer.eval();
  EXPECT_TENSOR_EQ(layer(x), layer(x));
}

TEST(MultiHeadAttention, ContinuesStepByStepFromACache) {
  const nn::MultiHeadAttention layer = layer_of({.kv_heads = 2, .causal = true, .rotary = true});
  const Tensor x = input({2, 9, 8}), whole = layer(x);
  for (const std::int64_t capacity : {0, 9}) {
    nn::KeyValueCache cache(capacity);
    std::int64_t done = 0;
    for (const std::int64_t steps : {3, 1, 1, 2, 1, 1}) {
      const Tensor y = layer.forward(slice(x, 1, done, done + steps), cache);
      EXPECT_TENSOR_NEAR(y, slice(whole, 1, done, done + steps));
      done += steps;
      EXPECT_EQ(cache.length(), done);
    }
    EXPECT_EQ(cache.keys().shape(), (Shape{2, 2, 9, 2}));
    cache.clear();
    EXPECT_TENSOR_NEAR(layer.forward(x, cache), whole);
  }
}

TEST(MultiHeadAttention, NamesItsParametersAndDescribesItself) {
  EXPECT_EQ(layer_of({}).description(), "MultiHeadAttention(8, 4 heads)");
  EXPECT_EQ(layer_of({.kv_heads = 2, .causal = true, .dropout = 0.5, .rotary = true}).description(),
            "MultiHeadAttention(8, 4 heads, 2 kv_heads, causal, rotary, dropout 0.5)");
  const nn::StateDict state = layer_of({.kv_heads = 2, .bias = false}).state_dict();
  ASSERT_EQ(state.size(), 4u);
  EXPECT_EQ(state.at("query.weight").shape(), (Shape{8, 8}));
  EXPECT_EQ(state.at("key.weight").shape(), (Shape{4, 8}));
  EXPECT_EQ(state.at("value.weight").shape(), (Shape{4, 8}));
  EXPECT_EQ(state.at("output.weight").shape(), (Shape{8, 8}));
}

/// A self-attention with the weights of `layer`, whose features are 8.
nn::SelfAttention with_weights_of(const nn::MultiHeadAttention& layer,
                                  nn::MultiHeadAttentionOptions options) {
  options.device = backend();
  nn::SelfAttention fused(8, 4, options);
  const nn::StateDict state = layer.state_dict();
  nn::StateDict joined{{"output.weight", state.at("output.weight")},
                       {"output.bias", state.at("output.bias")}};
  for (const std::string parameter : {"weight", "bias"}) {
    joined["qkv." + parameter] = concat(
        {state.at("query." + parameter), state.at("key." + parameter), state.at("value." + parameter)});
  }
  fused.load_state_dict(joined);
  fused.eval();
  return fused;
}

TEST(SelfAttention, IsMultiHeadAttentionOfOneArgument) {
  const nn::MultiHeadAttentionOptions options{.kv_heads = 2, .causal = true, .rotary = true};
  const nn::MultiHeadAttention layer = layer_of(options);
  const nn::SelfAttention fused = with_weights_of(layer, options);
  const Tensor x = input({2, 5, 8});
  EXPECT_TENSOR_NEAR(fused(x), layer(x));
  const Tensor mask = padding_mask(here(Tensor{3, 5}), 5);
  EXPECT_TENSOR_NEAR(fused.forward(x, mask), layer.forward(x, x, x, mask));
  expect_modes_agree(fused, x);
}

TEST(SelfAttention, ContinuesStepByStepFromACache) {
  const nn::MultiHeadAttentionOptions options{.causal = true};
  const nn::SelfAttention layer = with_weights_of(layer_of(options), options);
  const Tensor x = input({2, 4, 8}), whole = layer(x);
  nn::KeyValueCache cache;
  for (std::int64_t step = 0; step < 4; ++step)
    EXPECT_TENSOR_NEAR(layer.forward(slice(x, 1, step, step + 1), cache), slice(whole, 1, step, step + 1));
}

TEST(SelfAttention, GradientsAreThoseOfFiniteDifferences) {
  Generator source(2);
  nn::SelfAttention layer(4, 2, {.kv_heads = 1, .causal = true, .device = backend(), .generator = &source});
  const GradcheckResult result = gradcheck_layer(layer, input({3, 4}));
  EXPECT_TRUE(result) << result.message;
}

TEST(SelfAttention, NamesItself) {
  EXPECT_EQ(nn::SelfAttention(8, 4).description(), "SelfAttention(8, 4 heads)");
  EXPECT_ERROR(nn::SelfAttention(8, 3), ValueError,
               "[SelfAttention] 8 features and 3 heads; the first must be a positive multiple of the second");
  EXPECT_ERROR(nn::SelfAttention(std::int64_t{1} << 62, 1), ShapeError,
               "[SelfAttention] the size 2 * 4611686018427387904 takes more than 63 bits");
  EXPECT_ERROR(nn::MultiHeadAttention(std::int64_t{1} << 62, 1), ShapeError,
               "[MultiHeadAttention] shape [4611686018427387904, 4611686018427387904] has more elements than "
               "63 bits can count");
  EXPECT_ERROR(nn::SelfAttention(8, 4)(ones({5, 7})), ShapeError,
               "[SelfAttention] x is [5, 7]; wanted [..., length, 8]");
}

TEST(MultiHeadAttention, SaysWhatIsWrong) {
  EXPECT_ERROR(
      nn::MultiHeadAttention(8, 3), ValueError,
      "[MultiHeadAttention] 8 features and 3 heads; the first must be a positive multiple of the second");
  EXPECT_ERROR(
      nn::MultiHeadAttention(8, 0), ValueError,
      "[MultiHeadAttention] 8 features and 0 heads; the first must be a positive multiple of the second");
  EXPECT_ERROR(
      nn::MultiHeadAttention(8, 4, {.kv_heads = 3}), ValueError,
      "[MultiHeadAttention] 4 heads and 3 kv_heads; the first must be a positive multiple of the second");
  EXPECT_ERROR(nn::MultiHeadAttention(8, 4, {.dropout = 1}), ValueError,
               "[MultiHeadAttention] dropout is 1; it must be at least 0 and below 1");
  EXPECT_ERROR(
      nn::MultiHeadAttention(6, 2, {.rotary = true}), ValueError,
      "[MultiHeadAttention] heads are 3 wide; with rotary positions, which turn pairs, the width must be "
      "even");
  const nn::MultiHeadAttention layer = layer_of({});
  EXPECT_ERROR(layer(input({2, 5, 7})), ShapeError,
               "[MultiHeadAttention] query is [2, 5, 7]; wanted [..., length, 8]");
  EXPECT_ERROR(layer.forward(input({5, 8}), input({8}), input({5, 8})), ShapeError,
               "[MultiHeadAttention] key is [8]; wanted [..., length, 8]");
  nn::KeyValueCache cache;
  EXPECT_ERROR(layer.forward(input({5, 8}), cache), ShapeError,
               "[MultiHeadAttention] x is [5, 8]; with a cache [batch, steps, 8] is wanted");
}

TEST(KeyValueCache, GrowsAndKeepsWhatItHas) {
  nn::KeyValueCache cache;
  EXPECT_FALSE(cache.keys().defined());
  const Tensor keys = input({2, 1, 7, 3}), values = input({2, 1, 7, 2}, 4);
  for (std::int64_t step = 0; step < 7; ++step)
    cache.append(slice(keys, 2, step, step + 1), slice(values, 2, step, step + 1));
  EXPECT_EQ(cache.length(), 7);
  EXPECT_TENSOR_EQ(cache.keys(), keys);
  EXPECT_TENSOR_EQ(cache.values(), values);
}

TEST(KeyValueCache, SaysWhatDoesNotFit) {
  EXPECT_ERROR(
      nn::KeyValueCache().append(Tensor(), Tensor()), ShapeError,
      "[KeyValueCache] keys are [], values []; wanted [batch, kv_heads, steps, width] of as many steps");
  EXPECT_ERROR(nn::KeyValueCache(-1), ValueError, "[KeyValueCache] capacity is -1; it may not be negative");
  nn::KeyValueCache cache;
  EXPECT_ERROR(
      cache.append(input({2, 1, 3, 4}), input({2, 1, 2, 4})), ShapeError,
      "[KeyValueCache] keys are [2, 1, 3, 4], values [2, 1, 2, 4]; wanted [batch, kv_heads, steps, width] "
      "of as many steps");
  cache.append(input({2, 1, 3, 4}), input({2, 1, 3, 4}));
  EXPECT_ERROR(
      cache.append(input({1, 1, 3, 4}), input({1, 1, 3, 4})), ShapeError,
      "[KeyValueCache] keys are [1, 1, 3, 4]; those in the cache want [2, 1, -1, 4], -1 being any number of "
      "steps");
  EXPECT_ERROR(cache.append(input({2, 1, 3, 4}), input({2, 1, 3, 4}).to(DType::f64)), DTypeError,
               "[KeyValueCache] values are f64, those in the cache f32");
}

static_assert(!std::is_copy_constructible_v<nn::KeyValueCache> &&
              !std::is_copy_assignable_v<nn::KeyValueCache>);

TEST(KeyValueCache, CanBeMoved) {
  nn::KeyValueCache cache;
  const Tensor steps = input({2, 1, 3, 4});
  cache.append(steps, steps);
  nn::KeyValueCache moved = std::move(cache);
  EXPECT_EQ(cache.length(), 0);  // NOLINT: what was moved from is empty
  EXPECT_FALSE(cache.keys().defined());
  EXPECT_TENSOR_EQ(moved.keys(), steps);
  cache = std::move(moved);
  EXPECT_TENSOR_EQ(cache.values(), steps);
}

TEST(KeyValueCache, TakesOtherShapesOnceItIsCleared) {
  nn::KeyValueCache cache;
  const Tensor steps = input({2, 1, 3, 4}), others = input({1, 2, 1, 4});
  cache.append(steps, steps);
  cache.clear();
  cache.append(others, others);
  EXPECT_TENSOR_EQ(cache.keys(), others);
}

TEST(KeyValueCache, StaysAsItWasWhereItRefuses) {
  nn::KeyValueCache cache;
  const Tensor steps = input({2, 1, 3, 4});
  cache.append(steps, steps);
  EXPECT_THROW(cache.append(steps, steps.to(DType::f64)), DTypeError);
  EXPECT_THROW(cache.truncate(4), ValueError);
  EXPECT_EQ(cache.length(), 3);
  EXPECT_TENSOR_EQ(cache.keys(), steps);
  EXPECT_TENSOR_EQ(cache.values(), steps);
  EXPECT_ERROR(cache.truncate(4), ValueError, "[KeyValueCache] cannot keep 4 steps; there are 3");
}

TEST(MultiHeadAttention, LeavesTheCacheAsItWasWhereItThrows) {
  const nn::MultiHeadAttention layer = layer_of({.kv_heads = 2}), other = layer_of({.kv_heads = 4});
  const Tensor x = input({2, 3, 8});
  nn::KeyValueCache cache;
  layer.forward(x, cache);
  EXPECT_THROW(other.forward(x, cache), ShapeError);
  const Tensor keys = cache.keys();
  EXPECT_EQ(cache.length(), 3);
  nn::KeyValueCache narrow;
  narrow.append(slice(keys, 3, 0, 1), cache.values());
  EXPECT_THROW(layer.forward(x, narrow), ShapeError);
  EXPECT_EQ(narrow.length(), 3);
}

}  // namespace
}  // namespace tinytorch::testing
