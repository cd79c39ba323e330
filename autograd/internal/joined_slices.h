#pragma once

#include <cstdint>

#include "autograd/variable.h"
#include "core/internal/object_pool.h"
#include "core/ops/internal/shape.h"

namespace tinytorch::detail {

/// The gradient of a tensor of which only neighbouring slices have one yet. So the gradients of the chunks of
/// split() are written to one tensor once, instead of adding as many tensors of zeros but for a chunk.
class JoinedSlices {
 public:
  bool empty() const { return slices_.empty(); }
  /// Adds the gradient of a slice before or after those so far.
  /// @return  false if it is no neighbour of them
  bool add(const AxisRange& range, const Variable& grad);
  /// The gradient of the whole tensor, of this shape. Removes all slices.
  Variable join(const Shape& shape);

 private:
  struct Slice {
    std::int64_t start, stop;
    Variable grad;
  };

  int axis_ = 0;
  std::int64_t start_ = 0, stop_ = 0;  // of all slices
  PoolVector<Slice> slices_;
};

}  // namespace tinytorch::detail
