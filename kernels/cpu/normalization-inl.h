// What normalisations and their gradients have in common, compiled once for each instruction set: see
// kernels/cpu/targets.h.

#include "core/ops/normalization_kernels.h"
#include "core/ops/shape.h"
#include "kernels/cpu/elementwise-inl.h"
#include "kernels/cpu/reduce-inl.h"
#include "kernels/math/normalization.h"

#if defined(TINYTORCH_CPU_NORMALIZATION_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TINYTORCH_CPU_NORMALIZATION_INL_H
#undef TINYTORCH_CPU_NORMALIZATION_INL_H
#else
#define TINYTORCH_CPU_NORMALIZATION_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {

/// Where the elements of the sets lie: `runs` runs without gaps of `length` elements each. A run belongs to
/// one channel, or each of its elements to the next one.
struct Sets {
  std::int64_t count, runs, length;
  std::int64_t set_step, run_step;
  std::int64_t cycle, set_channels,
      run_channels;  // the channel is set % cycle * set_channels + run * run_channels
  bool moving;

  explicit Sets(const kernels::NormalizationSettings& form) : count(form.num_groups()), moving(false) {
    const std::int64_t group = form.channels / form.channel_groups;
    if (form.across_outer) {
      set(form.outer, form.inner, form.inner, form.channels * form.inner, form.channels, 1, 0);
    } else if (form.inner > 1) {
      set(group, form.inner, group * form.inner, form.inner, form.channel_groups, group, 1);
    } else {
      set(1, group, group, 0, form.channel_groups, group, 0);
      moving = true;
    }
  }

  std::int64_t channel(std::int64_t set, std::int64_t run) const {
    return set % cycle * set_channels + run * run_channels;
  }
  std::int64_t offset(std::int64_t set, std::int64_t run) const { return set * set_step + run * run_step; }
  std::int64_t set_length() const { return runs * length; }

 private:
  void set(std::int64_t runs_of, std::int64_t length_of, std::int64_t set_by, std::int64_t run_by,
           std::int64_t cycle_of, std::int64_t channels_a_set, std::int64_t channels_a_run) {
    runs = runs_of, length = length_of, set_step = set_by, run_step = run_by;
    cycle = cycle_of, set_channels = channels_a_set, run_channels = channels_a_run;
  }
};

/// Of sets across the outer places the elements lie far apart where the inner length is small: they are
/// worked on in an order of memory in which each set is one row.
inline bool wants_rows(const kernels::NormalizationSettings& form) {
  constexpr std::int64_t kShort = 16;
  return form.across_outer && form.channels > 1 && form.outer > 1 && form.inner < kShort;
}

inline kernels::NormalizationSettings as_rows(kernels::NormalizationSettings form) {
  form.inner *= form.outer;
  form.outer = 1;
  return form;
}

inline Tensor with_sets_first(const kernels::NormalizationSettings& form, const Tensor& x) {
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

/// A [3, sets] tensor.
template <class T>
math::SetStatistics<T> statistics_at(const T* statistics, std::int64_t sets, std::int64_t set) {
  return {statistics[set], statistics[sets + set], statistics[2 * sets + set]};
}

}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
