#include "core/ops/internal/rearrange.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "core/internal/checked.h"
#include "core/ops/copy.h"
#include "core/ops/copy_kernels.h"
#include "core/ops/internal/check.h"
#include "core/ops/scan.h"

namespace tinytorch {

namespace {

constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min(),
                       kMost = std::numeric_limits<std::int64_t>::max();

/// Indices along an axis of `shape`, the same at each index of the other axes.
detail::IndexMap map_along(const Tensor& indices, int axis, Shape shape) {
  Shape along = Dims::filled(shape.size(), 1);
  along[axis] = indices.numel();
  shape[axis] = indices.numel();
  return {axis, expand(reshape(indices, along), shape)};
}

Options indices_on(Device device) { return {.dtype = DType::i64, .device = device}; }

/// x without `before` and `after` elements of an axis; negative numbers remove nothing.
Tensor cropped(const Tensor& x, int axis, std::int64_t before, std::int64_t after) {
  return slice(x, axis, std::max<std::int64_t>(0, before),
               x.shape()[axis] - std::max<std::int64_t>(0, after));
}

/// -x; the largest value for the least, whose negative overflows.
std::int64_t negated(std::int64_t x) { return x == kLeast ? kMost : -x; }

std::int64_t modulo(std::int64_t a, std::int64_t b) { return (a % b + b) % b; }

/// The indices within an axis of this length for the indices -before ... length + after - 1 of its padded
/// one.
Tensor source_indices(PadMode mode, const Tensor& padded, std::int64_t length) {
  switch (mode) {
    case PadMode::reflect:
      return (length - 1) - abs((length - 1) - abs(padded));
    case PadMode::replicate:
      return clamp(padded, 0, length - 1);
    default:
      return remainder(padded, length);
  }
}

}  // namespace

Tensor flip(const Tensor& x, const Axes& axes) {
  const OpScope scope("flip");
  require_defined("flip", x);
  const Axes flipped = normalize_axes("flip", axes, x.rank());
  Tensor y = clone(x);
  if (x.numel() == 0) return y;
  for (const std::int64_t each : flipped) {
    const int axis = static_cast<int>(each);
    const std::int64_t length = x.shape()[axis];
    if (length < 2) continue;
    y = gather_unchecked(y, map_along(arange(length - 1, -1, -1, indices_on(x.device())), axis, x.shape()));
  }
  return y;
}

Tensor diagonal(const Tensor& x, std::int64_t offset, int axis0, int axis1) {
  require_defined("diagonal", x);
  const int rows = normalize_axis("diagonal", axis0, x.rank()),
            columns = normalize_axis("diagonal", axis1, x.rank());
  if (rows == columns)
    fail<ShapeError>("diagonal", "axis {} is named twice; a diagonal needs two different axes", rows);
  const std::int64_t down = offset < 0 ? std::min(negated(offset), x.shape()[rows]) : 0;
  const std::int64_t right = offset > 0 ? std::min(offset, x.shape()[columns]) : 0;
  const std::int64_t length = std::min(x.shape()[rows] - down, x.shape()[columns] - right);
  const std::int64_t row_stride = x.strides()[rows], column_stride = x.strides()[columns];
  Shape shape = x.shape();
  Strides strides = x.strides();
  for (const int axis : {std::max(rows, columns), std::min(rows, columns)}) {
    shape.erase(axis);
    strides.erase(axis);
  }
  shape.push_back(length);
  // Strides and offsets that no element needs could overflow.
  const bool is_empty = length == 0 || x.numel() == 0;
  strides.push_back(is_empty ? 1 : row_stride + column_stride);
  const std::int64_t start = is_empty ? 0 : down * row_stride + right * column_stride;
  return Tensor(x.storage(), x.dtype(), shape, strides, x.offset() + start);
}

Tensor pad(const Tensor& x, const Paddings& paddings, double value) {
  const OpScope scope("pad");
  require_defined("pad", x);
  Tensor y =
      full(detail::padded_shape(x.shape(), paddings), value, {.dtype = x.dtype(), .device = x.device()});
  Tensor from = x, to = y;
  for (std::size_t i = 0; i < paddings.size(); ++i) {
    const int axis = x.rank() - 1 - static_cast<int>(i);
    const auto [before, after] = paddings[i];
    from = cropped(from, axis, -before, -after);
    to = cropped(to, axis, before, after);
  }
  if (from.numel() > 0) kernels::copy(from, to);
  return y;
}

namespace detail {

Shape padded_shape(const Shape& shape, const Paddings& paddings) {
  if (paddings.size() > static_cast<std::size_t>(shape.size())) {
    fail<ShapeError>("pad", "{} paddings for the {} axes of shape {}", paddings.size(), shape.size(), shape);
  }
  Shape padded = shape;
  for (std::size_t i = 0; i < paddings.size(); ++i) {
    const int axis = shape.size() - 1 - static_cast<int>(i);
    const auto [before, after] = paddings[i];
    const std::int64_t lost_before = std::min<std::int64_t>(0, before),
                       lost_after = std::min<std::int64_t>(0, after);
    // Compared one by one: sums could overflow.
    if (lost_before < -shape[axis] || lost_after < -(shape[axis] + lost_before)) {
      fail<ShapeError>("pad", "axis {} of shape {} is too short to lose {} and {}", axis, shape,
                       negated(before), negated(after));
    }
    if (__builtin_add_overflow(shape[axis] + lost_before + lost_after, std::max<std::int64_t>(0, before),
                               &padded[axis]) ||
        __builtin_add_overflow(padded[axis], std::max<std::int64_t>(0, after), &padded[axis])) {
      fail<ShapeError>("pad", "axis {} of shape {}, padded by {} and {}, has more than 2^63 elements", axis,
                       shape, before, after);
    }
  }
  checked_numel("pad", padded);
  return padded;
}

void check_padding(const Shape& shape, int axis, const Padding& padding, PadMode mode) {
  const std::int64_t length = shape[axis], most = std::max(padding.before, padding.after);
  const bool fits = mode == PadMode::reflect    ? most < length
                    : mode == PadMode::circular ? most <= length
                                                : length > 0;
  if (!fits && most > 0) {
    fail<ShapeError>("pad", "axis {} of shape {} is too short to be padded by {} in this mode; {}", axis,
                     shape, most,
                     mode == PadMode::reflect    ? "reflect needs fewer than its length"
                     : mode == PadMode::circular ? "circular needs at most its length"
                                                 : "replicate needs an element");
  }
}

IndexMap padded_indices(const Tensor& x, int axis, const Padding& padding, PadMode mode) {
  const std::int64_t length = x.shape()[axis];
  const Tensor padded =
      arange(-padding.before, checked_add("pad", length, padding.after), 1, indices_on(x.device()));
  return map_along(source_indices(mode, padded, length), axis, x.shape());
}

std::int64_t roll_start(std::int64_t shift, std::int64_t length) {
  return length == 0 ? 0 : modulo(-(shift % length), length);
}

void check_roll(const std::vector<std::int64_t>& shifts, const Axes& axes) {
  if (shifts.size() == static_cast<std::size_t>(axes.size())) return;
  fail<ValueError>("roll", "{} shifts for the axes {}; there must be one an axis", shifts.size(), axes);
}

void check_repeat(const char* op, const Shape& shape, const Dims& counts) {
  if (counts.size() < shape.size()) {
    fail<ShapeError>(op, "counts {} are fewer than the axes of shape {}; use tile", counts, shape);
  }
  Shape repeated = counts;
  for (int i = 0; i < counts.size(); ++i) {
    if (counts[i] < 0) fail<ValueError>(op, "a count in {} is negative", counts);
    const int own = i - (counts.size() - shape.size());
    if (own >= 0 && __builtin_mul_overflow(repeated[i], shape[own], &repeated[i])) {
      fail<ShapeError>(op, "shape {} repeated {} times has more than 2^63 elements", shape, counts);
    }
  }
  checked_numel(op, repeated);
}

Shape interleaved_shape(const Shape& shape, int axis, std::int64_t repeats) {
  constexpr const char* kOp = "repeat_interleave";
  if (repeats < 0) fail<ValueError>(kOp, "repeats is {}; it must not be negative", repeats);
  Shape repeated = shape;
  if (__builtin_mul_overflow(shape[axis], repeats, &repeated[axis])) {
    fail<ShapeError>(kOp, "axis {} of shape {}, repeated {} times, has more than 2^63 elements", axis, shape,
                     repeats);
  }
  checked_numel(kOp, repeated);
  return repeated;
}

namespace {

/// The repeats of each index along an axis of this length, as i64 [length].
Tensor checked_repeats(const Tensor& x, int axis, const Tensor& repeats) {
  constexpr const char* kOp = "repeat_interleave";
  require_defined(kOp, repeats, "repeats");
  if (repeats.dtype() != DType::i64 && repeats.dtype() != DType::i32) {
    fail<DTypeError>(kOp, "repeats are i64 or i32, but given as {}; convert them with .to(DType::i64)",
                     repeats.dtype());
  }
  const Device device = common_device(kOp, {"x", x}, {"repeats", repeats});
  const std::int64_t length = x.shape()[axis];
  if (repeats.rank() > 1 || (repeats.numel() != 1 && repeats.numel() != length)) {
    fail<ShapeError>(kOp,
                     "repeats are {}; wanted [{}], one for each index of axis {} of shape {}, or one for all",
                     repeats.shape(), length, axis, x.shape());
  }
  return expand(reshape(repeats.to({.dtype = DType::i64, .device = device}), {repeats.numel()}), {length});
}

/// The sum of the repeats.
std::int64_t total_of(const Tensor& repeats) {
  if (repeats.numel() == 0) return 0;
  constexpr const char* kOp = "repeat_interleave";
  const auto least = min(repeats).item<std::int64_t>();
  if (least < 0) fail<ValueError>(kOp, "repeats have the element {}; they must not be negative", least);
  const auto approximately = sum(repeats.to(DType::f64)).item<double>();
  if (approximately > 0x1p62)
    fail<ShapeError>(kOp, "the repeats add up to {}, more than 2^62 elements", approximately);
  return sum(repeats).item<std::int64_t>();
}

}  // namespace

IndexMap interleaved_map(const Tensor& x, int axis, const Tensor& repeats) {
  const Tensor counts = checked_repeats(x, axis, repeats);
  const Options options = indices_on(x.device());
  const std::int64_t total = total_of(counts);
  const Shape shape = with_length(x.shape(), axis, total);
  if (checked_numel("repeat_interleave", shape) == 0) return {axis, zeros(shape, options)};
  // An element of the result is of slice i if the repeats of i slices end at or before it.
  const Tensor ends = cumsum(counts, 0);
  const Tensor ending = scatter_add_unchecked(zeros({total + 1}, options), IndexMap{0, ends},
                                              expand(ones({1}, options), ends.shape()));
  return map_along(cumsum(slice(ending, 0, 0, total), 0), axis, x.shape());
}

Shape split_at(const Shape& shape, int axis, std::int64_t n) {
  std::int64_t outer = 1, inner = 1;
  for (int i = 0; i < shape.size(); ++i) (i < axis ? outer : inner) *= shape[i];
  return {outer, n, inner};
}

void check_views(const char* op, std::int64_t n) {
  constexpr std::int64_t kMostViews = std::int64_t{1} << 24;  // some gigabytes of handles
  if (n > kMostViews) fail<ShapeError>(op, "would give {} tensors; it gives at most 2^24", n);
}

std::vector<std::int64_t> chunk_sizes(const Shape& shape, int axis, std::int64_t size) {
  if (size < 1) fail<ValueError>("split", "the size is {}; it must be at least 1", size);
  check_views("split", shape[axis] / size);
  std::vector<std::int64_t> sizes;
  for (std::int64_t left = shape[axis]; left > 0; left -= size) sizes.push_back(std::min(left, size));
  // As in PyTorch, an empty axis has one empty chunk.
  if (sizes.empty()) sizes.push_back(0);
  return sizes;
}

void check_chunks(const Shape& shape, int axis, const std::vector<std::int64_t>& sizes) {
  std::int64_t left = shape[axis];
  bool fits = true;
  for (const std::int64_t size : sizes) {
    fits = fits && size >= 0 && size <= left;
    left -= fits ? size : 0;
  }
  if (fits && left == 0) return;
  std::string text;
  for (const std::int64_t size : sizes) text += (text.empty() ? "" : ", ") + std::to_string(size);
  fail<ValueError>("split", "sizes [{}] do not add up to axis {} of shape {}, which is {} long", text, axis,
                   shape, shape[axis]);
}

std::int64_t chunk_size(const Shape& shape, int axis, std::int64_t chunks) {
  if (chunks < 1) fail<ValueError>("chunk", "chunks is {}; it must be at least 1", chunks);
  return std::max<std::int64_t>(1, shape[axis] / chunks + (shape[axis] % chunks != 0 ? 1 : 0));
}

Tensor upper_mask(const char* op, const Tensor& x, std::int64_t diagonal, bool strictly) {
  require_defined(op, x);
  if (x.rank() < 2) fail<ShapeError>(op, "x is {}; it must have two axes or more", x.shape());
  if (x.numel() == 0) return empty(x.shape(), {.dtype = DType::boolean, .device = x.device()});
  // Beyond the corners it is all the same, and sums could overflow.
  diagonal = std::clamp(diagonal, -x.size(-2) - 1, x.size(-1)) + (strictly ? 1 : 0);
  const Tensor rows = arange(x.size(-2), indices_on(x.device())),
               columns = arange(x.size(-1), indices_on(x.device()));
  return columns - diagonal >= unsqueeze(rows, 1);
}

Axes moved_axis(int rank, int source, int target) {
  const int from = normalize_axis("movedim", source, rank), to = normalize_axis("movedim", target, rank);
  Axes axes = Dims::filled(rank, 0);
  std::iota(axes.begin(), axes.end(), 0);
  axes.erase(from);
  axes.insert(to, from);
  return axes;
}

Tensor on_diagonal(const Tensor& x, const Shape& shape, std::int64_t offset, int axis0, int axis1) {
  Tensor y = zeros(shape, {.dtype = x.dtype(), .device = x.device()});
  Tensor to = tinytorch::diagonal(y, offset, axis0, axis1);
  if (to.numel() > 0) kernels::copy(x, to);
  return y;
}

}  // namespace detail

TINYTORCH_INSTANTIATE_REARRANGE(Tensor);

}  // namespace tinytorch
