#include "core/ops/copy_kernels.h"
#include "core/ops/normalization_kernels.h"
#include "core/ops/shape.h"
#include "kernels/math/normalization.h"
#include "kernels/register.h"

#include <vector>

// Compiled once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/normalization_gradient.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "kernels/cpu/normalization-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

/// For each channel, the sums of grad times normalized x and of grad, over the groups of one task.
struct ChannelSums {
  double* weight;
  double* bias;
};

template <class T>
struct NormalizationBackward {
  const kernels::NormalizationSettings& form;
  const GroupLayout layout;
  const T* grad;
  const T* x;
  const T* statistics;
  const T* weight;
  T* dweight;
  T* dbias;
  T* dx;

  /// Groups that share channels are partitioned into tasks by their number alone; the sums of the tasks are
  /// added in order.
  void run() const {
    constexpr std::int64_t kTasks = 64;
    const std::int64_t tasks = form.across_outer ? layout.groups : std::min(layout.groups, kTasks);
    const std::int64_t chunks = form.across_outer ? 1 : tasks;
    std::vector<double> sums(static_cast<std::size_t>(2 * chunks * form.channels));
    parallel_for(tasks, kMediumGrain * tasks / (layout.groups * layout.group_length()) + 1,
                 [&](std::int64_t begin, std::int64_t end) {
                   for (std::int64_t task = begin; task < end; ++task) {
                     double* chunk = sums.data() + (chunks == 1 ? 0 : task) * 2 * form.channels;
                     process_groups(layout.groups * task / tasks, layout.groups * (task + 1) / tasks,
                                    {chunk, chunk + form.channels});
                   }
                 });
    add_chunks(sums.data(), chunks, dweight);
    add_chunks(sums.data() + form.channels, chunks, dbias);
  }

 private:
  void add_chunks(const double* sums, std::int64_t chunks, T* output) const {
    if (output == nullptr) return;
    for (std::int64_t channel = 0; channel < form.channels; ++channel) {
      output[channel] = static_cast<T>(fold_row<SumFold<double>>(sums + channel, 2 * form.channels, chunks));
    }
  }

  void process_groups(std::int64_t begin, std::int64_t end, const ChannelSums& sums) const {
    for (std::int64_t group = begin; group < end; ++group) {
      const auto stats = statistics_at(statistics, layout.groups, group);
      double gradient = 0, product = 0;  // of the normalized x, over the group
      for (std::int64_t run = 0; run < layout.runs; ++run)
        sum_run(group, run, stats, sums, gradient, product);
      const auto group_size = static_cast<double>(layout.group_length());
      const math::GroupMeans<T> means{
          static_cast<T>(form.from_elements && form.centered ? gradient / group_size : 0),
          static_cast<T>(form.from_elements ? product / group_size : 0)};
      for (std::int64_t run = 0; run < layout.runs; ++run) write_run(group, run, stats, means);
    }
  }

  void sum_run(std::int64_t group, std::int64_t run, const math::GroupStatistics<T>& stats,
               const ChannelSums& sums, double& gradient, double& product) const {
    const std::int64_t offset = layout.offset(group, run), channel = layout.channel(group, run),
                       n = layout.length;
    const T* g = grad + offset;
    const T* input = x + offset;
    if (!layout.channel_per_element) {
      const double weight_sum =
          blocked_sum<T>(n, [=](std::int64_t i) { return g[i] * stats.normalized(input[i]); });
      const double grad_sum = fold_row<SumFold<T>>(g, 1, n);
      sums.weight[channel] += weight_sum;
      sums.bias[channel] += grad_sum;
      const double w = weight ? static_cast<double>(weight[channel]) : 1;
      gradient += w * grad_sum;
      product += w * weight_sum;
      return;
    }
    double* weight_sum = sums.weight + channel;
    double* grad_sum = sums.bias + channel;
    INDEPENDENT
    for (std::int64_t i = 0; i < n; ++i) {
      weight_sum[i] += static_cast<double>(g[i] * stats.normalized(input[i]));
      grad_sum[i] += static_cast<double>(g[i]);
    }
    const T* w = weight ? weight + channel : nullptr;
    gradient += blocked_sum<T>(n, [=](std::int64_t i) { return w ? g[i] * w[i] : g[i]; });
    product += blocked_sum<T>(
        n, [=](std::int64_t i) { return (w ? g[i] * w[i] : g[i]) * stats.normalized(input[i]); });
  }

  void write_run(std::int64_t group, std::int64_t run, const math::GroupStatistics<T>& stats,
                 const math::GroupMeans<T>& means) const {
    const std::int64_t offset = layout.offset(group, run), channel = layout.channel(group, run),
                       n = layout.length;
    const T* g = grad + offset;
    const T* input = x + offset;
    T* output = dx + offset;
    if (layout.channel_per_element && weight) {
      const T* w = weight + channel;
      INDEPENDENT
      for (std::int64_t i = 0; i < n; ++i)
        output[i] = means.input_gradient(g[i] * w[i], stats.normalized(input[i]), stats.scale);
    } else {
      const T w = weight ? weight[channel] : T(1);
      INDEPENDENT
      for (std::int64_t i = 0; i < n; ++i)
        output[i] = means.input_gradient(g[i] * w, stats.normalized(input[i]), stats.scale);
    }
  }
};

void normalize_gradient(const kernels::NormalizationSettings& form, const Tensor& grad, const Tensor& x,
                        const Tensor& statistics, const Tensor& weight, Tensor& dweight, Tensor& dbias,
                        Tensor& dx) {
  if (should_copy_groups(form)) {
    Tensor contiguous_x = contiguous(with_groups_first(form, x));
    normalize_gradient(as_contiguous_groups(form), contiguous(with_groups_first(form, grad)), contiguous_x,
                       statistics, weight, dweight, dbias, contiguous_x);
    Tensor output = with_groups_first(form, dx);
    return kernels::copy(contiguous_x, output);
  }
  dispatch<FloatingTypes>(x.dtype(), [&]<class T>() {
    NormalizationBackward<T>{form,
                             GroupLayout(form),
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

void register_normalization_gradient_kernels() {
  kernels::normalize_gradient.set(DeviceType::cpu, normalize_gradient);
}

}  // namespace
}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinytorch::cpu {
HWY_EXPORT(register_normalization_gradient_kernels);
void register_normalization_gradient() { HWY_DYNAMIC_DISPATCH(register_normalization_gradient_kernels)(); }
}  // namespace tinytorch::cpu
#endif
