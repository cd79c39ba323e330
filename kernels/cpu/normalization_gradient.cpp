#include "core/ops/copy_kernels.h"
#include "core/ops/normalization_kernels.h"
#include "core/ops/shape.h"
#include "kernels/math/normalization.h"
#include "kernels/register.h"

#include <vector>

// Once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/normalization_gradient.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "kernels/cpu/normalization-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

/// The sums of grad times normalised x, and of grad, over each channel, by the sets of one task.
struct ChannelSums {
  double* weight;
  double* bias;
};

template <class T>
struct Backward {
  const kernels::NormalizationSettings& form;
  const Sets sets;
  const T* grad;
  const T* x;
  const T* statistics;
  const T* weight;
  T* dweight;
  T* dbias;
  T* dx;

  /// Sets that share channels are cut into tasks, by their number alone, whose sums are added in order.
  void run() const {
    constexpr std::int64_t kTasks = 64;
    const std::int64_t tasks = form.across_outer ? sets.count : std::min(sets.count, kTasks);
    const std::int64_t parts = form.across_outer ? 1 : tasks;
    std::vector<double> sums(static_cast<std::size_t>(2 * parts * form.channels));
    parallel_for(tasks, kMediumGrain * tasks / (sets.count * sets.set_length()) + 1,
                 [&](std::int64_t begin, std::int64_t end) {
                   for (std::int64_t task = begin; task < end; ++task) {
                     double* part = sums.data() + (parts == 1 ? 0 : task) * 2 * form.channels;
                     run_sets(sets.count * task / tasks, sets.count * (task + 1) / tasks,
                              {part, part + form.channels});
                   }
                 });
    add_up(sums.data(), parts, dweight);
    add_up(sums.data() + form.channels, parts, dbias);
  }

 private:
  void add_up(const double* sums, std::int64_t parts, T* to) const {
    if (to == nullptr) return;
    for (std::int64_t channel = 0; channel < form.channels; ++channel) {
      to[channel] = static_cast<T>(fold_row<SumFold<double>>(sums + channel, 2 * form.channels, parts));
    }
  }

  void run_sets(std::int64_t begin, std::int64_t end, const ChannelSums& sums) const {
    for (std::int64_t set = begin; set < end; ++set) {
      const auto found = statistics_at(statistics, sets.count, set);
      double gradient = 0, product = 0;  // of the normalised x, over the set
      for (std::int64_t run = 0; run < sets.runs; ++run) sum_run(set, run, found, sums, gradient, product);
      const auto count = static_cast<double>(sets.set_length());
      const math::SetMeans<T> means{
          static_cast<T>(form.from_elements && form.centered ? gradient / count : 0),
          static_cast<T>(form.from_elements ? product / count : 0)};
      for (std::int64_t run = 0; run < sets.runs; ++run) write_run(set, run, found, means);
    }
  }

  void sum_run(std::int64_t set, std::int64_t run, const math::SetStatistics<T>& found,
               const ChannelSums& sums, double& gradient, double& product) const {
    const std::int64_t at = sets.offset(set, run), channel = sets.channel(set, run), n = sets.length;
    const T* g = grad + at;
    const T* from = x + at;
    if (!sets.moving) {
      const double by_x = sum_of<T>(n, [=](std::int64_t i) { return g[i] * found.normalized(from[i]); });
      const double alone = fold_row<SumFold<T>>(g, 1, n);
      sums.weight[channel] += by_x;
      sums.bias[channel] += alone;
      const double w = weight ? static_cast<double>(weight[channel]) : 1;
      gradient += w * alone;
      product += w * by_x;
      return;
    }
    double* by_x = sums.weight + channel;
    double* alone = sums.bias + channel;
    INDEPENDENT
    for (std::int64_t i = 0; i < n; ++i) {
      by_x[i] += static_cast<double>(g[i] * found.normalized(from[i]));
      alone[i] += static_cast<double>(g[i]);
    }
    const T* w = weight ? weight + channel : nullptr;
    gradient += sum_of<T>(n, [=](std::int64_t i) { return w ? g[i] * w[i] : g[i]; });
    product +=
        sum_of<T>(n, [=](std::int64_t i) { return (w ? g[i] * w[i] : g[i]) * found.normalized(from[i]); });
  }

  void write_run(std::int64_t set, std::int64_t run, const math::SetStatistics<T>& found,
                 const math::SetMeans<T>& means) const {
    const std::int64_t at = sets.offset(set, run), channel = sets.channel(set, run), n = sets.length;
    const T* g = grad + at;
    const T* from = x + at;
    T* to = dx + at;
    if (sets.moving && weight) {
      const T* w = weight + channel;
      INDEPENDENT
      for (std::int64_t i = 0; i < n; ++i)
        to[i] = means.pull(g[i] * w[i], found.normalized(from[i]), found.scale);
    } else {
      const T w = weight ? weight[channel] : T(1);
      INDEPENDENT
      for (std::int64_t i = 0; i < n; ++i)
        to[i] = means.pull(g[i] * w, found.normalized(from[i]), found.scale);
    }
  }
};

void normalize_gradient(const kernels::NormalizationSettings& form, const Tensor& grad, const Tensor& x,
                        const Tensor& statistics, const Tensor& weight, Tensor& dweight, Tensor& dbias,
                        Tensor& dx) {
  if (wants_rows(form)) {
    Tensor rows = contiguous(with_sets_first(form, x));
    normalize_gradient(as_rows(form), contiguous(with_sets_first(form, grad)), rows, statistics, weight,
                       dweight, dbias, rows);
    Tensor to = with_sets_first(form, dx);
    return kernels::copy(rows, to);
  }
  dispatch<FloatingTypes>(x.dtype(), [&]<class T>() {
    Backward<T>{form,
                Sets(form),
                elements<T>(grad),
                elements<T>(x),
                elements<T>(statistics),
                elements<T>(weight),
                elements<T>(dweight),
                elements<T>(dbias),
                elements<T>(dx)}
        .run();
  });
}

void register_kernels() { kernels::normalize_gradient.set(DeviceType::cpu, normalize_gradient); }

}  // namespace
}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinytorch::cpu {
HWY_EXPORT(register_kernels);
void register_normalization_gradient() { HWY_DYNAMIC_DISPATCH(register_kernels)(); }
}  // namespace tinytorch::cpu
#endif
