#pragma once

#include <string>

#include "core/ops/composite.h"
#include "nn/module.h"

namespace tinytorch::nn {

/// Joins the axes from `start` on, flatten(): by default, [N, C, H, W] gives [N, C * H * W].
class Flatten : public Layer<Flatten> {
 public:
  explicit Flatten(int start = 1) : start_(start) {}

  /// @throws ShapeError  the axis is out of range
  template <TensorLike T>
  T forward(const T& x) const {
    return flatten(x, start_);
  }

  std::string description() const override;

 private:
  int start_;
};

}  // namespace tinytorch::nn
