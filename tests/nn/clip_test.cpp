#include "nn/optim/clip.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "core/error.h"
#include "core/ops/creation.h"
#include "tests/nn/layer_checks.h"

// The expected values are those of PyTorch 1.13's torch.nn.utils.clip_grad_norm_ and clip_grad_value_.
namespace tinytorch::testing {
namespace {

/// Two parameters with the gradients [3, -4] and [12], and one without.
std::vector<Variable> parameters(DType second = DType::f32) {
  std::vector<Variable> result{variable(zeros({2}, {.device = backend()})),
                               variable(zeros({1}, {.dtype = second, .device = backend()})),
                               variable(zeros({1}, {.device = backend()}))};
  result[0].set_grad(here(Tensor{3.0, -4.0}));
  result[1].set_grad(here(Tensor{12.0}).to(second));
  return result;
}

void expect_clipped(double max_norm, double p, double norm, const Tensor& first, const Tensor& second) {
  const std::vector<Variable> all = parameters();
  EXPECT_TENSOR_NEAR(nn::clip_grad_norm(all, max_norm, p), Tensor(norm).to(DType::f32));
  EXPECT_TENSOR_NEAR(all[0].grad(), first);
  EXPECT_TENSOR_NEAR(all[1].grad(), second);
  EXPECT_FALSE(all[2].grad().defined());
}

TEST(ClipGradNorm, ScalesAllGradientsAlike) {
  expect_clipped(6.5, 2, 13, Tensor{1.49999988, -1.99999988}, Tensor{5.99999952});
  expect_clipped(6, std::numeric_limits<double>::infinity(), 12, Tensor{1.49999988, -1.99999988},
                 Tensor{5.99999952});
  expect_clipped(9.5, 1, 19, Tensor{1.49999976, -1.99999976}, Tensor{5.99999904});
  expect_clipped(1, 3, 12.207056999206543, Tensor{0.24575945734977722, -0.32767927646636963},
                 Tensor{0.9830378293991089});
}

TEST(ClipGradNorm, LeavesSmallGradientsAlone) { expect_clipped(100, 2, 13, Tensor{3.0, -4.0}, Tensor{12.0}); }

TEST(ClipGradNorm, TakesParametersOfOtherTypesAndNone) {
  const std::vector<Variable> all = parameters(DType::f64);
  nn::clip_grad_norm(all, 6.5);
  EXPECT_TENSOR_NEAR(all[1].grad(), here_f64(Tensor{6.0}), 1e-5);
  const std::vector<Variable> none{variable(here(Tensor{1.0}))};
  EXPECT_EQ(nn::clip_grad_norm(none, 1).item(), 0);
}

TEST(ClipGradNorm, IsComputedInF64) {
  std::vector<Variable> all{variable(here(Tensor{0.0, 0.0})), variable(here(Tensor{0.0}))};
  all[0].set_grad(here(Tensor{3e30, -4e30}));
  all[1].set_grad(here(Tensor{1.2e31}));
  EXPECT_TENSOR_NEAR(nn::clip_grad_norm(all, 13e-10) / 1.3e31, Tensor(1.0f));
  EXPECT_TENSOR_NEAR(all[0].grad() * 1e10, {3.0, -4.0});
  EXPECT_TENSOR_NEAR(all[1].grad() * 1e10, {12.0});
  all[0].set_grad(here(Tensor{3e-30, -4e-30}));
  EXPECT_TENSOR_NEAR(nn::clip_grad_norm({all[0]}, 1) / 5e-30, Tensor(1.0f));
  for (const double p : {1.0, 3.0}) {
    all[0].set_grad(here(Tensor{3e38, 3e38}));
    nn::clip_grad_norm({all[0]}, 1, p);
    EXPECT_TENSOR_NEAR(all[0].grad(), full({2}, std::pow(0.5, 1 / p), {.dtype = DType::f32})) << "p = " << p;
  }
}

TEST(ClipGradNorm, RefusesWhatIsNoNorm) {
  EXPECT_ERROR(nn::clip_grad_norm(parameters(), -1), ValueError,
               "[clip_grad_norm] max_norm is -1; it must not be negative");
  EXPECT_ERROR(nn::clip_grad_norm(parameters(), 1, 0), ValueError,
               "[clip_grad_norm] p is 0; it must be positive");
}

TEST(ClipGradValue, ClipsEachElement) {
  const std::vector<Variable> all = parameters();
  nn::clip_grad_value(all, 3.5);
  EXPECT_TENSOR_EQ(all[0].grad(), {3.0, -3.5});
  EXPECT_TENSOR_EQ(all[1].grad(), {3.5});
  EXPECT_FALSE(all[2].grad().defined());
  EXPECT_ERROR(nn::clip_grad_value(all, -1), ValueError,
               "[clip_grad_value] clip_value is -1; it must not be negative");
}

}  // namespace
}  // namespace tinytorch::testing
