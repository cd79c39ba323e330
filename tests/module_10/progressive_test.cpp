// Module 10 in the framework, on the modules before it.
#include "tests/progressive/progressive.h"

#include "nn/optim/adam.h"
#include "nn/optim/schedule.h"
#include "nn/optim/sgd.h"

namespace tinytorch::testing {
namespace {

class Module10 : public ProgressiveTest {
 protected:
  Module10() : ProgressiveTest("10_optimizers") {}
};

/// The weights of a linear model after 10 steps with a cosine schedule.
template <class Optimizer, class OptimizerOptions>
Tensor trained(DType dtype, const OptimizerOptions& options) {
  const Tensor x = normal({8, 3}, 1).to(dtype), y = normal({8, 1}, 2).to(dtype);
  const Variable weight = variable(zeros({3, 1}, {.dtype = dtype, .device = backend()}));
  Optimizer optimizer({weight}, options);
  nn::CosineSchedule schedule(optimizer, {.steps = 10});
  for (int step = 0; step < 10; ++step) {
    optimizer.zero_grad();
    mean(square(matmul(Variable(x), weight) - y)).backward();
    optimizer.step();
    schedule.step();
  }
  return weight.value().to(DType::f64);
}

TEST_F(Module10, StepsOfSgdFollowTheGradients) {
  const nn::SGDOptions options{.learning_rate = 0.1, .momentum = 0.9, .weight_decay = 0.01};
  const Tensor weight = trained<nn::SGD>(DType::f32, options);
  EXPECT_TENSOR_NEAR(weight, trained<nn::SGD>(DType::f64, options), 1e-4);
  EXPECT_GT(max(abs(weight)).item(), 0.01);
}

TEST_F(Module10, StepsOfAdamFollowTheGradients) {
  const nn::AdamOptions options{.learning_rate = 0.1};
  EXPECT_TENSOR_NEAR(trained<nn::Adam>(DType::f32, options), trained<nn::Adam>(DType::f64, options), 1e-3);
}

TEST_F(Module10, TheRateFallsAlongACosine) {
  nn::SGD optimizer({variable(Tensor{1.0})}, {.learning_rate = 0.4});
  nn::CosineSchedule schedule(optimizer, {.steps = 4});
  schedule.step();
  schedule.step();
  EXPECT_NEAR(optimizer.learning_rate(), 0.2, 1e-12);
}

}  // namespace
}  // namespace tinytorch::testing
