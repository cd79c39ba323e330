#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "core/tensor.h"

// The iteration spaces of the kernels of every device.
namespace tinytorch {

/// One stride or one offset for each of N operands, in elements.
template <int N>
using PerOperand = std::array<std::int64_t, N>;

/// The iteration space of an elementwise op on N operands of one shape (as PyTorch's TensorIterator). Axes of
/// length 1 are removed, the others are sorted by decreasing stride of the last operand (the output), and
/// adjacent axes are merged where the strides of all operands allow it. There is at least one axis; the last
/// is the innermost.
template <int N>
struct IterationSpace {
  int rank = 0;
  std::int64_t numel = 1;
  std::array<std::int64_t, kMaxRank> sizes;
  std::array<PerOperand<N>, kMaxRank> strides;

  std::int64_t inner_size() const { return sizes[static_cast<std::size_t>(rank - 1)]; }
  const PerOperand<N>& inner_strides() const { return strides[static_cast<std::size_t>(rank - 1)]; }
};

/// The iteration space of these tensors, which have the same shape.
template <int N>
IterationSpace<N> make_iteration_space(const std::array<const Tensor*, N>& operands);

/// The iteration space of a batch of matrices: all but the last two axes of these tensors.
IterationSpace<3> make_batch_space(const Tensor& a, const Tensor& b, const Tensor& y);

/// The iteration spaces of a reduction of x to y. y has length 1 along the reduced axes.
struct ReductionSpaces {
  IterationSpace<2> kept;     ///< the elements of y, in y's memory order; operands x and y
  IterationSpace<1> reduced;  ///< the elements of x that are reduced to one of y, in x's memory order
};
ReductionSpaces make_reduction_spaces(const Tensor& x, const Tensor& y);

/// A position in an iteration space: the index along each axis and the offset of each operand.
template <int N>
struct MultiIndex {
  std::array<std::int64_t, kMaxRank> index{};
  PerOperand<N> offset{};

  MultiIndex(const IterationSpace<N>& space, std::int64_t element) {
    for (auto axis = static_cast<std::size_t>(space.rank); axis-- > 0 && element > 0;) {
      index[axis] = axis > 0 ? element % space.sizes[axis] : element;
      element = axis > 0 ? element / space.sizes[axis] : 0;
      advance(space.strides[axis], index[axis]);
    }
  }

  void advance(const PerOperand<N>& strides, std::int64_t n) {
    for (std::size_t i = 0; i < N; ++i) offset[i] += n * strides[i];
  }

  /// Moves to the beginning of the next inner loop.
  void next_inner_loop(const IterationSpace<N>& space) {
    for (auto axis = static_cast<std::size_t>(space.rank - 1); axis > 0; --axis) {
      advance(space.strides[axis], -index[axis]);
      index[axis] = 0;
      advance(space.strides[axis - 1], 1);
      if (++index[axis - 1] < space.sizes[axis - 1]) return;
    }
  }
};

/// Iterates over elements [begin, end) of the space in order, calling inner_loop(offsets, n) for each run of
/// n elements along the innermost axis.
template <int N, class InnerLoop>
void for_each_inner_loop(const IterationSpace<N>& space, std::int64_t begin, std::int64_t end,
                         const InnerLoop& inner_loop) {
  const auto inner = static_cast<std::size_t>(space.rank - 1);
  MultiIndex<N> at(space, begin);
  while (true) {
    const std::int64_t n = std::min(end - begin, space.sizes[inner] - at.index[inner]);
    inner_loop(at.offset, n);
    begin += n;
    if (begin >= end) return;
    at.next_inner_loop(space);
  }
}

}  // namespace tinytorch
