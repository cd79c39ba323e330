#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "autograd/ops.h"
#include "core/ops/convolution.h"
#include "core/ops/window.h"
#include "nn/init.h"
#include "nn/module.h"

/// Convolution layers. Each applies the function of core/ops/convolution.h that its docstring names, with the
/// same options, to its own weight and bias. The options of the operation, such as stride and padding, are in
/// the first braces, those of the parameters in the second. PyTorch initializes otherwise: here the weight is
/// he_uniform(), and the bias 0. An input of another dtype than the parameters throws DTypeError.
///
/// ```cpp
/// const nn::Conv2D conv(3, 16, 5, {.stride = 2}, {.bias = false});
/// const Tensor y = conv(randn({8, 3, 32, 32}));  // [8, 16, 14, 14]
/// ```
namespace tinytorch::nn {

/// The options of a convolution layer's parameters.
struct ConvolutionParameterOptions {
  bool bias = true;
  Initializer weight_init = init::he_uniform();
  Initializer bias_init = init::constant(0);
  DType dtype = DType::f32;
  Device device = Device::cpu();
  Generator* generator = nullptr;  ///< for the initializers; null: default_generator()
};

/// The parameters of a convolution layer, for the layers below.
struct ConvolutionParameters {
  const char* layer;
  std::int64_t in_channels;
  Parameter weight, bias;  ///< bias is undefined if the layer has none

  /// Checks the shape of an input.
  /// @throws ShapeError  the shape is not [N, in_channels, ...] with as many axes as the weight
  void check_input(const Shape& shape) const;
};

/// The base of the convolution layers, which has their parameters.
template <class Derived>
class Convolution : public Layer<Derived> {
 public:
  void visit(Visitor& visitor) override {
    visitor.parameter("weight", own_.weight);
    visitor.parameter("bias", own_.bias);
  }

  const Parameter& weight() const { return own_.weight; }
  /// Undefined if the layer has none.
  const Parameter& bias() const { return own_.bias; }

 protected:
  explicit Convolution(ConvolutionParameters own) : own_(std::move(own)) {}

  const ConvolutionParameters& own() const { return own_; }

 private:
  ConvolutionParameters own_;
};

/// 2D convolution, conv2d(): [N, in, H, W] gives [N, out, H', W']. Parameters: weight
/// [out, in / groups, kH, kW] and bias [out].
class Conv2D : public Convolution<Conv2D> {
 public:
  /// @throws ValueError  in_channels, out_channels or groups is less than 1; groups does not divide the
  ///                     channels; or kernel, stride, padding or dilation is out of range, as for
  ///                     window_output_size()
  /// @throws ShapeError  an initializer returns another shape
  Conv2D(std::int64_t in_channels, std::int64_t out_channels, const Pair& kernel,
         const Conv2dOptions& options = {}, const ConvolutionParameterOptions& parameters = {});

  /// @throws ShapeError  x is not [N, in, H, W], or is smaller with its padding than the kernel
  template <TensorLike T>
  T forward(const T& x) const {
    own().check_input(x.shape());
    return conv2d(x, as<T>(weight()), as<T>(bias()), options_);
  }

  std::string description() const override;

 private:
  Conv2dOptions options_;
};

/// 1D convolution, conv1d(): [N, in, L] gives [N, out, L']. Parameters: weight [out, in / groups, k] and bias
/// [out].
class Conv1D : public Convolution<Conv1D> {
 public:
  /// @throws ValueError, ShapeError  as Conv2D
  Conv1D(std::int64_t in_channels, std::int64_t out_channels, std::int64_t kernel,
         const Conv1dOptions& options = {}, const ConvolutionParameterOptions& parameters = {});

  /// @throws ShapeError  x is not [N, in, L], or is shorter with its padding than the kernel
  template <TensorLike T>
  T forward(const T& x) const {
    own().check_input(x.shape());
    return conv1d(x, as<T>(weight()), as<T>(bias()), options_);
  }

  std::string description() const override;

 private:
  Conv1dOptions options_;
};

/// Transposed 2D convolution, conv_transpose2d(): [N, in, H, W] gives [N, out, H', W']. Parameters: weight
/// [in, out / groups, kH, kW] and bias [out].
class ConvTranspose2D : public Convolution<ConvTranspose2D> {
 public:
  /// @throws ValueError, ShapeError  as Conv2D
  ConvTranspose2D(std::int64_t in_channels, std::int64_t out_channels, const Pair& kernel,
                  const ConvTranspose2dOptions& options = {},
                  const ConvolutionParameterOptions& parameters = {});

  /// @throws ShapeError  x is not [N, in, H, W]
  template <TensorLike T>
  T forward(const T& x) const {
    own().check_input(x.shape());
    return conv_transpose2d(x, as<T>(weight()), as<T>(bias()), options_);
  }

  std::string description() const override;

 private:
  ConvTranspose2dOptions options_;
};

}  // namespace tinytorch::nn
