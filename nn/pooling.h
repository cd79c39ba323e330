#pragma once

#include <cstdint>
#include <string>

#include "autograd/ops.h"
#include "core/ops/interpolate.h"
#include "core/ops/pooling.h"
#include "nn/module.h"

/// Pooling and resizing layers, for x [N, C, H, W] (2D) or [N, C, L] (1D). Each applies the function that its
/// docstring names, which documents options and errors.
///
/// ```cpp
/// const nn::MaxPool2D pool(2);
/// const Tensor y = pool(randn({8, 3, 32, 32}));  // [8, 3, 16, 16]
/// ```
namespace tinytorch::nn {

/// 2D max pooling, max_pool2d().
class MaxPool2D : public Layer<MaxPool2D> {
 public:
  explicit MaxPool2D(const Pair& kernel, const MaxPool2dOptions& options = {})
      : kernel_(kernel), options_(options) {}

  /// @throws ShapeError, ValueError  as max_pool2d()
  template <TensorLike T>
  T forward(const T& x) const {
    return max_pool2d(x, kernel_, options_);
  }

  std::string description() const override;

 private:
  Pair kernel_;
  MaxPool2dOptions options_;
};

/// 1D max pooling, max_pool1d().
class MaxPool1D : public Layer<MaxPool1D> {
 public:
  explicit MaxPool1D(std::int64_t kernel, const MaxPool1dOptions& options = {})
      : kernel_(kernel), options_(options) {}

  /// @throws ShapeError, ValueError  as max_pool1d()
  template <TensorLike T>
  T forward(const T& x) const {
    return max_pool1d(x, kernel_, options_);
  }

  std::string description() const override;

 private:
  std::int64_t kernel_;
  MaxPool1dOptions options_;
};

/// 2D average pooling, avg_pool2d().
class AvgPool2D : public Layer<AvgPool2D> {
 public:
  explicit AvgPool2D(const Pair& kernel, const AvgPool2dOptions& options = {})
      : kernel_(kernel), options_(options) {}

  /// @throws ShapeError, ValueError  as avg_pool2d()
  template <TensorLike T>
  T forward(const T& x) const {
    return avg_pool2d(x, kernel_, options_);
  }

  std::string description() const override;

 private:
  Pair kernel_;
  AvgPool2dOptions options_;
};

/// 1D average pooling, avg_pool1d().
class AvgPool1D : public Layer<AvgPool1D> {
 public:
  explicit AvgPool1D(std::int64_t kernel, const AvgPool1dOptions& options = {})
      : kernel_(kernel), options_(options) {}

  /// @throws ShapeError, ValueError  as avg_pool1d()
  template <TensorLike T>
  T forward(const T& x) const {
    return avg_pool1d(x, kernel_, options_);
  }

  std::string description() const override;

 private:
  std::int64_t kernel_;
  AvgPool1dOptions options_;
};

/// Average pooling to images of a given size, adaptive_avg_pool2d().
class AdaptiveAvgPool2D : public Layer<AdaptiveAvgPool2D> {
 public:
  explicit AdaptiveAvgPool2D(const Pair& size) : size_(size) {}

  /// @throws ShapeError, ValueError  as adaptive_avg_pool2d()
  template <TensorLike T>
  T forward(const T& x) const {
    return adaptive_avg_pool2d(x, size_);
  }

  std::string description() const override;

 private:
  Pair size_;
};

/// Max pooling to images of a given size, adaptive_max_pool2d().
class AdaptiveMaxPool2D : public Layer<AdaptiveMaxPool2D> {
 public:
  explicit AdaptiveMaxPool2D(const Pair& size) : size_(size) {}

  /// @throws ShapeError, ValueError  as adaptive_max_pool2d()
  template <TensorLike T>
  T forward(const T& x) const {
    return adaptive_max_pool2d(x, size_);
  }

  std::string description() const override;

 private:
  Pair size_;
};

/// Max pooling to sequences of a given length, adaptive_max_pool1d().
class AdaptiveMaxPool1D : public Layer<AdaptiveMaxPool1D> {
 public:
  explicit AdaptiveMaxPool1D(std::int64_t length) : length_(length) {}

  /// @throws ShapeError, ValueError  as adaptive_max_pool1d()
  template <TensorLike T>
  T forward(const T& x) const {
    return adaptive_max_pool1d(x, length_);
  }

  std::string description() const override;

 private:
  std::int64_t length_;
};

/// Resizes images by a factor, interpolate_by().
class Upsample : public Layer<Upsample> {
 public:
  explicit Upsample(double scale, const InterpolateOptions& options = {})
      : scale_(scale), options_(options) {}

  /// @throws ShapeError, ValueError  as interpolate_by()
  template <TensorLike T>
  T forward(const T& x) const {
    return interpolate_by(x, scale_, options_);
  }

  std::string description() const override;

 private:
  double scale_;
  InterpolateOptions options_;
};

}  // namespace tinytorch::nn
