// What normalizations and their gradients share, compiled once for each instruction set: see
// kernels/cpu/targets.h.

#include "core/ops/normalization.h"
#include "core/ops/shape.h"
#include "kernels/cpu/elementwise-inl.h"
#include "kernels/cpu/reduce-inl.h"
#include "kernels/math/normalization-inl.h"

#if defined(TINYTORCH_CPU_NORMALIZATION_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TINYTORCH_CPU_NORMALIZATION_INL_H
#undef TINYTORCH_CPU_NORMALIZATION_INL_H
#else
#define TINYTORCH_CPU_NORMALIZATION_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {

/// The memory layout of the groups, each a set of elements that share their statistics: `runs` contiguous
/// runs of `length` elements. A run belongs to one channel, or with `channel_per_element` its elements belong
/// to consecutive channels.
struct GroupLayout {
  std::int64_t groups, runs, length;
  std::int64_t group_stride, run_stride;
  // The first channel of a run is group % cycle * group_channels + run * run_channels.
  std::int64_t cycle, group_channels, run_channels;
  bool channel_per_element;

  explicit GroupLayout(const kernels::NormalizationSettings& form)
      : groups(form.num_groups()), channel_per_element(!form.across_outer && form.inner <= 1) {
    const std::int64_t channels = form.channels / form.channel_groups;
    if (form.across_outer) {
      runs = form.outer, length = form.inner;
      group_stride = form.inner, run_stride = form.channels * form.inner;
      cycle = form.channels, group_channels = 1, run_channels = 0;
    } else if (channel_per_element) {
      runs = 1, length = channels;
      group_stride = channels, run_stride = 0;
      cycle = form.channel_groups, group_channels = channels, run_channels = 0;
    } else {
      runs = channels, length = form.inner;
      group_stride = channels * form.inner, run_stride = form.inner;
      cycle = form.channel_groups, group_channels = channels, run_channels = 1;
    }
  }

  std::int64_t channel(std::int64_t group, std::int64_t run) const {
    return group % cycle * group_channels + run * run_channels;
  }
  std::int64_t offset(std::int64_t group, std::int64_t run) const {
    return group * group_stride + run * run_stride;
  }
  std::int64_t group_length() const { return runs * length; }
};

/// True where groups across the outer axis have short runs far apart in memory: they are copied so that each
/// group is contiguous.
inline bool should_copy_groups(const kernels::NormalizationSettings& form) {
  constexpr std::int64_t kShort = 16;
  return form.across_outer && form.channels > 1 && form.outer > 1 && form.inner < kShort;
}

inline kernels::NormalizationSettings as_contiguous_groups(kernels::NormalizationSettings form) {
  form.inner *= form.outer;
  form.outer = 1;
  return form;
}

inline Tensor with_groups_first(const kernels::NormalizationSettings& form, const Tensor& x) {
  return permute(reshape(x, {form.outer, form.channels, form.inner}), {1, 0, 2});
}

template <class T>
const T* elements(const Tensor& x) {
  return static_cast<const T*>(x.raw_data());
}
template <class T>
T* elements(Tensor& x) {
  return static_cast<T*>(x.raw_data());
}

/// The statistics of a group; they are [3, groups].
template <class T>
math::GroupStatistics<T> statistics_at(const T* statistics, std::int64_t groups, std::int64_t group) {
  return {statistics[group], statistics[groups + group], statistics[2 * groups + group]};
}

}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
