#pragma once

#include <cstdint>
#include <string>

#include "autograd/ops.h"
#include "nn/embedding.h"
#include "nn/init.h"
#include "nn/module.h"

/// Layers that add positions to the elements of a sequence. Rotary positions are an option of the attention
/// layers.
///
/// ```cpp
/// const nn::PositionalEmbedding positions(128, 16);
/// const Tensor x = randn({2, 10, 16});
/// const Tensor y = positions(x);                                         // the positions 0 ... 9
/// const Tensor next = positions.forward(randn({2, 1, 16}), 10);          // the position 10
/// const Tensor fixed = nn::SinusoidalPositions(16)(x);                   // without parameters
/// ```
namespace tinytorch::nn {

/// The options of a PositionalEmbedding.
struct PositionalEmbeddingOptions {
  Initializer weight_init = standard_normal;
  DType dtype = DType::f32;
  Device device = Device::cpu();
  Generator* generator = nullptr;  ///< for the initializer; null: default_generator()
};

/// Adds a learned vector for each position: [..., length, features] gives the same shape. Parameter: weight
/// [max_length, features].
class PositionalEmbedding : public Layer<PositionalEmbedding> {
 public:
  /// @throws ValueError  max_length or features is less than 1
  /// @throws ShapeError  the initializer returns another shape
  PositionalEmbedding(std::int64_t max_length, std::int64_t features,
                      const PositionalEmbeddingOptions& options = {});

  /// @param offset  the position of the first element along the axis of length
  /// @throws ShapeError  x is not [..., length, features], or has positions that are not in [0, max_length)
  template <TensorLike T>
  T forward(const T& x, std::int64_t offset = 0) const {
    check_input(x.shape(), offset);
    return x + slice(as<T>(weight_), 0, offset, offset + x.size(-2));
  }

  void visit(Visitor& visitor) override { visitor.parameter("weight", weight_); }
  std::string description() const override;

  const Parameter& weight() const { return weight_; }

 private:
  void check_input(const Shape& shape, std::int64_t offset) const;

  std::int64_t max_length_, features_;
  Parameter weight_;
};

/// Adds the sine and cosine waves of sinusoidal_positions(): [..., length, features] gives the same shape.
class SinusoidalPositions : public Layer<SinusoidalPositions> {
 public:
  /// @throws ValueError  features is less than 1
  explicit SinusoidalPositions(std::int64_t features);

  /// @param offset  the position of the first element along the axis of length
  /// @throws ShapeError  x is not [..., length, features], or offset is negative
  template <TensorLike T>
  T forward(const T& x, std::int64_t offset = 0) const {
    return x + T(waves_for(value_of(x), offset));
  }

  std::string description() const override;

 private:
  Tensor waves_for(const Tensor& x, std::int64_t offset) const;

  std::int64_t features_;
};

}  // namespace tinytorch::nn
