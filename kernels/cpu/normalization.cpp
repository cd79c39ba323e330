#include "kernels/math/normalization.h"
#include "core/ops/copy_kernels.h"
#include "core/ops/normalization_kernels.h"
#include "core/ops/shape.h"
#include "kernels/register.h"

// Once more for each instruction set; see kernels/cpu/targets.h.
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
struct Forward {
  const kernels::NormalizationSettings& form;
  const Sets sets;
  const T* x;
  const T* weight;
  const T* bias;
  T* statistics;
  T* y;

  void run() const {
    parallel_for(sets.count, kMediumGrain / sets.set_length() + 1,
                 [this](std::int64_t begin, std::int64_t end) {
                   for (std::int64_t set = begin; set < end; ++set) {
                     if (form.from_elements) find_statistics(set);
                     for (std::int64_t run = 0; run < sets.runs; ++run) write_run(set, run);
                   }
                 });
  }

 private:
  template <class F>
  double sum_of_runs(std::int64_t set, const F& run_sum) const {
    double total = 0;
    for (std::int64_t run = 0; run < sets.runs; ++run) total += run_sum(x + sets.offset(set, run));
    return total;
  }

  /// f64 is summed in no wider type: its mean is corrected by that of the distances from it.
  double mean_of(std::int64_t set, double count) const {
    const std::int64_t length = sets.length;
    const auto plain = [=](const T* from) { return fold_row<SumFold<T>>(from, 1, length); };
    const double mean = sum_of_runs(set, plain) / count;
    if constexpr (std::is_same_v<T, float>) return mean;
    const auto distances = [=](const T* from) {
      return sum_of<T>(length, [=](std::int64_t i) { return from[i] - static_cast<T>(mean); });
    };
    return mean + sum_of_runs(set, distances) / count;
  }

  void find_statistics(std::int64_t set) const {
    const auto count = static_cast<double>(sets.set_length());
    const double mean = form.centered ? mean_of(set, count) : 0;
    const auto center = math::set_statistics<T>(mean, 0, 1);  // a scale of 1
    const double squares = sum_of_runs(set, [&](const T* from) {
      return sum_of<T>(sets.length, [=](std::int64_t i) {
        const T distance = center.normalized(from[i]);
        return distance * distance;
      });
    });
    const auto found = math::set_statistics<T>(mean, squares / count, form.epsilon);
    statistics[set] = found.mean;
    statistics[sets.count + set] = found.lost;
    statistics[2 * sets.count + set] = found.scale;
  }

  void write_run(std::int64_t set, std::int64_t run) const {
    const auto found = statistics_at(statistics, sets.count, set);
    const std::int64_t at = sets.offset(set, run), channel = sets.channel(set, run), n = sets.length;
    const T* from = x + at;
    T* to = y + at;
    INDEPENDENT
    for (std::int64_t i = 0; i < n; ++i) to[i] = found.normalized(from[i]);
    if (weight) each(to, weight + channel, [](T a, T b) { return a * b; });
    if (bias) each(to, bias + channel, [](T a, T b) { return a + b; });
  }

  template <class F>
  void each(T* to, const T* parameter, const F& f) const {
    const T one = *parameter;
    if (sets.moving) {
      INDEPENDENT
      for (std::int64_t i = 0; i < sets.length; ++i) to[i] = f(to[i], parameter[i]);
    } else {
      INDEPENDENT
      for (std::int64_t i = 0; i < sets.length; ++i) to[i] = f(to[i], one);
    }
  }
};

void normalize(const kernels::NormalizationSettings& form, const Tensor& x, const Tensor& weight,
               const Tensor& bias, Tensor& statistics, Tensor& y) {
  if (wants_rows(form)) {
    Tensor rows = contiguous(with_sets_first(form, x));
    normalize(as_rows(form), rows, weight, bias, statistics, rows);
    Tensor to = with_sets_first(form, y);
    return kernels::copy(rows, to);
  }
  dispatch<FloatingTypes>(x.dtype(), [&]<class T>() {
    Forward<T>{form,
               Sets(form),
               elements<T>(x),
               elements<T>(weight),
               elements<T>(bias),
               elements<T>(statistics),
               elements<T>(y)}
        .run();
  });
}

void register_kernels() { kernels::normalize.set(DeviceType::cpu, normalize); }

}  // namespace
}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinytorch::cpu {
HWY_EXPORT(register_kernels);
void register_normalization() { HWY_DYNAMIC_DISPATCH(register_kernels)(); }
}  // namespace tinytorch::cpu
#endif
