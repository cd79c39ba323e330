#pragma once

#include <string>

#include "autograd/ops.h"
#include "core/ops/unfold.h"
#include "nn/module.h"

namespace tinytorch::nn {

/// Copies the elements of each position of a sliding window over x [N, C, H, W] to a column, unfold(): gives
/// [N, C * kH * kW, positions].
class Unfold : public Layer<Unfold> {
 public:
  explicit Unfold(const Window& window) : window_(window) {}

  /// @throws ShapeError, ValueError  as unfold()
  template <TensorLike T>
  T forward(const T& x) const {
    return unfold(x, window_);
  }

  std::string description() const override;

 private:
  Window window_;
};

/// The transpose of Unfold, fold(): adds the elements of each column to images [N, C, H, W].
class Fold : public Layer<Fold> {
 public:
  /// @param size  H and W of the result
  Fold(const Pair& size, const Window& window) : size_(size), window_(window) {}

  /// @throws ShapeError, ValueError  as fold()
  template <TensorLike T>
  T forward(const T& columns) const {
    return fold(columns, size_, window_);
  }

  std::string description() const override;

 private:
  Pair size_;
  Window window_;
};

}  // namespace tinytorch::nn
