#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "core/tensor.h"

/// The loops that kernels make over their operands, for every device.
namespace tinytorch {

/// One stride or one offset for each of N operands, in elements.
template <int N>
using PerOperand = std::array<std::int64_t, N>;

/// An elementwise loop over N operands of one shape, in as few axes as it takes: axes of length 1 are gone,
/// the rest follow the order of the last operand (the output) in memory, and neighbours that all operands
/// step through evenly are one. There is at least one axis; the last is the innermost.
template <int N>
struct IterationSpace {
  int rank = 0;
  std::int64_t numel = 1;  ///< elements
  std::array<std::int64_t, kMaxRank> sizes;
  std::array<PerOperand<N>, kMaxRank> strides;

  std::int64_t inner_size() const { return sizes[static_cast<std::size_t>(rank - 1)]; }
  const PerOperand<N>& inner_strides() const { return strides[static_cast<std::size_t>(rank - 1)]; }
};

/// The loop over these tensors, which have the same shape.
template <int N>
IterationSpace<N> make_iteration_space(const std::array<const Tensor*, N>& operands);

/// The loop over the matrices of a batch: over all but the last two axes of these tensors.
IterationSpace<3> make_batch_space(const Tensor& a, const Tensor& b, const Tensor& y);

/// The two loops of a reduction of x to y, which has length 1 where x is reduced.
struct ReductionSpaces {
  IterationSpace<2> kept;     ///< over the elements of y: x's step, y's step; in y's order
  IterationSpace<1> reduced;  ///< over the elements of x that make up one of y; in x's order
};
ReductionSpaces make_reduction_spaces(const Tensor& x, const Tensor& y);

/// A place in a loop: the index along each axis and where that is for each operand.
template <int N>
struct MultiIndex {
  std::array<std::int64_t, kMaxRank> index{};
  PerOperand<N> offset{};

  MultiIndex(const IterationSpace<N>& loop, std::int64_t element) {
    for (auto axis = static_cast<std::size_t>(loop.rank); axis-- > 0 && element > 0;) {
      index[axis] = axis > 0 ? element % loop.sizes[axis] : element;
      element = axis > 0 ? element / loop.sizes[axis] : 0;
      move(loop.strides[axis], index[axis]);
    }
  }

  void move(const PerOperand<N>& step, std::int64_t times) {
    for (std::size_t i = 0; i < N; ++i) offset[i] += times * step[i];
  }

  /// To the beginning of the next run along the innermost axis.
  void next_inner_loop(const IterationSpace<N>& loop) {
    for (auto axis = static_cast<std::size_t>(loop.rank - 1); axis > 0; --axis) {
      move(loop.strides[axis], -index[axis]);
      index[axis] = 0;
      move(loop.strides[axis - 1], 1);
      if (++index[axis - 1] < loop.sizes[axis - 1]) return;
    }
  }
};

/// Goes through elements [begin, end) of the loop in its order, calling row(offsets, n) for each run along
/// the innermost axis.
template <int N, class Row>
void for_each_inner_loop(const IterationSpace<N>& loop, std::int64_t begin, std::int64_t end,
                         const Row& row) {
  const auto inner = static_cast<std::size_t>(loop.rank - 1);
  MultiIndex<N> place(loop, begin);
  while (true) {
    const std::int64_t n = std::min(end - begin, loop.sizes[inner] - place.index[inner]);
    row(place.offset, n);
    begin += n;
    if (begin >= end) return;
    place.next_inner_loop(loop);
  }
}

}  // namespace tinytorch
