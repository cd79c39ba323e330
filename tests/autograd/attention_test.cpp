// Properties of attention that the op table does not test: gradients of more than a tile, and memory.
#include "autograd/ops/attention.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "autograd/ops.h"
#include "core/allocator.h"
#include "core/error.h"
#include "core/ops/creation.h"
#include "core/ops/random.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

struct Case {
  const char* name;
  Shape q, k, v;
  AttentionOptions options = {};
  std::optional<double> allowed = {};  ///< a mask in which about so many may be attended to
  bool adds_mask = false;
};

Tensor random(const Shape& shape, Generator& source) {
  return randn(shape, {.dtype = DType::f64, .device = backend()}, source);
}

/// With the axes of rows and heads exchanged in memory.
Tensor random_exchanged(const Shape& shape, Generator& source) {
  return transpose(random({shape[0], shape[2], shape[1], shape[3]}, source), 1, 2);
}

Tensor mask_of(const Case& c, Generator& source) {
  if (!c.allowed) return {};
  Tensor kept = rand({c.q[1], c.q[2], c.k[2]}, {.device = backend()}, source) < *c.allowed;
  kept = slice_scatter(kept, Tensor(false), 1, 1, 3);  // queries 1 and 2 attend to nothing
  if (!c.adds_mask) return kept;
  const Tensor added = random(kept.shape(), source);
  return where(kept, added, -std::numeric_limits<double>::infinity());
}

/// The gradients of q, k and v, from the fused kernels, or from the composition of ops.
std::vector<Variable> gradients_of(const std::vector<Variable>& inputs, const AttentionOptions& options,
                                   const Tensor& seed, bool fused) {
  Generator dropped(8);
  AttentionOptions own = options;
  own.generator = &dropped;
  const Variable y = fused ? scaled_dot_product_attention(inputs[0], inputs[1], inputs[2], own)
                           : attention_with_weights(inputs[0], inputs[1], inputs[2], own).output;
  return gradients(y, inputs, {}, seed);
}

class AttentionGradients : public ::testing::TestWithParam<Case> {};

TEST_P(AttentionGradients, OfTheKernelsAreThoseOfTheComposition) {
  const Case& c = GetParam();
  Generator source(4);
  const std::vector<Variable> inputs{variable(random_exchanged(c.q, source)), variable(random(c.k, source)),
                                     variable(random_exchanged(c.v, source))};
  AttentionOptions options = c.options;
  options.mask = mask_of(c, source);
  Shape shape = c.q;
  shape.back() = c.v.back();
  const Tensor seed = random(shape, source);
  const std::vector<Variable> fused = gradients_of(inputs, options, seed, true);
  const std::vector<Variable> composed = gradients_of(inputs, options, seed, false);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    SCOPED_TRACE("input " + std::to_string(i));
    EXPECT_TENSOR_NEAR(fused[i], composed[i]);
  }
  // With create_graph the rule is a composition too.
  const Variable y = [&] {
    Generator dropped(8);
    AttentionOptions own = options;
    own.generator = &dropped;
    return scaled_dot_product_attention(inputs[0], inputs[1], inputs[2], own);
  }();
  const std::vector<Variable> recorded = gradients(y, inputs, {.create_graph = true}, seed);
  for (std::size_t i = 0; i < inputs.size(); ++i) EXPECT_TENSOR_NEAR(recorded[i], composed[i]);
}

INSTANTIATE_TEST_SUITE_P(
    Autograd, AttentionGradients,
    ::testing::Values(Case{"Plain", {2, 2, 70, 9}, {2, 2, 135, 9}, {2, 2, 135, 7}},
                      Case{"WideHeads", {1, 1, 37, 150}, {1, 1, 40, 150}, {1, 1, 40, 140}},
                      Case{"Causal", {1, 2, 140, 8}, {1, 2, 140, 8}, {1, 2, 140, 8}, {.causal = true}},
                      Case{"CausalWithOffset",
                           {1, 2, 70, 33},
                           {1, 2, 200, 33},
                           {1, 2, 200, 40},
                           {.causal = true, .causal_offset = 130}},
                      Case{"CausalBeforeTheFirstKey",
                           {1, 1, 100, 8},
                           {1, 1, 30, 8},
                           {1, 1, 30, 8},
                           {.causal = true, .causal_offset = -70}},
                      Case{"GroupedHeads", {2, 6, 70, 5}, {2, 2, 66, 5}, {2, 2, 66, 6}, {.causal = true}},
                      Case{"Masked", {1, 2, 66, 4}, {1, 2, 131, 4}, {1, 2, 131, 4}, {}, 0.6},
                      Case{"MaskedByAddition", {1, 2, 66, 4}, {1, 1, 131, 4}, {1, 1, 131, 4}, {}, 0.6, true},
                      Case{"Dropout", {2, 2, 67, 6}, {2, 1, 131, 6}, {2, 1, 131, 6}, {.dropout = 0.3}},
                      Case{"Scaled", {1, 1, 3, 4}, {1, 1, 5, 4}, {1, 1, 5, 4}, {.scale = 1.5}}),
    [](const auto& info) { return info.param.name; });

