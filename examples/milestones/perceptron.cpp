// 1958: Rosenblatt's perceptron, "a probabilistic model for information storage and organization in the
// brain".

#include "examples/milestones/milestones.h"

#include <tinytorch/tinytorch.h>

#include <cstdio>

using namespace tinytorch;

namespace milestones {
namespace {

/// Points around (2, 2), of class 1, and around (-2, -2), of class -1, with a 1 for the bias: [n, 3].
struct Clouds {
  Tensor x, y;
};

Clouds make_clouds(std::int64_t n, Generator& generator, const Options& options) {
  const Tensor y = concat({ones({n / 2, 1}, options), -ones({n / 2, 1}, options)}, 0);
  const Tensor points = 2 * y + randn({n, 2}, options, generator);
  return {concat({points, ones({n, 1}, options)}, 1), y};
}

double accuracy(const Clouds& clouds, const Tensor& weight) {
  return mean((matmul(clouds.x, weight) * clouds.y > 0).to(DType::f32)).item();
}

}  // namespace

int perceptron(const examples::Program& program) {
  const Options options{.device = program.device};
  Generator generator(program.seed);
  const Clouds training = make_clouds(100, generator, options), test = make_clouds(1000, generator, options);
  Tensor weight = zeros({3, 1}, options);
  int corrections = 0;
  for (int epoch = 1; epoch <= 20; ++epoch) {
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
  return accuracy(test, weight) > 0.95 ? examples::kDone : examples::kFailed;
}

}  // namespace milestones
