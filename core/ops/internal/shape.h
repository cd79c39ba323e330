#pragma once

#include <cstdint>
#include <optional>

#include "core/tensor.h"

// Internal: what the gradient rule of slice() needs.
namespace tinytorch {

/// The elements start, start + step, ... before stop of an axis; 0 <= start <= stop <= its length.
struct AxisRange {
  int axis;
  std::int64_t start, stop, step;
};

namespace detail {

/// The range of slice(x, axis, start, stop, step).
/// @throws as slice()
AxisRange sliced_range(const Shape& x, int axis, std::int64_t start, std::optional<std::int64_t> stop,
                       std::int64_t step);

/// Zeros of this shape but for the range, which is x: the transpose of slice().
Tensor on_slice(const Tensor& x, const Shape& shape, const AxisRange& range);

}  // namespace detail
}  // namespace tinytorch
