#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "autograd/ops.h"
#include "core/ops/convolution.h"
#include "core/ops/window.h"
#include "nn/init.h"
#include "nn/module.h"

/// Convolutions as layers: each applies the op of its name, whose options it takes, to parameters of its own:
/// `nn::Conv2D(3, 16, 5, {.stride = 2}, {.bias = false})`.
namespace tinytorch::nn {

/// What a convolution's parameters are made of. The initialisers see the shape of the weight.
struct ConvolutionOptions {
  bool bias = true;
  Initializer weight_init = init::he_uniform();
  Initializer bias_init = init::constant(0);
  DType dtype = DType::f32;
  Device device = Device::cpu();
  Generator* generator = nullptr;  ///< where the initialisers' numbers come from; null: default_generator()
};

namespace detail {

/// The parameters of a convolution, and what its messages tell of it.
struct ConvolutionParameters {
  const char* layer;
  std::int64_t in_channels;
  Parameter weight, bias;  // bias: undefined where the options want none

  /// @throws ShapeError  not [batch, in_channels, ...] with as many axes as the weight has
  void check_input(const Shape& shape) const;
};

/// Base of the convolution layers.
template <class Derived>
class Convolution : public Layer<Derived> {
 public:
  void visit(Visitor& visitor) override {
    visitor.parameter("weight", made_.weight);
    visitor.parameter("bias", made_.bias);
  }

  const Parameter& weight() const { return made_.weight; }
  /// Undefined where the layer has none.
  const Parameter& bias() const { return made_.bias; }

 protected:
  explicit Convolution(ConvolutionParameters made) : made_(std::move(made)) {}

  const ConvolutionParameters& made() const { return made_; }

 private:
  ConvolutionParameters made_;
};

}  // namespace detail

/// conv2d() with parameters: x [batch, in, height, width] gives [batch, out, ...]. Parameters: weight [out,
/// in / groups, kernel height, kernel width], bias [out].
class Conv2D : public detail::Convolution<Conv2D> {
 public:
  /// @throws ValueError  a number of channels or groups below 1, channels that groups do not share, or a
  /// window that makes no sense. ShapeError  an initialiser gives another shape
  Conv2D(std::int64_t in_channels, std::int64_t out_channels, const Pair& kernel,
         const Conv2dOptions& options = {}, const ConvolutionOptions& parameters = {});

  /// @throws ShapeError  x is not images of `in_channels`, or smaller than the kernel
  template <TensorLike T>
  T forward(const T& x) const {
    made().check_input(x.shape());
    return conv2d(x, as<T>(weight()), as<T>(bias()), options_);
  }

  std::string description() const override;

 private:
  Conv2dOptions options_;
};

/// conv1d() with parameters: x [batch, in, length] gives [batch, out, ...]. Parameters: weight [out, in /
/// groups, kernel], bias [out].
class Conv1D : public detail::Convolution<Conv1D> {
 public:
  /// @throws ValueError  as Conv2D
  Conv1D(std::int64_t in_channels, std::int64_t out_channels, std::int64_t kernel,
         const Conv1dOptions& options = {}, const ConvolutionOptions& parameters = {});

  /// @throws ShapeError  x is not [batch, in_channels, length], or shorter than the kernel
  template <TensorLike T>
  T forward(const T& x) const {
    made().check_input(x.shape());
    return conv1d(x, as<T>(weight()), as<T>(bias()), options_);
  }

  std::string description() const override;

 private:
  Conv1dOptions options_;
};

/// conv_transpose2d() with parameters: x [batch, in, height, width] gives [batch, out, ...]. Parameters:
/// weight [in, out / groups, kernel height, kernel width], bias [out].
class ConvTranspose2D : public detail::Convolution<ConvTranspose2D> {
 public:
  /// @throws ValueError  as Conv2D
  ConvTranspose2D(std::int64_t in_channels, std::int64_t out_channels, const Pair& kernel,
                  const ConvTranspose2dOptions& options = {}, const ConvolutionOptions& parameters = {});

  /// @throws ShapeError  x is not images of `in_channels`
  template <TensorLike T>
  T forward(const T& x) const {
    made().check_input(x.shape());
    return conv_transpose2d(x, as<T>(weight()), as<T>(bias()), options_);
  }

  std::string description() const override;

 private:
  ConvTranspose2dOptions options_;
};

}  // namespace tinytorch::nn
