#pragma once

#include <cstdint>
#include <string>

#include "autograd/ops.h"
#include "core/ops/convolution.h"
#include "nn/init.h"
#include "nn/module.h"

namespace tinytorch::nn {

/// What a convolution layer is made of. The initialisers see the shape of the weight.
struct Conv2DOptions {
  Pair stride = 1;
  Pair padding = 0;
  Pair dilation = 1;
  std::int64_t groups = 1;
  bool bias = true;
  Initializer weight_init = init::he_uniform();
  Initializer bias_init = init::constant(0);
  DType dtype = DType::f32;
  Device device = Device::cpu();
  Generator* generator = nullptr;  ///< where the initialisers' numbers come from; null: default_generator()
};

/// conv2d() with parameters: x [batch, in, height, width] gives [batch, out, ...]. Parameters: weight [out,
/// in / groups, kernel height, kernel width], bias [out].
class Conv2D : public Layer<Conv2D> {
 public:
  /// @throws ValueError  a number of channels, kernel or groups below 1, or channels that groups do not share
  Conv2D(std::int64_t in_channels, std::int64_t out_channels, const Pair& kernel,
         const Conv2DOptions& options = {});

  /// @throws ShapeError  x is not images of `in_channels`, or smaller than the kernel
  template <TensorLike T>
  T forward(const T& x) const {
    check_input(x.shape());
    return conv2d(x, as<T>(weight_), as<T>(bias_), options_);
  }

  void visit(Visitor& visitor) override;
  std::string description() const override;

  const Parameter& weight() const { return weight_; }
  /// Undefined where the layer has none.
  const Parameter& bias() const { return bias_; }

 private:
  void check_input(const Shape& shape) const;

  std::int64_t in_channels_;
  Conv2dOptions options_;
  Parameter weight_;
  Parameter bias_;
};

struct Conv1DOptions {
  std::int64_t stride = 1;
  std::int64_t padding = 0;
  std::int64_t dilation = 1;
  std::int64_t groups = 1;
  bool bias = true;
  Initializer weight_init = init::he_uniform();
  Initializer bias_init = init::constant(0);
  DType dtype = DType::f32;
  Device device = Device::cpu();
  Generator* generator = nullptr;  ///< where the initialisers' numbers come from; null: default_generator()
};

/// conv1d() with parameters: x [batch, in, length] gives [batch, out, ...]. Parameters: weight [out, in /
/// groups, kernel], bias [out].
class Conv1D : public Layer<Conv1D> {
 public:
  /// @throws ValueError  as Conv2D
  Conv1D(std::int64_t in_channels, std::int64_t out_channels, std::int64_t kernel,
         const Conv1DOptions& options = {});

  /// @throws ShapeError  x is not [batch, in_channels, length], or shorter than the kernel
  template <TensorLike T>
  T forward(const T& x) const {
    check_input(x.shape());
    return conv1d(x, as<T>(weight_), as<T>(bias_), options_);
  }

  void visit(Visitor& visitor) override;
  std::string description() const override;

  const Parameter& weight() const { return weight_; }
  /// Undefined where the layer has none.
  const Parameter& bias() const { return bias_; }

 private:
  void check_input(const Shape& shape) const;

  std::int64_t in_channels_;
  Conv1dOptions options_;
  Parameter weight_;
  Parameter bias_;
};

struct ConvTranspose2DOptions {
  Pair stride = 1;
  Pair padding = 0;
  Pair output_padding = 0;
  Pair dilation = 1;
  std::int64_t groups = 1;
  bool bias = true;
  Initializer weight_init = init::he_uniform();
  Initializer bias_init = init::constant(0);
  DType dtype = DType::f32;
  Device device = Device::cpu();
  Generator* generator = nullptr;  ///< where the initialisers' numbers come from; null: default_generator()
};

/// conv_transpose2d() with parameters: x [batch, in, height, width] gives [batch, out, ...]. Parameters:
/// weight [in, out / groups, kernel height, kernel width], bias [out].
class ConvTranspose2D : public Layer<ConvTranspose2D> {
 public:
  /// @throws ValueError  as Conv2D
  ConvTranspose2D(std::int64_t in_channels, std::int64_t out_channels, const Pair& kernel,
                  const ConvTranspose2DOptions& options = {});

  /// @throws ShapeError  x is not images of `in_channels`
  template <TensorLike T>
  T forward(const T& x) const {
    check_input(x.shape());
    return conv_transpose2d(x, as<T>(weight_), as<T>(bias_), options_);
  }

  void visit(Visitor& visitor) override;
  std::string description() const override;

  const Parameter& weight() const { return weight_; }
  /// Undefined where the layer has none.
  const Parameter& bias() const { return bias_; }

 private:
  void check_input(const Shape& shape) const;

  std::int64_t in_channels_;
  ConvTranspose2dOptions options_;
  Parameter weight_;
  Parameter bias_;
};

}  // namespace tinytorch::nn
