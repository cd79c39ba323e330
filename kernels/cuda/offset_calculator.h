#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "kernels/cuda/index_limit.h"
#include "kernels/cuda/launch.h"
#include "kernels/iteration_space.h"

// Offsets of the elements of an iteration space, computed on the device.
namespace tinytorch::cuda {

/// Division by an integer that is known at the launch. In 32 bits, for dividends and divisors below 2^31: a
/// multiplication, an addition and a shift instead of some twenty instructions (Granlund and Montgomery 1994,
/// fig. 4.1).
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

/// Maps an element of an iteration space to its offset in each of the first N operands.
template <int N, class Index = std::uint32_t>
struct OffsetCalculator {
  int rank;
  Divisor<Index> sizes[kMaxRank];  // outermost first
  Index strides[kMaxRank][N];

  template <int M>
  explicit OffsetCalculator(const IterationSpace<M>& space) : rank(space.rank) {
    static_assert(N <= M);
    for (int axis = 0; axis < rank; ++axis) {
      const auto at = static_cast<std::size_t>(axis);
      // A size of 0 is never divided by, but a Divisor of 0 cannot be made.
      sizes[axis] = Divisor<Index>(static_cast<Index>(std::max<std::int64_t>(1, space.sizes[at])));
      for (int i = 0; i < N; ++i)
        strides[axis][i] = static_cast<Index>(space.strides[at][static_cast<std::size_t>(i)]);
    }
  }

  __device__ void find(Index element, Index (&offset)[N]) const {
    for (int i = 0; i < N; ++i) offset[i] = 0;
    for (int axis = rank - 1; axis > 0; --axis) {
      const Index outer = sizes[axis].quotient(element);
      const Index index = element - outer * sizes[axis].divisor();
      for (int i = 0; i < N; ++i) offset[i] += index * strides[axis][i];
      element = outer;
    }
    for (int i = 0; i < N; ++i) offset[i] += element * strides[0][i];
  }
};

/// The largest offset along an axis, over all operands.
template <int N>
std::int64_t extent(const IterationSpace<N>& space, std::size_t axis) {
  std::int64_t largest = 0;
  for (const std::int64_t stride : space.strides[axis]) largest = std::max(largest, stride);
  return (space.sizes[axis] - 1) * largest;
}

/// True if numel and all offsets are below largest_index, so that 32-bit arithmetic suffices.
template <int N>
bool fits_32_bits(const IterationSpace<N>& space) {
  std::int64_t total = 0;
  for (std::size_t axis = 0; axis < static_cast<std::size_t>(space.rank); ++axis)
    total += extent(space, axis);
  return total < largest_index && space.numel < largest_index;
}

/// Splits the space into chunks that fit 32-bit indexing and calls f(chunk, offset) for each; `offset` is
/// each operand's offset of the chunk's first element. Halves the axis of the largest extent until the chunks
/// fit.
template <int N, class F>
void for_each_chunk(const IterationSpace<N>& space, const std::type_identity_t<PerOperand<N>>& offset,
                    const F& f) {
  if (fits_32_bits(space)) return f(space, offset);
  std::size_t axis = 0;
  for (std::size_t other = 1; other < static_cast<std::size_t>(space.rank); ++other) {
    if (extent(space, other) > extent(space, axis)) axis = other;
  }
  IterationSpace<N> first = space, second = space;
  first.sizes[axis] = space.sizes[axis] / 2;
  second.sizes[axis] = space.sizes[axis] - first.sizes[axis];
  first.numel = space.numel / space.sizes[axis] * first.sizes[axis];
  second.numel = space.numel - first.numel;
  PerOperand<N> second_offset = offset;
  for (std::size_t i = 0; i < N; ++i) second_offset[i] += first.sizes[axis] * space.strides[axis][i];
  for_each_chunk(first, offset, f);
  for_each_chunk(second, second_offset, f);
}

template <int N, class F>
void for_each_chunk(const IterationSpace<N>& space, const F& f) {
  for_each_chunk(space, PerOperand<N>{}, f);
}

}  // namespace tinytorch::cuda
