#include "core/ops/composite.h"

#include <numeric>
#include <utility>

#include "core/internal/format.h"

namespace tinytorch::detail {

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

Shape flattened(const Shape& shape, int start) {
  if (shape.empty()) return {1};
  const int first = normalize_axis("flatten", start, shape.size());
  Shape result(std::span(shape.begin(), shape.begin() + first));
  result.push_back(checked_numel("flatten", Shape(std::span(shape.begin() + first, shape.end()))));
  return result;
}

Axes exchanged_axes(int rank, int axis0, int axis1) {
  Axes axes = Dims::filled(rank, 0);
  std::iota(axes.begin(), axes.end(), 0);
  std::swap(axes[normalize_axis("transpose", axis0, rank)], axes[normalize_axis("transpose", axis1, rank)]);
  return axes;
}

std::int64_t checked_place(const Shape& shape, int axis, std::int64_t place) {
  const std::int64_t length = shape[axis];
  if (place < -length || place >= length) {
    fail<ValueError>("select", "place {} is out of range for axis {} of shape {}", place, axis, shape);
  }
  return place < 0 ? place + length : place;
}

Axes broadcast_axes(const Shape& from, const Shape& to) {
  const int lead = from.size() - to.size();
  Axes axes;
  for (int i = 0; i < from.size(); ++i) {
    const bool fits = lead >= 0 && (i < lead || to[i - lead] == from[i] || to[i - lead] == 1);
    if (!fits) fail<ShapeError>("sum_to", "shape {} does not broadcast to {}", to, from);
    if (i < lead || to[i - lead] != from[i]) axes.push_back(i);
  }
  return axes;
}

}  // namespace tinytorch::detail
