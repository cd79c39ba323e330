#pragma once

#include <string>

#include "autograd/ops.h"
#include "core/ops/unfold.h"
#include "nn/module.h"

namespace tinytorch::nn {

/// unfold(): what a window sees at each of its places over images [batch, channels, height, width], as
/// columns [batch, channels * kernel height * kernel width, places].
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

/// fold(), the transpose: columns are added up where they come from, in images of `size`.
class Fold : public Layer<Fold> {
 public:
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
