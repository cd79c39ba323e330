// The hooks of layers and models, replaced and not.
#include "nn/hooks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/ops/creation.h"
#include "core/ops/random.h"
#include "core/ops/shape.h"
#include "nn/attention.h"
#include "nn/dense.h"
#include "nn/key_value_cache.h"
#include "nn/module.h"
#include "tests/support/replaced_hook.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

using ::testing::HasSubstr;

/// Two parameters, of which one is there twice, and a constant.
class SharingWeights : public nn::Module {
 public:
  Tensor operator()(const Tensor& x) const override { return x; }
  Variable operator()(const Variable& x) const override { return x; }
  void visit(nn::Visitor& visitor) override {
    visitor.parameter("first", first_);
    visitor.parameter("other", other_);
    visitor.parameter("again", again_);
    visitor.parameter("constant", constant_);
  }

 private:
  nn::Parameter first_ = variable(zeros({2, 3})), other_ = variable(zeros({5})), again_ = first_,
                constant_ = Variable(zeros({1000}));
};

TEST(ParameterCountHook, CountsSharedParametersOnceForTheSummary) {
  EXPECT_THAT(SharingWeights().summary(), HasSubstr("Total: 1,011 parameters"));
}

TEST(ParameterCountHook, GivesTheTotalOfTheSummary) {
  const ReplacedHook hook(nn::hooks::parameter_count,
                          [](std::span<const nn::hooks::ParameterSize> parameters) {
                            EXPECT_EQ(parameters.size(), 4U);
                            EXPECT_EQ(parameters[0].identity, parameters[2].identity);
                            EXPECT_NE(parameters[0].identity, parameters[1].identity);
                            EXPECT_NE(parameters[0].identity, parameters[3].identity);
                            EXPECT_EQ(parameters[1].numel, 5);
                            return std::int64_t{77};
                          });
  EXPECT_THAT(SharingWeights().summary(), HasSubstr("Total: 77 parameters"));
}

using Floats = std::span<const float>;

int attended = 0;

/// Attention as it is defined.
void attend(nn::hooks::HeadCache& cache, Floats query, Floats key, Floats value, double scale,
            std::span<float> y) {
  ++attended;
  std::copy(key.begin(), key.end(), std::back_inserter(cache.keys));
  std::copy(value.begin(), value.end(), std::back_inserter(cache.values));
  double sum = 0;
  std::vector<double> mean(y.size(), 0.0);
  for (std::size_t j = 0; j < cache.keys.size() / key.size(); ++j) {
    double score = 0;
    for (std::size_t l = 0; l < key.size(); ++l) score += query[l] * cache.keys[j * key.size() + l];
    const double weight = std::exp(scale * score);
    sum += weight;
    for (std::size_t l = 0; l < y.size(); ++l) mean[l] += weight * cache.values[j * y.size() + l];
  }
  std::ranges::transform(mean, y.begin(), [sum](double each) { return static_cast<float>(each / sum); });
}

/// What a layer gives for three steps, one, and two more.
Tensor in_three_calls(const nn::MultiHeadAttentionOptions& options, DType dtype = DType::f32) {
  Generator generator(3);
  nn::MultiHeadAttentionOptions all = options;
  all.generator = &generator;
  all.dtype = dtype;
  nn::SelfAttention layer(8, 4, all);
  nn::KeyValueCache cache;
  const Tensor x = randn({2, 6, 8}, {}, generator).to(dtype);
  return concat({layer.forward(slice(x, 1, 0, 3), cache), layer.forward(slice(x, 1, 3, 4), cache),
                 layer.forward(slice(x, 1, 4, 6), cache)},
                1);
}

TEST(AttendCachedHook, AttendsHeadByHeadAndStepByStep) {
  for (const std::int64_t kv_heads : {1, 2, 4}) {
    const nn::MultiHeadAttentionOptions options{.kv_heads = kv_heads, .causal = true, .rotary = true};
    const Tensor expected = in_three_calls(options);
    const ReplacedHook hook(nn::hooks::attend_cached, attend);
    attended = 0;
    EXPECT_TENSOR_NEAR(in_three_calls(options), expected, 1e-5);
    EXPECT_EQ(attended, 2 * 4 * 6);
  }
}

TEST(AttendCachedHook, DecidesWhatIsAttendedTo) {
  const nn::MultiHeadAttentionOptions options{.causal = true};
  const Tensor expected = in_three_calls(options);
  const ReplacedHook hook(nn::hooks::attend_cached, [](nn::hooks::HeadCache& cache, Floats query, Floats key,
                                                       Floats value, double scale, std::span<float> y) {
    attend(cache, query, key, value, scale, y);
    std::ranges::fill(y, 0.0F);
  });
  EXPECT_TENSOR_EQ(in_three_calls(options), zeros({2, 6, 8}));
  EXPECT_GT(max(abs(expected)).item(), 0.01);
}

TEST(AttendCachedHook, LeavesTheRestToTheFramework) {
  const ReplacedHook hook(nn::hooks::attend_cached, attend);
  attended = 0;
  in_three_calls({.causal = false});  // a step attends to those after it
  in_three_calls({.causal = true, .dropout = 0.5});
  in_three_calls({.causal = true}, DType::f64);
  EXPECT_EQ(attended, 0);
}

TEST(AttendCachedHook, MustAppend) {
  const ReplacedHook hook(nn::hooks::attend_cached,
                          [](nn::hooks::HeadCache& cache, Floats, Floats key, Floats, double,
                             std::span<float>) { cache.keys.assign(key.begin(), key.end()); });
  EXPECT_ERROR(
      in_three_calls({.causal = true}), ValueError,
      "[SelfAttention] the hook attend_cached left a cache of 2 and 0 values; 2 were wanted of each");
}

}  // namespace
}  // namespace tinytorch::testing
