// Module 05: networks of dense layers.
//
// A network is a list of layers, each of which computes with the result of the one before. Here you build
// such lists, run them on a batch, read classes from what comes out, and say beforehand what a network needs:
// how many parameters, how many multiplications.
//
// Each function below is an exercise. Replace its todo() by your code, save, and run
//
//     ./tito module test 05

#include "modules/05_dense/dense.h"

#include <cmath>
#include <limits>
#include <set>

#include "modules/course/todo.h"

using tinytorch::course::todo;

namespace dense {

/// A matrix with a row for each image, which has the pixels of all its channels.
///
///     images [2, 1, 28, 28]: a matrix [2, 784]    images [0, 3, 2, 2]: a matrix [0, 12]
///
/// 1. The number of columns is the product of channels, height and width, also if there are no images.
/// 2. The pixels of an image are contiguous already, so the values stay as they are.
/// 3. If their number is not rows times columns, throw std::invalid_argument.
Matrix flatten(const Images& images) {
  // BEGIN SOLUTION flatten
  const std::size_t columns = images.channels * images.height * images.width;
  if (images.values.size() != images.count * columns)
    throw std::invalid_argument("the shape needs another number of values");
  return {.rows = images.count, .columns = columns, .values = images.values};
  // END SOLUTION
}

/// The number of parameters of a dense layer with `in` inputs and `out` outputs.
///
///     dense_parameters(3, 2, false) = 6    dense_parameters(3, 2, true) = 8
///
/// 1. The weight is a matrix [out, in].
/// 2. With a bias, each output has one.
/// Hint: layers of 100,000 inputs and outputs exist, so multiply in std::size_t, not in int.
std::size_t dense_parameters(std::size_t in, std::size_t out, bool bias) {
  // BEGIN SOLUTION dense_parameters
  return in * out + (bias ? out : 0);
  // END SOLUTION
}

/// The number of parameters of a network. A layer that occurs several times has its parameters once.
///
///     {a, b}: those of a and those of b    {a, b, a}: the same
///
/// 1. Add up the parameter_count() of the layers.
/// 2. Skip a layer that was counted before. Layers are the same if their addresses are, layer.get(), and not
/// because they have equally many parameters.
/// Hint: a std::set of addresses.
std::size_t parameter_count(const Layers& layers) {
  // BEGIN SOLUTION parameter_count
  std::set<const Layer*> counted;
  std::size_t sum = 0;
  for (const auto& layer : layers) {
    if (counted.insert(layer.get()).second) sum += layer->parameter_count();
  }
  return sum;
  // END SOLUTION
}

/// The result of a network for a batch x [rows, columns]: the first layer is applied to x, each other one to
/// the result of the layer before.
///
///     {}: x itself    {Dense(784, 128), Relu, Dense(128, 10)} and x [32, 784]: a matrix [32, 10]
///
/// 1. Begin with a copy of x, and replace it by layer->forward() of it, layer by layer.
/// 2. A layer that does not fit throws std::invalid_argument, whose text says how many columns came and were
/// expected, but not which layer of the network it is. Catch it, and throw another one, whose text is "layer
/// ", the layer's index, ": " and what() of the first. Indices begin at 0.
Matrix forward(const Layers& layers, const Matrix& x) {
  // BEGIN SOLUTION forward
  Matrix y = x;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    try {
      y = layers[i]->forward(y);
    } catch (const std::invalid_argument& error) {
      throw std::invalid_argument("layer " + std::to_string(i) + ": " + error.what());
    }
  }
  return y;
  // END SOLUTION
}

/// A multilayer perceptron: a dense layer, with bias, from each width to the next one, and a ReLU between two
/// dense layers.
///
///     mlp({784, 128, 10}): Dense(784, 128), Relu, Dense(128, 10)    mlp({3, 1}): Dense(3, 1)
///
/// 1. n widths give n - 1 dense layers. Fewer than two widths, or a width of 0, are errors: throw
/// std::invalid_argument.
/// 2. No ReLU follows the last layer: scores can be negative.
/// Hint: std::make_shared<Dense>(in, out).
Layers mlp(std::span<const std::size_t> widths) {
  // BEGIN SOLUTION mlp
  if (widths.size() < 2) throw std::invalid_argument("an mlp needs two widths or more");
  for (const std::size_t width : widths) {
    if (width == 0) throw std::invalid_argument("a width is 0");
  }
  Layers layers;
  for (std::size_t i = 1; i < widths.size(); ++i) {
    if (i > 1) layers.push_back(std::make_shared<Relu>());
    layers.push_back(std::make_shared<Dense>(widths[i - 1], widths[i]));
  }
  return layers;
  // END SOLUTION
}

/// The class of each row of scores [rows, classes]: the index of its largest score.
///
///     predict({{0.1, 0.7, 0.2}, {5, 5, 1}}) = {1, 0}
///
/// 1. Of equal scores the first one counts.
/// 2. NaN counts as the largest, as in NumPy's argmax: the class is the index of the first NaN of the row.
/// 3. Without columns there is no class to choose: if there are rows, throw std::invalid_argument.
std::vector<std::size_t> predict(const Matrix& scores) {
  // BEGIN SOLUTION predict
  if (scores.columns == 0 && scores.rows > 0) throw std::invalid_argument("there are no classes");
  std::vector<std::size_t> classes(scores.rows, 0);
  for (std::size_t i = 0; i < scores.rows; ++i) {
    const float* const row = scores.values.data() + i * scores.columns;
    std::size_t& best = classes[i];
    for (std::size_t j = 1; j < scores.columns && !std::isnan(row[best]); ++j) {
      if (row[j] > row[best] || std::isnan(row[j])) best = j;
    }
  }
  return classes;
  // END SOLUTION
}

/// The number of multiply-adds, a product and its addition to a sum, that an mlp of these widths takes for a
/// batch.
///
///     multiply_adds({784, 128, 10}, 1) = 101632    multiply_adds({784, 128, 10}, 32) = 3252224
///
/// 1. A dense layer takes in · out of them for each sample. What biases and ReLUs add does not count.
/// 2. The result has 64 bits. If it, or a product on the way, does not fit, throw std::overflow_error: an
/// unsigned product that is too large wraps around, and gives a small number without a warning.
/// Hint: a · b is too large if b is not 0 and a > largest / b, where largest is
/// std::numeric_limits<std::uint64_t>::max().
std::uint64_t multiply_adds(std::span<const std::uint64_t> widths, std::uint64_t batch) {
  // BEGIN SOLUTION multiply_adds
  constexpr std::uint64_t kLargest = std::numeric_limits<std::uint64_t>::max();
  const auto product = [](std::uint64_t a, std::uint64_t b) {
    if (b != 0 && a > kLargest / b) throw std::overflow_error("the product has more than 64 bits");
    return a * b;
  };
  std::uint64_t sum = 0;
  for (std::size_t i = 1; i < widths.size(); ++i) {
    const std::uint64_t terms = product(product(widths[i - 1], widths[i]), batch);
    if (terms > kLargest - sum) throw std::overflow_error("the sum has more than 64 bits");
    sum += terms;
  }
  return sum;
  // END SOLUTION
}

}  // namespace dense
