#include "core/ops/internal/rearrange.h"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

#include "core/internal/checked.h"
#include "core/internal/object_pool.h"
#include "core/ops/arithmetic.h"
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

void fill_slice(const Tensor& x, int axis, std::int64_t start, std::int64_t stop, double value) {
  Tensor part = slice(x, axis, start, stop);
  fill(part, value);
}

/// -x; the largest value for the least, whose negative overflows.
std::int64_t negated(std::int64_t x) { return x == kLeast ? kMost : -x; }

std::int64_t modulo(std::int64_t a, std::int64_t b) { return (a % b + b) % b; }

/// A part of one axis of pad(): the elements [begin, end) of the axis are at [at, at + size) of the padded
/// one.
struct PaddedPart {
  std::int64_t begin, end, at, size;

  bool is_repeated() const { return size != end - begin; }
};

/// The elements before, in the middle of and after one axis of pad().
struct PaddedAxis {
  PaddedPart middle;
  std::array<PaddedPart, 2> borders;
  bool are_reversed;  // the borders

  PaddedAxis(std::int64_t length, const Padding& padding, PadMode mode)
      : are_reversed(mode == PadMode::reflect) {
    const std::int64_t before = std::max<std::int64_t>(0, padding.before),
                       after = std::max<std::int64_t>(0, padding.after), begin = before - padding.before,
                       end = length - (after - padding.after), end_at = before + end - begin;
    middle = {begin, end, before, end - begin};
    switch (mode) {
      case PadMode::reflect:
        borders = {PaddedPart{1, 1 + before, 0, before}, {length - 1 - after, length - 1, end_at, after}};
        break;
      case PadMode::replicate:
        borders = {PaddedPart{0, 1, 0, before}, {length - 1, length, end_at, after}};
        break;
      default:
        borders = {PaddedPart{length - before, length, 0, before}, {0, after, end_at, after}};
    }
  }
};

/// pad() and its transpose, which visit the middle and the borders of each axis.
class Padder {
 public:
  Padder(const Shape& shape, const Paddings& paddings, PadMode mode) : rank_(shape.size()) {
    for (std::size_t i = 0; i < paddings.size(); ++i)
      axes_.emplace_back(shape[rank_ - 1 - static_cast<int>(i)], paddings[i], mode);
  }

  /// Copies the elements of x to their positions in y.
  void copy(const Tensor& x, const Tensor& y) const { copy(x, y, {}, 0); }
  /// dx = the sums of the gradients of the copies of each element. dx is 0 where the middle has no element.
  void sum_copies(const Tensor& grad, const Tensor& dx) const { sum_copies(grad, dx, {}, 0, true); }

 private:
  int axis(std::size_t i) const { return rank_ - 1 - static_cast<int>(i); }

  /// Calls f(part, reversed axes, is the middle) for the parts of axis i, the middle first.
  template <class F>
  void for_each_part(std::size_t i, const Axes& reversed, const F& f) const {
    f(axes_[i].middle, reversed, true);
    Axes border_reversed = reversed;
    if (axes_[i].are_reversed) border_reversed.push_back(axis(i));
    for (const PaddedPart& border : axes_[i].borders) {
      if (border.size > 0) f(border, border_reversed, false);
    }
  }

  void copy(const Tensor& x, Tensor y, const Axes& reversed, std::size_t i) const {
    if (i == axes_.size()) {
      if (y.numel() > 0) reversed.empty() ? kernels::copy(x, y) : kernels::flip(x, reversed, y);
      return;
    }
    for_each_part(i, reversed, [&](const PaddedPart& part, const Axes& part_reversed, bool) {
      const Tensor to = slice(y, axis(i), part.at, part.at + part.size);
      Tensor from = slice(x, axis(i), part.begin, part.end);
      if (part.is_repeated()) from = expand(from, detail::with_length(from.shape(), axis(i), part.size));
      copy(from, to, part_reversed, i + 1);
    });
  }

  /// @param is_middle  of all axes so far
  void sum_copies(const Tensor& grad, Tensor dx, const Axes& reversed, std::size_t i, bool is_middle) const {
    if (i == axes_.size()) {
      if (is_middle) {
        if (dx.numel() > 0) kernels::copy(grad, dx);
      } else {
        dx += reversed.empty() ? grad : flip(grad, reversed);
      }
      return;
    }
    for_each_part(i, reversed, [&](const PaddedPart& part, const Axes& part_reversed, bool middle) {
      const Tensor to = slice(dx, axis(i), part.begin, part.end);
      const Tensor from = slice(grad, axis(i), part.at, part.at + part.size);
      sum_copies(part.is_repeated() ? sum(from, {axis(i)}, true) : from, to, part_reversed, i + 1,
                 is_middle && middle);
    });
  }

  int rank_;
  std::vector<PaddedAxis> axes_;  // the last axis first
};

/// @throws ShapeError  the axis is too short to be padded by so much
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

/// Shifts along one axis: elements [start, length) come first.
struct RolledAxis {
  int axis;
  std::int64_t start;
};

