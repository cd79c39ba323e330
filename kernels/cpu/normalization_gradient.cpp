#include "core/internal/object_pool.h"
#include "core/ops/copy_kernels.h"
#include "core/ops/normalization_kernels.h"
#include "core/ops/shape.h"
#include "kernels/register.h"

#include <array>

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

/// For each channel, the sums of grad times normalized x and of grad, over the groups of one task. Where a
/// group has each channel once, the sums of a few groups are added up in `recent`, in the elements' type.
template <class T>
struct ChannelSums {
  double* weight;
  double* bias;
  T* recent;  ///< those of the weight, then those of the bias
};

template <class T>
struct NormalizationBackward {
  using V = typename Position<T>::V;

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
    const std::int64_t chunks = form.across_outer ? 1 : tasks, size = 2 * form.channels;
    PoolVector<double> sums(static_cast<std::size_t>(chunks * size));
    PoolVector<T> recent(static_cast<std::size_t>(layout.channel_per_element ? chunks * size : 0));
    parallel_for(tasks, kMediumGrain * tasks / (layout.groups * layout.group_length()) + 1,
                 [&](std::int64_t begin, std::int64_t end) {
                   for (std::int64_t task = begin; task < end; ++task) {
                     const std::int64_t chunk = chunks == 1 ? 0 : task * size;
                     double* const own = sums.data() + chunk;
                     T* const own_recent = recent.empty() ? nullptr : recent.data() + chunk;
                     process_groups(layout.groups * task / tasks, layout.groups * (task + 1) / tasks,
                                    {own, own + form.channels, own_recent});
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

  void process_groups(std::int64_t begin, std::int64_t end, const ChannelSums<T>& sums) const {
    constexpr std::int64_t kRecent = 16;
    for (std::int64_t group = begin; group < end; ++group) {
      const auto stats = statistics_at(statistics, layout.groups, group);
      double gradient = 0, product = 0;  // of the normalized x, over the group
      for (std::int64_t run = 0; run < layout.runs; ++run) {
        const auto [of_gradient, of_product] = layout.channel_per_element
                                                   ? sum_run_of_channels(group, run, stats, sums)
                                                   : sum_run_of_channel(group, run, stats, sums);
        gradient += of_gradient;
        product += of_product;
      }
      if (layout.channel_per_element && ((group - begin) % kRecent == kRecent - 1 || group == end - 1))
        add_recent(sums);
      const auto group_size = static_cast<double>(layout.group_length());
      const math::GroupMeans<T> means{
          static_cast<T>(form.from_elements && form.centered ? gradient / group_size : 0),
          static_cast<T>(form.from_elements ? product / group_size : 0)};
      for (std::int64_t run = 0; run < layout.runs; ++run) write_run(group, run, stats, means);
    }
  }

  /// @return  the run's sums of the gradient of the normalized x, and of that times the normalized x
  std::array<double, 2> sum_run_of_channel(std::int64_t group, std::int64_t run,
                                           const math::GroupStatistics<T>& stats,
                                           const ChannelSums<T>& sums) const {
    const std::int64_t offset = layout.offset(group, run), channel = layout.channel(group, run);
    const T *const g = grad + offset, *const input = x + offset;
    const auto [grad_sum, weight_sum] = sum_terms<2, T>(layout.length, [=](const Position<T>& at) HWY_ATTR {
      const V of_grad = at.load(g);
      return std::array{of_grad, of_grad * stats.normalized(at.load(input))};
    });
    sums.weight[channel] += weight_sum;
    sums.bias[channel] += grad_sum;
    const double w = weight ? static_cast<double>(weight[channel]) : 1;
    return {w * grad_sum, w * weight_sum};
  }

  /// The same of a run that has each channel once.
  std::array<double, 2> sum_run_of_channels(std::int64_t group, std::int64_t run,
                                            const math::GroupStatistics<T>& stats,
                                            const ChannelSums<T>& sums) const {
    const std::int64_t offset = layout.offset(group, run), channel = layout.channel(group, run);
    const T *const g = grad + offset, *const input = x + offset,
                   *const w = weight ? weight + channel : nullptr;
    T *const weight_sums = sums.recent + channel, *const grad_sums = weight_sums + form.channels;
    return sum_terms<2, T>(layout.length, [=](const Position<T>& at) HWY_ATTR {
      using math::fma;
      const V of_grad = at.load(g), normalized = stats.normalized(at.load(input));
      at.store(fma(of_grad, normalized, at.load(weight_sums)), weight_sums);
      at.store(of_grad + at.load(grad_sums), grad_sums);
      const V weighted = w ? of_grad * at.load(w) : of_grad;
      return std::array{weighted, weighted * normalized};
    });
  }

  void add_recent(const ChannelSums<T>& sums) const {
    for (std::int64_t channel = 0; channel < form.channels; ++channel) {
      T &of_weight = sums.recent[channel], &of_bias = sums.recent[form.channels + channel];
      sums.weight[channel] += static_cast<double>(of_weight);
      sums.bias[channel] += static_cast<double>(of_bias);
      of_weight = of_bias = 0;
    }
  }

  void write_run(std::int64_t group, std::int64_t run, const math::GroupStatistics<T>& stats,
                 const math::GroupMeans<T>& means) const {
    const std::int64_t offset = layout.offset(group, run), channel = layout.channel(group, run),
                       n = layout.length;
    const T *const g = grad + offset, *const input = x + offset;
    T* const output = dx + offset;
    const auto input_gradient = [=]<class Element>(Element of_grad, Element element, Element w) HWY_ATTR {
      return means.input_gradient(of_grad * w, stats.normalized(element), stats.scale);
    };
    if (layout.channel_per_element && weight) {
      map(input_gradient, n, output, g, input, weight + channel);
    } else {
      const T w = weight ? weight[channel] : T(1);
      map([=]<class Element>(Element of_grad, Element element)
              HWY_ATTR { return input_gradient(of_grad, element, Element(w)); },
          n, output, g, input);
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
