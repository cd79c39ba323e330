#pragma once

#include "core/ops/normalization_kernels.h"

#include "kernels/cuda/fold.h"
#include "kernels/cuda/short_rows.h"
#include "kernels/cuda/warp.h"
#include "kernels/math/arithmetic.h"
#include "kernels/math/normalization.h"

// What normalisations and their gradients have in common.
namespace tinytorch::cuda {

/// Which set and channel an element belongs to, by its offset.
template <class Index>
struct Sets {
  Divisor<Index> inner, channels, length;
  Index count;
  bool across_outer;

  explicit Sets(const kernels::NormalizationSettings& form)
      : inner(static_cast<Index>(form.inner)),
        channels(static_cast<Index>(form.channels)),
        length(static_cast<Index>(form.group_size())),
        count(static_cast<Index>(form.num_groups())),
        across_outer(form.across_outer) {}

  __device__ Index channel(Index offset) const {
    const Index line = inner.quotient(offset);
    return line - channels.quotient(line) * channels.divisor();
  }
  __device__ Index set(Index offset) const {
    return across_outer ? channel(offset) : length.quotient(offset);
  }
};

/// Statistics [3, sets], which may lie farther than Index counts.
template <class T, class Index>
__device__ math::SetStatistics<T> load(const T* statistics, Index sets, Index set) {
  return {statistics[set], statistics[std::uint64_t{sets} + set], statistics[std::uint64_t{2} * sets + set]};
}
template <class T, class Index>
__device__ void store(const math::SetStatistics<T>& found, T* statistics, Index sets, Index set) {
  statistics[set] = found.mean;
  statistics[std::uint64_t{sets} + set] = found.lost;
  statistics[std::uint64_t{2} * sets + set] = found.scale;
}

/// A sum, and a sum of squares or products.
struct Sums {
  double first, second;
};
struct SumsFold {
  using Result = Sums;
  __device__ static Result identity() { return {0, 0}; }
  __device__ static Result combine(const Result& a, const Result& b) {
    return {a.first + b.first, a.second + b.second};
  }
};

/// Each set as one output.
inline ReductionSpaces set_loops(const kernels::NormalizationSettings& form) {
  const std::int64_t length = form.group_size();
  ReductionSpaces loops;
  loops.kept = {.rank = 1,
                .numel = form.num_groups(),
                .sizes = {form.num_groups()},
                .strides = {PerOperand<2>{length, 1}}};
  loops.reduced = {.rank = 1, .numel = length, .sizes = {length}, .strides = {PerOperand<1>{1}}};
  return loops;
}

/// Each channel as one output.
inline ReductionSpaces channel_loops(const kernels::NormalizationSettings& form) {
  const std::int64_t outer = form.outer, channels = form.channels, inner = form.inner;
  ReductionSpaces loops;
  loops.kept = {.rank = 1, .numel = channels, .sizes = {channels}, .strides = {PerOperand<2>{inner, 1}}};
  if (inner == 1) {
    loops.reduced = {.rank = 1, .numel = outer, .sizes = {outer}, .strides = {PerOperand<1>{channels}}};
  } else {
    loops.reduced = {.rank = 2,
                     .numel = outer * inner,
                     .sizes = {outer, inner},
                     .strides = {PerOperand<1>{channels * inner}, PerOperand<1>{1}}};
  }
  return loops;
}

/// Calls f<numbers a lane>() where sets are short rows.
template <class T, class F>
bool as_short_sets(const kernels::NormalizationSettings& form, const F& f) {
  return !form.across_outer && as_short_rows<T>(form.group_size(), f);
}

template <class T>
T* elements(Tensor& x) {
  return static_cast<T*>(x.raw_data());
}
template <class T>
const T* elements(const Tensor& x) {
  return static_cast<const T*>(x.raw_data());
}

/// Calls f<T, Index>() for the element type and the least index type.
template <class F>
void dispatch_normalization(const Tensor& x, const F& f) {
  dispatch<FloatingTypes>(x.dtype(), [&]<class T>() {
    if (x.numel() < largest_index) {
      f.template operator()<T, std::uint32_t>();
    } else {
      f.template operator()<T, std::uint64_t>();
    }
  });
}

}  // namespace tinytorch::cuda
