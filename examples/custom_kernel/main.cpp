// An op of your own, with a kernel for each device and a gradient: checked, then used in a model.

#include <tinytorch/tinytorch.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <numbers>
#include <utility>
#include <vector>

#include "examples/common/program.h"
#include "examples/custom_kernel/snake.h"

using namespace tinytorch;

namespace {

/// Compares the kernel with the same formula in ops of the library, and the gradient with differences.
bool check(Device device) {
  const Tensor x = linspace(-3, 3, 1001, {.device = device});
  const bool values_agree =
      allclose(snake(x, 2.0), x + square(sin(2 * x)) / 2, {.relative = 1e-5, .absolute = 1e-6});
  const Function f = [](const std::vector<Variable>& in) { return snake(in[0], 2.0); };
  const GradcheckResult gradient =
      gradcheck(f, {linspace(-3, 3, 7, {.dtype = DType::f64, .device = device})});
  std::printf("values: %s\ngradient: %s\n", values_agree ? "right" : "WRONG",
              gradient.ok ? "right" : gradient.message.c_str());
  return values_agree && gradient.ok;
}

/// Learns sin(x) between -2 pi and 2 pi, and prints the errors there and up to 4 pi.
template <class Activation>
void learn(const char* name, Activation activation, int epochs, const examples::Program& program) {
  constexpr double kPi = std::numbers::pi;
  const auto points = [&](double from, double to) {
    return reshape(linspace(from, to, 200, {.device = program.device}), {200, 1});
  };
  const Tensor inside = points(-2 * kPi, 2 * kPi), outside = points(2 * kPi, 4 * kPi);
  Generator generator(program.seed);
  nn::Sequential model{nn::Dense(1, 32, {.generator = &generator}), std::move(activation),
                       nn::Dense(32, 1, {.generator = &generator})};
  model.to(program.device);
  nn::Adam optimizer(model.parameters(), {.learning_rate = 0.01});
  const nn::MeanSquaredError criterion;
  for (int epoch = 0; epoch < epochs; ++epoch) {
    const Variable loss = criterion(model(Variable(inside)), sin(inside));
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
  }
  std::printf("%-6s mean squared error of sin(x) where it was seen: %.5f, beyond: %.5f\n", name,
              criterion(model(inside), sin(inside)).item(), criterion(model(outside), sin(outside)).item());
}

int run(const examples::Program& program, int epochs) {
  if (!check(program.device)) return examples::kFailed;
  if (program.quick) epochs = std::min(epochs, 20);
  learn("snake", Snake(), epochs, program);
  learn("tanh", nn::Tanh(), epochs, program);
  return examples::kDone;
}

}  // namespace

int main(int argc, char** argv) {
  examples::Program program("custom_kernel", "An op with kernels of its own, checked and used in a model.");
  int epochs = 2000;
  program.add_training_flags();
  program.app->add_option("--epochs", epochs, "Steps of training")
      ->check(examples::positive)
      ->capture_default_str();
  return program.run(argc, argv, [&] { return run(program, epochs); });
}
