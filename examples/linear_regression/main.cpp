// A line through points: the smallest training loop, without layers and without an optimizer.

#include <tinytorch/tinytorch.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "examples/common/program.h"

using namespace tinytorch;

namespace {

/// Fits y = weight * x + bias by gradient descent.
int fit(const examples::Program& program, int epochs) {
  const Options options{.device = program.device};
  Generator generator(program.seed);
  const Tensor x = rand({100}, options, generator) * 4 - 2;
  const Tensor y = 3 * x + 2 + 0.1 * randn({100}, options, generator);

  Variable weight = variable(zeros({}, options)), bias = variable(zeros({}, options));
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    const Variable loss = mean(square(weight * x + bias - y));
    weight.zero_grad();
    bias.zero_grad();
    loss.backward();
    weight.set_value(weight.value() - 0.1 * weight.grad());
    bias.set_value(bias.value() - 0.1 * bias.grad());
    if (!program.quiet && (epoch % 10 == 0 || epoch == 1)) {
      std::printf("epoch %3d  loss %.5f  y = %.3f x + %.3f\n", epoch, loss.value().item(),
                  weight.value().item(), bias.value().item());
    }
  }
  std::printf("the points were made with y = 3 x + 2; found y = %.3f x + %.3f\n", weight.value().item(),
              bias.value().item());
  const bool is_near = std::abs(weight.value().item() - 3) < 0.05 && std::abs(bias.value().item() - 2) < 0.05;
  return is_near ? examples::kDone : examples::kFailed;
}

}  // namespace

int main(int argc, char** argv) {
  examples::Program program("linear_regression", "Fits a line to points by gradient descent.");
  int epochs = 50;
  program.add_training_flags();
  program.app->add_option("--epochs", epochs, "Steps of gradient descent")
      ->check(examples::positive)
      ->capture_default_str();
  return program.run(argc, argv, [&] { return fit(program, program.quick ? std::min(epochs, 30) : epochs); });
}
