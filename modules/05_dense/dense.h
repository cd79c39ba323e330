#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

// What module 05 writes: dense_dev.cpp defines the functions at the end. The types before them are given: the
// modules before this one wrote what their layers compute.
namespace dense {

/// A matrix, row after row: element (i, j) is values[i * columns + j]. A row is a sample of a batch.
struct Matrix {
  std::size_t rows = 0, columns = 0;
  std::vector<float> values = {};
};

/// A batch of images [count, channels, height, width], contiguous in the order of these axes.
struct Images {
  std::size_t count = 0, channels = 0, height = 0, width = 0;
  std::vector<float> values = {};
};

/// A function of a batch, with parameters.
class Layer {
 public:
  Layer() = default;
  virtual ~Layer() = default;
  Layer(const Layer&) = delete;
  Layer& operator=(const Layer&) = delete;

  /// @throws std::invalid_argument  the layer needs another number of columns; the message has both numbers
  virtual Matrix forward(const Matrix& x) const = 0;
  virtual std::size_t parameter_count() const = 0;
};

/// The layers of a network, in the order in which they are applied. A layer can occur several times.
using Layers = std::vector<std::shared_ptr<Layer>>;

/// y = x weightᵀ + bias, as in module 04. The parameters are 0 at first.
class Dense : public Layer {
 public:
  Dense(std::size_t in_features, std::size_t out_features, bool with_bias = true)
      : in(in_features),
        out(out_features),
        weight(in_features * out_features),
        bias(with_bias ? out_features : 0) {}

  Matrix forward(const Matrix& x) const override {
    if (x.columns != in) {
      throw std::invalid_argument("the input has " + std::to_string(x.columns) + " columns, expected " +
                                  std::to_string(in));
    }
    Matrix y{.rows = x.rows, .columns = out, .values = std::vector<float>(x.rows * out)};
    for (std::size_t i = 0; i < x.rows; ++i) {
      for (std::size_t j = 0; j < out; ++j) {
        double sum = bias.empty() ? 0 : bias[j];
        for (std::size_t l = 0; l < in; ++l)
          sum += static_cast<double>(x.values[i * in + l]) * weight[j * in + l];
        y.values[i * out + j] = static_cast<float>(sum);
      }
    }
    return y;
  }
  std::size_t parameter_count() const override { return weight.size() + bias.size(); }

  std::size_t in, out;
  std::vector<float> weight;  ///< [out, in]
  std::vector<float> bias;    ///< [out], or empty
};

/// max(x, 0) of each element, as in module 03.
class Relu : public Layer {
 public:
  Matrix forward(const Matrix& x) const override {
    Matrix y = x;
    for (float& each : y.values) each = each < 0 ? 0 : each;
    return y;
  }
  std::size_t parameter_count() const override { return 0; }
};

Matrix flatten(const Images& images);
std::size_t dense_parameters(std::size_t in, std::size_t out, bool bias);
std::size_t parameter_count(const Layers& layers);
Matrix forward(const Layers& layers, const Matrix& x);
Layers mlp(std::span<const std::size_t> widths);
std::vector<std::size_t> predict(const Matrix& scores);
std::uint64_t multiply_adds(std::span<const std::uint64_t> widths, std::uint64_t batch);

}  // namespace dense