TEST(Attention, GivesZerosAndNoGradientToAQueryThatMayAttendToNothing) {
  Generator source(5);
  const std::vector<Variable> inputs{variable(random({1, 1, 3, 4}, source)),
                                     variable(random({1, 1, 5, 4}, source)),
                                     variable(random({1, 1, 5, 2}, source))};
  const Tensor nothing = full({3, 5}, false, {.device = backend()});
  const Variable y = scaled_dot_product_attention(inputs[0], inputs[1], inputs[2], {.mask = nothing});
  EXPECT_TENSOR_EQ(y, zeros({1, 1, 3, 2}, {.dtype = DType::f64}));
  for (const bool create_graph : {false, true}) {
    for (const Variable& gradient : gradients(y, inputs, {.retain_graph = true, .create_graph = create_graph},
                                              random({1, 1, 3, 2}, source))) {
      EXPECT_TENSOR_EQ(gradient, zeros(gradient.shape(), {.dtype = DType::f64}));
    }
  }
}

TEST(Attention, OfNaNIsNaN) {
  Tensor q = ones({1, 1, 2, 2}, {.device = backend()});
  q = slice_scatter(q, Tensor(std::numeric_limits<float>::quiet_NaN()), 2, 0, 1);
  const Tensor k = ones({1, 1, 3, 2}, {.device = backend()});
  const std::vector<float> y = scaled_dot_product_attention(q, k, k).to_vector<float>();
  EXPECT_TRUE(std::isnan(y[0]) && std::isnan(y[1]));
  EXPECT_FLOAT_EQ(y[2], 1.0f);
}

TEST(Attention, DetectsAMaskThatWasChangedSince) {
  const Variable x = variable(ones({1, 2, 2}, {.device = backend()}));
  Tensor mask = full({2, 2}, true, {.device = backend()});
  const Variable y = scaled_dot_product_attention(x, x, x, {.mask = mask});
  fill(mask, false);
  EXPECT_ERROR(
      sum(y).backward(), ValueError,
      "[backward] a tensor [1, 1, 2, 2] that scaled_dot_product_attention saved for its gradient "
      "was changed in place since (by an optimizer step, for example); change a clone() of it, or run "
      "scaled_dot_product_attention after the change");
}

TEST(Attention, WithDropoutKeepsTheMeanAndTakesRandomBlocks) {
  Generator source(6), used(7);
  const Tensor q = random({1, 1, 3, 4}, source), k = random({1, 1, 2000, 4}, source);
  const Tensor v = ones({1, 1, 2000, 1}, {.dtype = DType::f64, .device = backend()});
  const Tensor y = scaled_dot_product_attention(q, k, v, {.dropout = 0.25, .generator = &used});
  EXPECT_EQ(used.state().offset, 1500u);
  EXPECT_TENSOR_NEAR(y, ones({1, 1, 3, 1}, {.dtype = DType::f64}), 0.1);
  EXPECT_FALSE(equal(y, scaled_dot_product_attention(q, k, v)));
}

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

/// Limits the memory of the device to so many bytes beyond those in use, during its lifetime.
class MemoryBound {
 public:
  explicit MemoryBound(std::size_t bytes) {
    release_cached_memory(backend());
    set_memory_limit(backend(), memory_stats(backend()).in_use + bytes);
  }
  ~MemoryBound() { set_memory_limit(backend(), 0); }
};

// The scores of one head would take 256 MB, and their gradients as much again. On slow devices the length is
// smaller, and the memory by the square of that factor.
TEST(Attention, OfLongSequencesTakesMemoryForTheirLengthOnly) {
  const std::int64_t shorter = is_emulated(backend()) ? 16 : kSanitized ? 4 : 1, length = 8192 / shorter;
  constexpr std::size_t kMegabyte = 1 << 20;
  const Options options{.device = backend()};
  Generator source(9);
  const Shape shape{1, 1, length, 64};
  const std::vector<Variable> inputs{variable(randn(shape, options, source)),
                                     variable(randn(shape, options, source)),
                                     variable(randn(shape, options, source))};
  const Tensor seed = ones(shape, options);
  const std::size_t results = 4 * static_cast<std::size_t>(length) * 64 * sizeof(float);
  const MemoryBound bound(results + 100 * kMegabyte / static_cast<std::size_t>(shorter * shorter));
  const Variable y = scaled_dot_product_attention(inputs[0], inputs[1], inputs[2]);
  for (const Variable& gradient : gradients(y, inputs, {}, seed)) {
    EXPECT_TRUE(std::isfinite(sum(gradient).item<double>()));
  }
  EXPECT_THROW(attention_with_weights(inputs[0], inputs[1], inputs[2]), MemoryError);
}

}  // namespace
}  // namespace tinytorch::testing
