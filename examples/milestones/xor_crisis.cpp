// 1969: Minsky and Papert, "Perceptrons". What one layer cannot learn.

#include "examples/milestones/milestones.h"

#include <tinytorch/tinytorch.h>

#include <algorithm>
#include <cstdio>

using namespace tinytorch;

namespace milestones {
namespace {

/// Trains sigmoid(x w + b) from random numbers.
/// @return  how many of the four points are right
int train(const Tensor& x, const Tensor& y, Generator& generator) {
  const Options options{.device = x.device()};
  const Variable weight = variable(randn({2, 1}, options, generator)),
                 bias = variable(randn({1}, options, generator));
  Variable w = weight, b = bias;
  for (int step = 0; step < 500; ++step) {
    w.zero_grad();
    b.zero_grad();
    mean(square(sigmoid(matmul(Variable(x), w) + b) - y)).backward();
    w.set_value(w.value() - 2 * w.grad());
    b.set_value(b.value() - 2 * b.grad());
  }
  const Tensor prediction = sigmoid(matmul(x, w.value()) + b.value()) > 0.5;
  return static_cast<int>(sum((prediction == (y > 0.5)).to(DType::f32)).item());
}

}  // namespace

int xor_crisis(const examples::Program& program) {
  constexpr int kStarts = 20;
  const Tensor x = Tensor{{0.0, 0.0}, {0.0, 1.0}, {1.0, 0.0}, {1.0, 1.0}}.to(program.device);
  const Tensor y = Tensor{{0.0}, {1.0}, {1.0}, {0.0}}.to(program.device);
  Generator generator(program.seed);
  int best = 0;
  for (int start = 1; start <= kStarts; ++start) best = std::max(best, train(x, y, generator));
  std::printf("one layer, %d random starts of 500 steps: at best %d of 4 points right\n", kStarts, best);
  if (best == 4) {
    std::printf("this cannot be: no line divides the points of XOR\n");
    return examples::kFailed;
  }
  std::printf(
      "it fails, as it must. (0, 1) and (1, 0) need w1 + b > 0 and w2 + b > 0, so w1 + w2 + 2 b > 0;\n"
      "(0, 0) and (1, 1) need b <= 0 and w1 + w2 + b <= 0, so w1 + w2 + 2 b <= 0. No weights do both.\n"
      "A hidden layer does: `./tito milestone run mlp`, 17 years later.\n");
  return examples::kDone;
}

}  // namespace milestones
