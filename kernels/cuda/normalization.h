#pragma once

#include "core/ops/normalization.h"

#include "kernels/cuda/reduce.h"
#include "kernels/cuda/short_rows.h"
#include "kernels/cuda/warp.h"
#include "kernels/math/arithmetic-inl.h"
#include "kernels/math/normalization-inl.h"

// What normalizations and their gradients have in common. A group is the set of elements that share a mean
// and a variance: contiguous [channels / groups, inner] elements or, if across_outer, those of one channel.
namespace tinytorch::cuda {

/// Maps an element's offset to its group and its channel.
template <class Index>
struct GroupMap {
  Divisor<Index> inner, channels, length;
  Index size;  // the number of groups
  bool across_outer;

  explicit GroupMap(const kernels::NormalizationSettings& form)
      : inner(static_cast<Index>(form.inner)),
        channels(static_cast<Index>(form.channels)),
        length(static_cast<Index>(form.group_size())),
        size(static_cast<Index>(form.num_groups())),
        across_outer(form.across_outer) {}

  __device__ Index channel(Index offset) const {
    const Index row = inner.quotient(offset);
    return row - channels.quotient(row) * channels.divisor();
  }
  __device__ Index group(Index offset) const {
    return across_outer ? channel(offset) : length.quotient(offset);
  }
};

/// Statistics [3, groups], whose offsets may exceed Index.
template <class T, class Index>
__device__ math::GroupStatistics<T> load(const T* statistics, Index groups, Index group) {
  return {statistics[group], statistics[std::uint64_t{groups} + group],
          statistics[std::uint64_t{2} * groups + group]};
}
template <class T, class Index>
__device__ void store(const math::GroupStatistics<T>& values, T* statistics, Index groups, Index group) {
  statistics[group] = values.mean;
  statistics[std::uint64_t{groups} + group] = values.mean_residual;
  statistics[std::uint64_t{2} * groups + group] = values.scale;
}

/// A sum, and a sum of squares or products.
struct SumPair {
  double first, second;
};
/// The part of a fold that adds such pairs.
struct SumPairFold {
  using Result = SumPair;
  __device__ static Result identity() { return {0, 0}; }
  __device__ static Result combine(const Result& a, const Result& b) {
    return {a.first + b.first, a.second + b.second};
  }
};

/// The reduction of each group to one output.
inline ReductionSpaces group_spaces(const kernels::NormalizationSettings& form) {
  const std::int64_t length = form.group_size();
  ReductionSpaces spaces;
  spaces.kept = {.rank = 1,
                 .numel = form.num_groups(),
                 .sizes = {form.num_groups()},
                 .strides = {PerOperand<2>{length, 1}}};
  spaces.reduced = {.rank = 1, .numel = length, .sizes = {length}, .strides = {PerOperand<1>{1}}};
  return spaces;
}

/// The reduction of each channel to one output.
inline ReductionSpaces channel_spaces(const kernels::NormalizationSettings& form) {
  const std::int64_t outer = form.outer, channels = form.channels, inner = form.inner;
  ReductionSpaces spaces;
  spaces.kept = {.rank = 1, .numel = channels, .sizes = {channels}, .strides = {PerOperand<2>{inner, 1}}};
  if (inner == 1) {
    spaces.reduced = {.rank = 1, .numel = outer, .sizes = {outer}, .strides = {PerOperand<1>{channels}}};
  } else {
    spaces.reduced = {.rank = 2,
                      .numel = outer * inner,
                      .sizes = {outer, inner},
                      .strides = {PerOperand<1>{channels * inner}, PerOperand<1>{1}}};
  }
  return spaces;
}

/// Calls f<elements per lane>() and returns true if groups are contiguous and fit a warp's registers; else
/// returns false.
template <class T, class F>
bool dispatch_short_groups(const kernels::NormalizationSettings& form, const F& f) {
  return !form.across_outer && dispatch_short_rows<T>(form.group_size(), f);
}

template <class T>
T* elements(Tensor& x) {
  return static_cast<T*>(x.raw_data());
}
template <class T>
const T* elements(const Tensor& x) {
  return static_cast<const T*>(x.raw_data());
}

/// Calls f<T, Index>() with the dtype's type and the narrowest sufficient index type.
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
