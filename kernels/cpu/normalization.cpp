#include "core/ops/copy_kernels.h"
#include "core/ops/normalization_kernels.h"
#include "core/ops/shape.h"
#include "kernels/register.h"

// Compiled once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/normalization.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "kernels/cpu/normalization-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

template <class T>
struct NormalizationForward {
  const kernels::NormalizationSettings& form;
  const GroupLayout layout;
  const T* x;
  const T* weight;
  const T* bias;
  T* statistics;
  double* moments;
  T* y;

  void run() const {
    if (form.across_outer && !form.from_elements) return write_in_order();
    parallel_for(layout.groups, kMediumGrain / layout.group_length() + 1,
                 [this](std::int64_t begin, std::int64_t end) {
                   for (std::int64_t group = begin; group < end; ++group) {
                     if (form.from_elements) compute_statistics(group);
                     for (std::int64_t run = 0; run < layout.runs; ++run) write_run(group, run);
                   }
                 });
  }

 private:
  /// Where each channel is a group of known statistics: in the order of the memory.
  void write_in_order() const {
    parallel_for(layout.groups * layout.runs, kMediumGrain / layout.length + 1,
                 [this](std::int64_t begin, std::int64_t end) {
                   for (std::int64_t i = begin; i < end; ++i) write_run(i % layout.groups, i / layout.groups);
                 });
  }

  void compute_statistics(std::int64_t group) const {
    const T origin = form.centered ? x[layout.offset(group, 0)] : T(0);
    double distances = 0, squares = 0;
    for (std::int64_t run = 0; run < layout.runs; ++run) {
      const auto [of_distances, of_squares] =
          sum_distances(x + layout.offset(group, run), layout.length, static_cast<double>(origin));
      distances += of_distances;
      squares += of_squares;
    }
    const auto moments =
        math::Moments::from_distances(static_cast<double>(origin), form.centered ? distances : 0, squares,
                                      static_cast<double>(layout.group_length()));
    if (this->moments != nullptr) {
      this->moments[group] = moments.mean;
      this->moments[layout.groups + group] = moments.variance;
    }
    const auto stats = math::group_statistics<T>(moments.mean, moments.variance, form.epsilon);
    statistics[group] = stats.mean;
    statistics[layout.groups + group] = stats.mean_residual;
    statistics[2 * layout.groups + group] = stats.scale;
  }

  void write_run(std::int64_t group, std::int64_t run) const {
    const auto stats = statistics_at(statistics, layout.groups, group);
    const std::int64_t offset = layout.offset(group, run), channel = layout.channel(group, run),
                       n = layout.length;
    const T *from = x + offset, *w = weight ? weight + channel : nullptr,
            *b = bias ? bias + channel : nullptr;
    T* const to = y + offset;
    using math::fma;
    const auto normalized = [=]<class V>(V element, V scale, V shift)
                                HWY_ATTR { return fma(stats.normalized(element), scale, shift); };
    if (!layout.channel_per_element || (!w && !b)) {
      const T scale = w ? *w : T(1), shift = b ? *b : T(0);
      map([=]<class V>(V element) HWY_ATTR { return normalized(element, V(scale), V(shift)); }, n, to, from);
    } else if (!b) {
      map([=]<class V>(V element, V scale) HWY_ATTR { return normalized(element, scale, V(0)); }, n, to, from,
          w);
    } else if (!w) {
      map([=]<class V>(V element, V shift) HWY_ATTR { return normalized(element, V(1), shift); }, n, to, from,
          b);
    } else {
      map(normalized, n, to, from, w, b);
    }
  }
};

void normalize(const kernels::NormalizationSettings& form, const Tensor& x, const Tensor& weight,
               const Tensor& bias, Tensor& statistics, Tensor& moments, Tensor& y) {
  if (should_copy_groups(form)) {
    Tensor contiguous_x = contiguous(with_groups_first(form, x));
    normalize(as_contiguous_groups(form), contiguous_x, weight, bias, statistics, moments, contiguous_x);
    Tensor output = with_groups_first(form, y);
    return kernels::copy(contiguous_x, output);
  }
  dispatch<FloatingTypes>(x.dtype(), [&]<class T>() {
    NormalizationForward<T>{form,
                            GroupLayout(form),
                            elements<T>(x),
                            elements<T>(weight),
                            elements<T>(bias),
                            elements<T>(statistics),
                            elements<double>(moments),
                            elements<T>(y)}
        .run();
  });
}

void register_normalization_kernels() { kernels::normalize.set(DeviceType::cpu, normalize); }

}  // namespace
}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinytorch::cpu {
HWY_EXPORT(register_normalization_kernels);
void register_normalization() { HWY_DYNAMIC_DISPATCH(register_normalization_kernels)(); }
}  // namespace tinytorch::cpu
#endif
