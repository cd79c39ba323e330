#include "core/ops/internal/shape.h"
#include "core/ops/shape.h"

#include <algorithm>

#include "core/ops/copy.h"
#include "core/ops/copy_kernels.h"
#include "core/ops/creation.h"
#include "core/ops/internal/check.h"
#include "core/ops/internal/operands.h"

namespace tinytorch {

namespace {

/// `shape` with its -1, if any, replaced by the length that follows from the others.
Shape complete_shape(const Tensor& x, Shape shape) {
  int open = -1;
  Shape known = shape;
  for (int i = 0; i < shape.size(); ++i) {
    if (shape[i] != -1) continue;
    if (open >= 0) fail<ShapeError>("reshape", "more than one -1 in {}", shape);
    open = i;
    known[i] = 1;
  }
  const std::int64_t numel = checked_numel("reshape", known);
  const bool fits = open < 0 ? numel == x.numel() : numel > 0 && x.numel() % numel == 0;
  if (!fits) {
    fail<ShapeError>("reshape", "a tensor of shape {} has {} elements, which do not fill {}", x.shape(),
                     x.numel(), shape);
  }
  if (open >= 0) shape[open] = x.numel() / numel;
  return shape;
}

/// Axes of which each stands for neighbouring ones with collapsible strides.
struct MergedAxes {
  Shape shape;
  Strides strides;
};

/// x's axes merged as far as their strides allow, innermost first.
MergedAxes merged_axes(const Tensor& x) {
  MergedAxes merged;
  for (int i = x.rank() - 1; i >= 0; --i) {
    if (x.shape()[i] == 1) continue;
    if (!merged.shape.empty() && merged.shape.back() * merged.strides.back() == x.strides()[i]) {
      merged.shape.back() *= x.shape()[i];
    } else {
      merged.shape.push_back(x.shape()[i]);
      merged.strides.push_back(x.strides()[i]);
    }
  }
  return merged;
}

/// The strides of a view of x with this shape, if there is one: each merged axis must split into whole new
/// axes.
std::optional<Strides> view_strides(const Tensor& x, const Shape& shape) {
  if (x.is_contiguous()) return contiguous_strides(shape);
  Strides strides = Dims::filled(shape.size(), 1);
  int axis = shape.size() - 1;
  const MergedAxes merged = merged_axes(x);
  for (int i = 0; i < merged.shape.size(); ++i) {
    std::int64_t covered = 1;
    while (covered < merged.shape[i] && axis >= 0) {
      strides[axis] = covered * merged.strides[i];
      covered *= shape[axis--];
    }
    if (covered != merged.shape[i]) return std::nullopt;
  }
  return strides;
}

/// The start or stop of a slice, counted from the front and clamped to the axis.
std::int64_t clamped(std::int64_t position, std::int64_t length) {
  return std::clamp<std::int64_t>(position < 0 ? position + length : position, 0, length);
}

void check_concat(std::span<const Tensor> tensors, int axis) {
  const Tensor& first = tensors.front();
  for (const Tensor& x : tensors) {
    Shape wanted = first.shape();
    if (x.rank() == first.rank()) wanted[axis] = x.shape()[axis];
    if (x.shape() != wanted) {
      fail<ShapeError>("concat", "shapes {} and {} differ at another axis than {}", first.shape(), x.shape(),
                       axis);
    }
    common_device("concat", {"the first tensor", first}, {"another", x});
  }
}

}  // namespace

Tensor reshape(const Tensor& x, const Shape& shape) {
  require_defined("reshape", x);
  const Shape complete = complete_shape(x, shape);
  const std::optional<Strides> strides = view_strides(x, complete);
  if (!strides) {
    const OpScope scope("reshape");
    return reshape(contiguous(x), complete);
  }
  return Tensor(x.storage(), x.dtype(), complete, *strides, x.offset());
}

Tensor permute(const Tensor& x, const Axes& axes) {
  require_defined("permute", x);
  // Sorted and without repeats by normalize_axes: a permutation if there are as many as x has.
  if (axes.size() != x.rank()) {
    fail<ShapeError>("permute", "axes {} are not a permutation of the {} axes of shape {}", axes, x.rank(),
                     x.shape());
  }
  normalize_axes("permute", axes, x.rank());
  Shape shape = x.shape();
  Strides strides = x.strides();
  for (int i = 0; i < x.rank(); ++i) {
    const int from = normalize_axis("permute", axes[i], x.rank());
    shape[i] = x.shape()[from];
    strides[i] = x.strides()[from];
  }
  return Tensor(x.storage(), x.dtype(), shape, strides, x.offset());
}

Tensor expand(const Tensor& x, const Shape& shape) {
  require_defined("expand", x);
  Shape wanted = shape;
  const int lead = shape.size() - x.rank();
  for (int i = std::max(lead, 0); i < shape.size(); ++i) {
    if (shape[i] == -1) wanted[i] = x.shape()[i - lead];
  }
  checked_numel("expand", wanted);
  const bool fits = lead >= 0 && broadcast_shapes("expand", x.shape(), wanted) == wanted;
  if (!fits)
    fail<ShapeError>("expand", "shape {} does not expand to {}; only axes of length 1 do", x.shape(), shape);
  return broadcast_to(x, wanted);
}

namespace detail {

AxisRange sliced_range(const Shape& x, int axis, std::int64_t start, std::optional<std::int64_t> stop,
                       std::int64_t step) {
  const int i = normalize_axis("slice", axis, x.size());
  if (step < 1) fail<ValueError>("slice", "step is {}; it must be at least 1", step);
  const std::int64_t first = clamped(start, x[i]);
  return {i, first, std::max(first, clamped(stop.value_or(x[i]), x[i])), step};
}

Tensor on_slice(const Tensor& x, const Shape& shape, const AxisRange& range) {
  const auto& [axis, start, stop, step] = range;
  Tensor y = empty(shape, {.dtype = x.dtype(), .device = x.device()});
  Tensor before = slice(y, axis, 0, start), all = slice(y, axis, start, stop), after = slice(y, axis, stop);
  fill(before, 0);
  if (step > 1) fill(all, 0);
  fill(after, 0);
  Tensor part = slice(all, axis, 0, {}, step);
  if (x.numel() > 0) kernels::copy(x, part);
  return y;
}

}  // namespace detail

Tensor slice(const Tensor& x, int axis, std::int64_t start, std::optional<std::int64_t> stop,
             std::int64_t step) {
  require_defined("slice", x);
  const AxisRange range = detail::sliced_range(x.shape(), axis, start, stop, step);
  const std::int64_t size = range.stop > range.start ? (range.stop - range.start - 1) / step + 1 : 0;
  Shape shape = x.shape();
  Strides strides = x.strides();
  shape[range.axis] = size;
  // Strides and offsets that no element needs could overflow.
  if (size == 0 || x.numel() == 0) return Tensor(x.storage(), x.dtype(), shape, strides, x.offset());
  if (size > 1) strides[range.axis] *= step;
  return Tensor(x.storage(), x.dtype(), shape, strides, x.offset() + range.start * x.strides()[range.axis]);
}

Tensor slice_scatter(const Tensor& x, const Tensor& source, int axis, std::int64_t start,
                     std::optional<std::int64_t> stop, std::int64_t step) {
  const OpScope scope("slice_scatter");
  Tensor y = clone(x);
  Tensor target = slice(y, axis, start, stop, step);
  require_defined("slice_scatter", source, "the source");
  common_device("slice_scatter", {"x", y}, {"the source", source});
  assign(target, source);
  return y;
}

Tensor concat(std::span<const Tensor> tensors, int axis) {
  const OpScope scope("concat");
  if (tensors.empty()) fail<ShapeError>("concat", "no tensors were given");
  for (const Tensor& x : tensors) require_defined("concat", x, "a tensor");
  const Tensor& first = tensors.front();
  const int i = normalize_axis("concat", axis, first.rank());
  check_concat(tensors, i);
  Shape shape = first.shape();
  DType dtype = first.dtype();
  shape[i] = 0;
  for (const Tensor& x : tensors) {
    if (__builtin_add_overflow(shape[i], x.shape()[i], &shape[i])) {
      fail<ShapeError>("concat", "the lengths at axis {} add up to more than 63 bits", i);
    }
    dtype = promote(dtype, x.dtype());
  }
  Tensor y = empty(shape, {.dtype = dtype, .device = first.device()});
  std::int64_t start = 0;
  for (const Tensor& x : tensors) {
    Tensor target = slice(y, i, start, start + x.shape()[i]);
    if (x.numel() > 0) kernels::copy(x, target);
    start += x.shape()[i];
  }
  return y;
}

}  // namespace tinytorch
