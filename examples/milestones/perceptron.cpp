// 1958: Rosenblatt's perceptron, "a probabilistic model for information storage and organization in the
// brain".

#include "examples/milestones/milestones.h"

#include <tinytorch/tinytorch.h>

#include <cstdio>

using namespace tinytorch;

namespace milestones {
namespace {

/// Points of the square [-1, 1]², with a 1 for the bias, and the side of a line on which each is: 1 or -1.
/// There are none next to the line, so that the rule comes to an end.
struct Points {
  Tensor x;  ///< [n, 3]
  Tensor y;  ///< [n, 1]
};

Points draw_points(std::int64_t n, Generator& generator, const Options& options) {
  const Tensor normal = Tensor{{0.6, 0.8}}.to(options.device.value());
  const Tensor points = rand({n, 2}, options, generator) * 2 - 1;
  const Tensor y =
      where(matmul(points, transpose(normal, 0, 1)) > 0.1, ones({n, 1}, options), -ones({n, 1}, options));
  return {concat({points + 0.05 * y * normal, ones({n, 1}, options)}, 1), y};
}

double accuracy(const Points& points, const Tensor& weight) {
  return mean((matmul(points.x, weight) * points.y > 0).to(DType::f32)).item();
}

}  // namespace

int perceptron(const examples::Program& program) {
  const Options options{.device = program.device};
  Generator generator(program.seed);
  const Points training = draw_points(100, generator, options), test = draw_points(1000, generator, options);
  Tensor weight = zeros({3, 1}, options);
  int corrections = 0;
  for (int epoch = 1; epoch <= 100; ++epoch) {
    for (std::int64_t i = 0; i < training.x.size(0); ++i) {
      const Tensor x = slice(training.x, 0, i, i + 1), y = slice(training.y, 0, i, i + 1);
      if ((matmul(x, weight) * y).item() > 0) continue;
      weight = weight + transpose(x, 0, 1) * y;  // the rule: move the line towards the point
      ++corrections;
    }
    std::printf("epoch %2d  corrections %3d  training accuracy %.3f\n", epoch, corrections,
                accuracy(training, weight));
    if (accuracy(training, weight) == 1) break;
  }
  std::printf("accuracy on 1000 points that it has not seen: %.3f\n", accuracy(test, weight));
  return accuracy(test, weight) > 0.9 ? examples::kDone : examples::kFailed;
}

}  // namespace milestones
