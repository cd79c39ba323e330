// 1986: Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors".

#include "examples/milestones/milestones.h"

#include <tinytorch/tinytorch.h>

#include <array>
#include <cstdio>
#include <string_view>
#include <vector>

using namespace tinytorch;

namespace milestones {
namespace {

/// XOR with one hidden layer, as in examples/xor_network, which says why the weights begin as they do.
/// @return  how many of the four points are right
int learn_xor(const examples::Program& program) {
  const Tensor x = Tensor{{0.0, 0.0}, {0.0, 1.0}, {1.0, 0.0}, {1.0, 1.0}}.to(program.device);
  const Tensor y = Tensor{{0.0}, {1.0}, {1.0}, {0.0}}.to(program.device);
  Generator generator(program.seed);
  nn::Sequential model{
      nn::Dense(2, 4,
                {.weight_init = nn::init::mirrored_orthogonal(),
                 .bias_init = nn::init::constant(0.5),
                 .generator = &generator}),
      nn::ReLU(), nn::Dense(4, 1, {.weight_init = nn::init::xavier_uniform(0.1), .generator = &generator}),
      nn::Sigmoid()};
  model.to(program.device);
  nn::SGD optimizer(model.parameters(), {.learning_rate = 2});
  for (int step = 0; step < 500; ++step) {
    optimizer.zero_grad();
    mse_loss(model(Variable(x)), y).backward();
    optimizer.step();
  }
  return static_cast<int>(sum(((model(x) > 0.5) == (y > 0.5)).to(DType::f32)).item());
}

/// The digits in five by seven pixels.
constexpr std::array<std::string_view, 10> kDigits{
    ".###."
    "#...#"
    "#...#"
    "#...#"
    "#...#"
    "#...#"
    ".###.",
    "..#.."
    ".##.."
    "..#.."
    "..#.."
    "..#.."
    "..#.."
    ".###.",
    ".###."
    "#...#"
    "....#"
    "...#."
    "..#.."
    ".#..."
    "#####",
    ".###."
    "#...#"
    "....#"
    "..##."
    "....#"
    "#...#"
    ".###.",
    "...#."
    "..##."
    ".#.#."
    "#..#."
    "#####"
    "...#."
    "...#.",
    "#####"
    "#...."
    "####."
    "....#"
    "....#"
    "#...#"
    ".###.",
    ".###."
    "#...."
    "#...."
    "####."
    "#...#"
    "#...#"
    ".###.",
    "#####"
    "....#"
    "...#."
    "..#.."
    "..#.."
    "..#.."
    "..#..",
    ".###."
    "#...#"
    "#...#"
    ".###."
    "#...#"
    "#...#"
    ".###.",
    ".###."
    "#...#"
    "#...#"
    ".####"
    "....#"
    "....#"
    ".###."};

struct Digits {
  Tensor images;  ///< [n, 35]
  Tensor labels;  ///< [n]
};

/// Digits with noise on each pixel.
Digits draw_digits(std::int64_t n, Generator& generator, Device device) {
  std::vector<float> pixels;
  std::vector<std::int64_t> labels;
  for (std::int64_t i = 0; i < n; ++i) {
    labels.push_back(i % 10);
    for (const char pixel : kDigits[static_cast<std::size_t>(i % 10)])
      pixels.push_back(pixel == '#' ? 1.0F : 0.0F);
  }
  const Tensor images = from_values(pixels, {n, 35}) + 0.4 * randn({n, 35}, {}, generator);
  return {images.to(device), from_values(labels, {n}).to(device)};
}

double accuracy(const nn::Sequential& model, const Digits& digits) {
  return mean((argmax(model(digits.images), 1) == digits.labels).to(DType::f32)).item();
}

/// @return  the accuracy on digits with other noise
double learn_digits(const examples::Program& program) {
  Generator generator(program.seed);
  const Digits training = draw_digits(500, generator, program.device),
               test = draw_digits(500, generator, program.device);
  nn::Sequential model{nn::Dense(35, 32, {.generator = &generator}), nn::ReLU(),
                       nn::Dense(32, 10, {.generator = &generator})};
  model.to(program.device);
  std::printf("digits, before training: accuracy %.3f\n", accuracy(model, test));
  nn::SGD optimizer(model.parameters(), {.learning_rate = 0.5});
  for (int step = 1; step <= 200; ++step) {
    optimizer.zero_grad();
    const Variable loss = cross_entropy(model(Variable(training.images)), training.labels);
    loss.backward();
    optimizer.step();
    if (step % 50 == 0) std::printf("digits, step %3d: loss %.4f\n", step, loss.value().item());
  }
  return accuracy(model, test);
}

}  // namespace

int mlp(const examples::Program& program) {
  const int solved = learn_xor(program);
  std::printf("XOR with a hidden layer: %d of 4 points right\n", solved);
  const double right = learn_digits(program);
  std::printf("digits that it has not seen: accuracy %.3f\n", right);
  return solved == 4 && right > 0.9 ? examples::kDone : examples::kFailed;
}

}  // namespace milestones
