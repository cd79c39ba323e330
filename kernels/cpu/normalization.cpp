#include "kernels/math/normalization.h"
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
    parallel_for(layout.groups, kMediumGrain / layout.group_length() + 1,
                 [this](std::int64_t begin, std::int64_t end) {
                   for (std::int64_t group = begin; group < end; ++group) {
                     if (form.from_elements) compute_statistics(group);
                     for (std::int64_t run = 0; run < layout.runs; ++run) write_run(group, run);
                   }
                 });
  }

 private:
  template <class F>
  double sum_runs(std::int64_t group, const F& run_sum) const {
    double total = 0;
    for (std::int64_t run = 0; run < layout.runs; ++run) total += run_sum(x + layout.offset(group, run));
    return total;
  }

  /// There is no wider type to sum f64 in, so its mean is corrected by the mean of the deviations from it.
  double mean_of(std::int64_t group, double group_size) const {
    const std::int64_t length = layout.length;
    const auto plain = [=](const T* input) { return fold_row<SumFold<T>>(input, 1, length); };
    const double mean = sum_runs(group, plain) / group_size;
    if constexpr (std::is_same_v<T, float>) return mean;
    const auto deviations = [=](const T* input) {
      return blocked_sum<T>(length, [=](std::int64_t i) { return input[i] - static_cast<T>(mean); });
    };
    return mean + sum_runs(group, deviations) / group_size;
  }

  void compute_statistics(std::int64_t group) const {
    const auto group_size = static_cast<double>(layout.group_length());
    const double mean = form.centered ? mean_of(group, group_size) : 0;
    const double squares = sum_runs(group, [&](const T* input) {
      return fold_row<SumFold<T>>(input, 1, layout.length, SquaredDistance{mean});
    });
    const double variance = squares / group_size;
    if (moments != nullptr) {
      moments[group] = mean;
      moments[layout.groups + group] = variance;
    }
    const auto stats = math::group_statistics<T>(mean, variance, form.epsilon);
    statistics[group] = stats.mean;
    statistics[layout.groups + group] = stats.mean_residual;
    statistics[2 * layout.groups + group] = stats.scale;
  }

  void write_run(std::int64_t group, std::int64_t run) const {
    const auto stats = statistics_at(statistics, layout.groups, group);
    const std::int64_t offset = layout.offset(group, run), channel = layout.channel(group, run),
                       n = layout.length;
    const T* input = x + offset;
    T* output = y + offset;
    INDEPENDENT
    for (std::int64_t i = 0; i < n; ++i) output[i] = stats.normalized(input[i]);
    if (weight) apply_parameter(output, weight + channel, [](T a, T b) { return a * b; });
    if (bias) apply_parameter(output, bias + channel, [](T a, T b) { return a + b; });
  }

  /// Applies f(element, weight or bias of its channel) to a run.
  template <class F>
  void apply_parameter(T* output, const T* parameter, const F& f) const {
    const T scalar = *parameter;
    if (layout.channel_per_element) {
      INDEPENDENT
      for (std::int64_t i = 0; i < layout.length; ++i) output[i] = f(output[i], parameter[i]);
    } else {
      INDEPENDENT
      for (std::int64_t i = 0; i < layout.length; ++i) output[i] = f(output[i], scalar);
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
