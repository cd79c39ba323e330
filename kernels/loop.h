#pragma once

#include <array>
#include <cstdint>

#include "core/tensor.h"

/// The loops that kernels make over their operands, for every device.
namespace tinytorch {

/// A step, or an offset, for each of N operands, in elements.
template <int N>
using Steps = std::array<std::int64_t, N>;

/// An elementwise loop over N operands of one shape, in as few axes as it takes: axes of length 1 are gone,
/// the rest follow the order of the last operand (the output) in memory, and neighbours that all operands
/// step through evenly are one. There is at least one axis; the last is the innermost.
template <int N>
struct Loop {
  int rank = 0;
  std::int64_t count = 1;  ///< elements
  std::array<std::int64_t, kMaxRank> length;
  std::array<Steps<N>, kMaxRank> step;

  std::int64_t inner_length() const { return length[static_cast<std::size_t>(rank - 1)]; }
  const Steps<N>& inner_step() const { return step[static_cast<std::size_t>(rank - 1)]; }
};

/// The loop over these tensors, which have the same shape.
template <int N>
Loop<N> make_loop(const std::array<const Tensor*, N>& operands);

/// The loop over the matrices of a batch: over all but the last two axes of these tensors.
Loop<3> make_batch_loop(const Tensor& a, const Tensor& b, const Tensor& y);

/// The two loops of a reduction of x to y, which has length 1 where x is reduced.
struct ReductionLoops {
  Loop<2> kept;     ///< over the elements of y: x's step, y's step; in y's order
  Loop<1> reduced;  ///< over the elements of x that make up one of y; in x's order
};
ReductionLoops make_reduction_loops(const Tensor& x, const Tensor& y);

}  // namespace tinytorch
