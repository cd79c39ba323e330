#pragma once

#include <cstdint>

#include "core/tensor.h"

// How the kernels of core/ops/indexing.h see their operands, on every device.
namespace tinytorch {

/// Calls f with an unsigned type of the elements' size, for what only moves them.
template <class F>
void dispatch_words(DType dtype, const F& f) {
  if (size_of(dtype) == 1) return f.template operator()<std::uint8_t>();
  if (size_of(dtype) == 4) return f.template operator()<std::uint32_t>();
  f.template operator()<std::uint64_t>();
}

/// x seen under `shape`, which is nowhere longer than x but along the axis; there x's first element repeats.
Tensor fixed_at(const Tensor& x, int axis, const Shape& shape);

/// A scatter along lines of indices whose order by target is known. Element k of a line stands for the k-th
/// of the sorted indices, and works where that is the first of its target: so all that comes to one place is
/// the work of one thread, in order. The views are there for their strides and have the index's shape.
struct Scatter {
  Tensor indices;  ///< i64: the lines, sorted, each once for all that share it; without gaps along a line
  Tensor order;    ///< i64: where in its line each of them stood; as `indices`
  Tensor sorted;   ///< a view of `indices`
  Tensor place;    ///< a view whose offsets are the places k
  Tensor source;   ///< the first source of each line
  Tensor y;        ///< y's strides: a line's targets begin k steps before
  std::int64_t length;       ///< of a line
  std::int64_t source_step;  ///< from one source of a line to the next
  std::int64_t y_step;       ///< from one target of a line to the next
};
Scatter make_scatter(const Tensor& source, int axis, const Tensor& index, const Tensor& y);

}  // namespace tinytorch
