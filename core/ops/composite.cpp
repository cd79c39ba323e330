#include "core/ops/composite.h"

#include <numeric>
#include <utility>

#include "core/internal/format.h"
#include "core/ops/internal/composite.h"
#include "core/ops/internal/reduction.h"

namespace tinytorch {

namespace detail {

int squeezable_axis(const Shape& shape, int axis) {
  const int i = normalize_axis("squeeze", axis, shape.size());
  if (shape[i] != 1)
    fail<ShapeError>("squeeze", "axis {} of shape {} has length {}, not 1", axis, shape, shape[i]);
  return i;
}

Shape squeezed(const Shape& shape) {
  Shape result;
  for (const std::int64_t length : shape) {
    if (length != 1) result.push_back(length);
  }
  return result;
}

Shape flattened(const Shape& shape, int start, int end) {
  if (shape.empty()) return {1};
  const int first = normalize_axis("flatten", start, shape.size());
  const int last = normalize_axis("flatten", end, shape.size());
  if (last < first)
    fail<ShapeError>("flatten", "axis {} is before axis {} in shape {}; exchange them", end, start, shape);
  const std::int64_t* const after = shape.begin() + last + 1;
  Shape result(std::span(shape.begin(), shape.begin() + first));
  result.push_back(checked_numel("flatten", Shape(std::span(shape.begin() + first, after))));
  for (const std::int64_t length : std::span(after, shape.end())) result.push_back(length);
  return result;
}

Axes exchanged_axes(int rank, int axis0, int axis1) {
  Axes axes = Dims::filled(rank, 0);
  std::iota(axes.begin(), axes.end(), 0);
  std::swap(axes[normalize_axis("transpose", axis0, rank)], axes[normalize_axis("transpose", axis1, rank)]);
  return axes;
}

std::int64_t select_index(const Shape& shape, int axis, std::int64_t index) {
  const std::int64_t length = shape[axis];
  if (index < -length || index >= length) {
    if (length == 0)
      fail<ValueError>("select", "index {}, but axis {} of shape {} is empty", index, axis, shape);
    fail<ValueError>("select", "index {} is out of range for axis {} of shape {}; indices are {} to {}",
                     index, axis, shape, -length, length - 1);
  }
  return index < 0 ? index + length : index;
}

Axes broadcast_axes(const Shape& from, const Shape& to) {
  const int lead = to.size() - from.size();
  Axes axes;
  for (int i = 0; i < to.size(); ++i) {
    const bool fits = lead >= 0 && (i < lead || from[i - lead] == to[i] || from[i - lead] == 1);
    if (!fits) fail<ShapeError>("sum_to", "shape {} does not broadcast to {}", from, to);
    if (i < lead || from[i - lead] != to[i]) axes.push_back(i);
  }
  return axes;
}

template <>
Tensor floating_mean(const Tensor& x, const Axes& axes, bool keepdim) {
  return moment(x, {}, {.divisor = reduced_numel(x.shape(), axes)},
                {.axes = axes, .keepdim = keepdim, .dtype = x.dtype()});
}

}  // namespace detail

TINYTORCH_INSTANTIATE_COMPOSITE(Tensor)

}  // namespace tinytorch
