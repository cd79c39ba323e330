#pragma once

#include <string>

#include "core/ops/composite.h"
#include "nn/module.h"

namespace tinytorch::nn {

/// Joins the axes from `start` to `end`, flatten(): by default, [N, C, H, W] gives [N, C * H * W].
class Flatten : public Layer<Flatten> {
 public:
  explicit Flatten(int start = 1, int end = -1) : start_(start), end_(end) {}

  /// @throws ShapeError  an axis is out of range, or end is before start
  template <TensorLike T>
  T forward(const T& x) const {
    return flatten(x, start_, end_);
  }

  std::string description() const override;

 private:
  int start_, end_;
};

}  // namespace tinytorch::nn
