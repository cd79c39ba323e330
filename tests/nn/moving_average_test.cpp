#include "nn/optim/moving_average.h"

#include <gtest/gtest.h>

#include <type_traits>
#include <vector>

#include "core/error.h"
#include "core/ops/creation.h"
#include "nn/dense.h"
#include "tests/nn/layer_checks.h"

namespace tinytorch::testing {
namespace {

TEST(ExponentialMovingAverage, FollowsTheParameters) {
  Variable a = variable(here(Tensor{1.0, 2.0})), b = variable(here_f64(Tensor{{4.0}}));
  nn::ExponentialMovingAverage average({a, b}, 0.75);
  a.set_value(here(Tensor{5.0, 2.0}));
  b.set_value(here_f64(Tensor{{0.0}}));
  average.update();  // 0.75 old + 0.25 new
  EXPECT_TENSOR_NEAR(average.averages()[0], {2.0, 2.0});
  EXPECT_TENSOR_NEAR(average.averages()[1], here_f64(Tensor{{3.0}}));
  average.update();
  EXPECT_TENSOR_NEAR(average.averages()[0], {2.75, 2.0});
  EXPECT_TENSOR_EQ(a, {5.0, 2.0});
}

TEST(ExponentialMovingAverage, IsCopiedIntoAModel) {
  Variable a = variable(here(Tensor{1.0}));
  nn::ExponentialMovingAverage average({a}, 0.5);
  a.set_value(here(Tensor{3.0}));
  average.update();
  Variable other = variable(here_f64(Tensor{0.0}));
  average.copy_to({other});
  EXPECT_TENSOR_EQ(other, here_f64(Tensor{2.0}));
  average.copy_to({a});
  EXPECT_TENSOR_EQ(a, {2.0});
}

TEST(ExponentialMovingAverage, FollowsAModelThatWasMoved) {
  nn::Dense dense(1, 1, {.weight_init = nn::init::constant(1)});
  nn::ExponentialMovingAverage average(dense.parameters(), 0.5);
  dense.to({.dtype = DType::f64, .device = backend()});
  average.update();
  EXPECT_TENSOR_EQ(average.averages()[0], dense.weight());
}

TEST(ExponentialMovingAverage, ContinuesFromAState) {
  nn::ExponentialMovingAverage average({variable(here(Tensor{1.0}))}, 0.5);
  average.load({Tensor{3.0}});
  average.update();
  EXPECT_TENSOR_EQ(average.averages()[0], {2.0});
}

TEST(ExponentialMovingAverage, RefusesWhatDoesNotFit) {
  Variable a = variable(here(Tensor{1.0}));
  EXPECT_ERROR(nn::ExponentialMovingAverage({}), ValueError,
               "[ExponentialMovingAverage] there are no parameters to average; pass model.parameters()");
  EXPECT_ERROR(nn::ExponentialMovingAverage({a}, 1.5), ValueError,
               "[ExponentialMovingAverage] decay is 1.5; it must be in [0, 1]");
  nn::ExponentialMovingAverage average({a});
  EXPECT_ERROR(average.copy_to({}), ShapeError,
               "[ExponentialMovingAverage] there are 0 tensors, but averages of 1");
  EXPECT_ERROR(average.load({Tensor{1.0, 2.0}}), ShapeError,
               "[ExponentialMovingAverage] tensor 0 is [2], but its average is [1]");
  a.set_value(here(Tensor{1.0, 2.0}));
  EXPECT_ERROR(average.update(), ShapeError,
               "[ExponentialMovingAverage] tensor 0 is [2], but its average is [1]");
}

TEST(ExponentialMovingAverage, NamesItselfInErrors) {
  nn::ExponentialMovingAverage of_integers({Variable(here(Tensor{1, 2}))});
  EXPECT_ERROR(of_integers.update(), DTypeError,
               "[ExponentialMovingAverage] takes floating tensors, but a parameter is i64; convert it with "
               ".to(DType::f32)");
}

static_assert(!std::is_copy_constructible_v<nn::ExponentialMovingAverage> &&
              !std::is_copy_assignable_v<nn::ExponentialMovingAverage>);

TEST(ExponentialMovingAverage, HandsOutCopies) {
  Variable a = variable(here(Tensor{1.0}));
  nn::ExponentialMovingAverage average({a}, 0.5);
  const std::vector<Tensor> before = average.averages();
  a.set_value(here(Tensor{3.0}));
  average.update();
  EXPECT_TENSOR_EQ(before[0], {1.0});
  EXPECT_TENSOR_EQ(average.averages()[0], {2.0});
}

}  // namespace
}  // namespace tinytorch::testing
