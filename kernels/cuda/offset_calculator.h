#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "kernels/cuda/index_limit.h"
#include "kernels/cuda/launch.h"
#include "kernels/iteration_space.h"

// Where the elements of a collapsed loop lie, worked out on the device.
namespace tinytorch::cuda {

/// Division by a number that is known at the launch. In 32 bits, for numbers below 2^31: a multiplication, an
/// addition and a shift instead of some twenty instructions (Granlund and Montgomery 1994, fig. 4.1).
template <class Index>
class Divisor;

template <>
class Divisor<std::uint32_t> {
 public:
  Divisor() = default;
  explicit Divisor(std::uint32_t divisor)
      : divisor_(divisor), shift_(static_cast<std::uint32_t>(std::bit_width(divisor - 1))) {
    const std::uint64_t excess = (std::uint64_t{1} << shift_) - divisor;
    multiplier_ = static_cast<std::uint32_t>((excess << 32) / divisor + 1);
  }

  __device__ std::uint32_t quotient(std::uint32_t n) const {
    return (__umulhi(n, multiplier_) + n) >> shift_;
  }
  __device__ std::uint32_t divisor() const { return divisor_; }

 private:
  std::uint32_t divisor_, multiplier_, shift_;
};

template <>
class Divisor<std::uint64_t> {
 public:
  Divisor() = default;
  explicit Divisor(std::uint64_t divisor) : divisor_(divisor) {}

  __device__ std::uint64_t quotient(std::uint64_t n) const { return n / divisor_; }
  __device__ std::uint64_t divisor() const { return divisor_; }

 private:
  std::uint64_t divisor_;
};

/// The offsets of the first N operands of a loop at each of its elements.
template <int N, class Index = std::uint32_t>
struct OffsetCalculator {
  int rank;
  Divisor<Index> length[kMaxRank];  // outermost first
  Index step[kMaxRank][N];

  template <int M>
  explicit OffsetCalculator(const IterationSpace<M>& loop) : rank(loop.rank) {
    static_assert(N <= M);
    for (int axis = 0; axis < rank; ++axis) {
      const auto at = static_cast<std::size_t>(axis);
      // An empty axis is never divided by.
      length[axis] = Divisor<Index>(static_cast<Index>(std::max<std::int64_t>(1, loop.sizes[at])));
      for (int i = 0; i < N; ++i)
        step[axis][i] = static_cast<Index>(loop.strides[at][static_cast<std::size_t>(i)]);
    }
  }

  __device__ void find(Index element, Index (&offset)[N]) const {
    for (int i = 0; i < N; ++i) offset[i] = 0;
    for (int axis = rank - 1; axis > 0; --axis) {
      const Index outer = length[axis].quotient(element);
      const Index index = element - outer * length[axis].divisor();
      for (int i = 0; i < N; ++i) offset[i] += index * step[axis][i];
      element = outer;
    }
    for (int i = 0; i < N; ++i) offset[i] += element * step[0][i];
  }
};

/// The farthest that any operand goes along an axis.
template <int N>
std::int64_t extent(const IterationSpace<N>& loop, std::size_t axis) {
  std::int64_t farthest = 0;
  for (const std::int64_t step : loop.strides[axis]) farthest = std::max(farthest, step);
  return (loop.sizes[axis] - 1) * farthest;
}

template <int N>
bool fits_32_bits(const IterationSpace<N>& loop) {
  std::int64_t total = 0;
  for (std::size_t axis = 0; axis < static_cast<std::size_t>(loop.rank); ++axis) total += extent(loop, axis);
  return total < largest_index && loop.numel < largest_index;
}

/// Calls f(part, offset) for parts of the loop that fit 32 bits and together make it up; `offset` is where
/// each operand begins. An axis is halved until they do.
template <int N, class F>
void for_each_part(const IterationSpace<N>& loop, const std::type_identity_t<PerOperand<N>>& offset,
                   const F& f) {
  if (fits_32_bits(loop)) return f(loop, offset);
  std::size_t axis = 0;
  for (std::size_t other = 1; other < static_cast<std::size_t>(loop.rank); ++other) {
    if (extent(loop, other) > extent(loop, axis)) axis = other;
  }
  IterationSpace<N> first = loop, second = loop;
  first.sizes[axis] = loop.sizes[axis] / 2;
  second.sizes[axis] = loop.sizes[axis] - first.sizes[axis];
  first.numel = loop.numel / loop.sizes[axis] * first.sizes[axis];
  second.numel = loop.numel - first.numel;
  PerOperand<N> further = offset;
  for (std::size_t i = 0; i < N; ++i) further[i] += first.sizes[axis] * loop.strides[axis][i];
  for_each_part(first, offset, f);
  for_each_part(second, further, f);
}

template <int N, class F>
void for_each_part(const IterationSpace<N>& loop, const F& f) {
  for_each_part(loop, PerOperand<N>{}, f);
}

}  // namespace tinytorch::cuda