/// @throws as roll()
PoolVector<RolledAxis> rolled_axes(const Tensor& x, const std::vector<std::int64_t>& shifts,
                                   const Axes& axes) {
  if (shifts.size() != static_cast<std::size_t>(axes.size()))
    fail<ValueError>("roll", "{} shifts for the axes {}; there must be one an axis", shifts.size(), axes);
  Dims starts = Dims::filled(x.rank(), 0);
  for (int i = 0; i < axes.size(); ++i) {
    const int axis = normalize_axis("roll", axes[i], x.rank());
    // Lengths that no element needs could overflow. An axis may be named several times.
    const std::int64_t length = x.numel() > 0 ? x.shape()[axis] : 1;
    starts[axis] = modulo(starts[axis] - shifts[static_cast<std::size_t>(i)] % length, length);
  }
  PoolVector<RolledAxis> rolled;
  for (int axis = 0; axis < x.rank(); ++axis) {
    if (starts[axis] > 0) rolled.push_back({axis, starts[axis]});
  }
  return rolled;
}

/// Copies the two parts of each axis.
void copy_rolled(const Tensor& x, Tensor y, std::span<const RolledAxis> rolled) {
  if (rolled.empty()) return kernels::copy(x, y);
  const auto [axis, start] = rolled.front();
  const std::int64_t split = x.shape()[axis] - start;
  copy_rolled(slice(x, axis, start), slice(y, axis, 0, split), rolled.subspan(1));
  copy_rolled(slice(x, axis, 0, start), slice(y, axis, split), rolled.subspan(1));
}

Tensor triangle(const char* op, const Tensor& x, std::int64_t diagonal, bool upper) {
  require_defined(op, x);
  if (x.rank() < 2) fail<ShapeError>(op, "x is {}; it must have two axes or more", x.shape());
  Tensor y = empty(x.shape(), {.dtype = x.dtype(), .device = x.device()});
  // Beyond the corners it is all the same, and sums could overflow.
  diagonal = std::clamp(diagonal, -x.size(-2), x.size(-1));
  if (x.numel() > 0) kernels::triangle(contiguous(x), diagonal, upper, y);
  return y;
}

}  // namespace

Tensor flip(const Tensor& x, const Axes& axes) {
  const OpScope scope("flip");
  require_defined("flip", x);
  const Axes flipped = normalize_axes("flip", axes, x.rank());
  Tensor y = empty_like(x);
  if (x.numel() > 0) kernels::flip(x, flipped, y);
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
  Tensor y = empty(padded_shape(x.shape(), paddings), {.dtype = x.dtype(), .device = x.device()});
  Tensor from = x, to = y;
  for (std::size_t i = 0; i < paddings.size(); ++i) {
    const int axis = x.rank() - 1 - static_cast<int>(i);
    const auto [before, after] = paddings[i];
    from = cropped(from, axis, -before, -after);
    fill_slice(to, axis, 0, std::max<std::int64_t>(0, before), value);
    fill_slice(to, axis, to.shape()[axis] - std::max<std::int64_t>(0, after), to.shape()[axis], value);
    to = cropped(to, axis, before, after);
  }
  if (from.numel() > 0) kernels::copy(from, to);
  return y;
}

Tensor pad(const Tensor& x, const Paddings& paddings, PadMode mode) {
  const OpScope scope("pad");
  require_defined("pad", x);
  if (mode == PadMode::constant) return pad(x, paddings);
  Tensor y = empty(padded_shape(x.shape(), paddings), {.dtype = x.dtype(), .device = x.device()});
  for (std::size_t i = 0; i < paddings.size(); ++i)
    check_padding(x.shape(), x.rank() - 1 - static_cast<int>(i), paddings[i], mode);
  if (y.numel() > 0) Padder(x.shape(), paddings, mode).copy(x, y);
  return y;
}

Tensor roll(const Tensor& x, const std::vector<std::int64_t>& shifts, const Axes& axes) {
  const OpScope scope("roll");
  require_defined("roll", x);
  const PoolVector<RolledAxis> rolled = rolled_axes(x, shifts, axes);
  Tensor y = empty(x.shape(), {.dtype = x.dtype(), .device = x.device()});
  if (x.numel() > 0) copy_rolled(x, y, rolled);
  return y;
}

Tensor triu(const Tensor& x, std::int64_t diagonal) {
  const OpScope scope("triu");
  return triangle("triu", x, diagonal, true);
}

Tensor tril(const Tensor& x, std::int64_t diagonal) {
  const OpScope scope("tril");
  return triangle("tril", x, diagonal, false);
}

namespace detail {

Tensor pad_gradient(const Tensor& grad, const Shape& shape, const Paddings& paddings, PadMode mode) {
  const bool crops = std::ranges::any_of(
      paddings, [](const Padding& padding) { return padding.before < 0 || padding.after < 0; });
  const Options options{.dtype = grad.dtype(), .device = grad.device()};
  Tensor dx = crops ? zeros(shape, options) : empty(shape, options);
  Padder(shape, paddings, mode).sum_copies(grad, dx);
  return dx;
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

RepeatShapes repeat_shapes(const Shape& shape, Dims& counts) {
  RepeatShapes shapes{{1}, {1}, shape};
  for (int axis = 0; axis < shape.size(); ++axis) {
    // Each repeated axis takes two more.
    if (counts[axis] > 1 && shapes.single.size() + 2 <= kMaxRank) {
      for (const std::int64_t length : {1, 1}) shapes.single.push_back(length);
      for (const std::int64_t length : {counts[axis], std::int64_t{1}}) shapes.repeated.push_back(length);
      shapes.result[axis] *= counts[axis];
      counts[axis] = 1;
    }
    shapes.single.back() *= shape[axis];
    shapes.repeated.back() *= shape[axis];
  }
  return shapes;
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
