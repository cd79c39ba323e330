#include "core/ops/normalization_kernels.h"
#include "kernels/cuda/kernels.h"
#include "kernels/cuda/normalization.h"

namespace tinytorch::cuda {
namespace {

/// The operands of normalize_gradient; `means` has one entry per group.
template <class T, class Index>
struct NormalizeGradientOperands {
  GroupMap<Index> groups;
  const T* grad;
  const T* x;
  const T* statistics;
  const T* weight;
  T* dx;
  math::GroupMeans<T>* means;

  /// The gradient of the normalized x.
  __device__ T scaled(Index at) const {
    return weight != nullptr ? grad[at] * weight[groups.channel(at)] : grad[at];
  }
  __device__ T normalized(Index at, Index group) const {
    return load(statistics, groups.size, group).normalized(x[at]);
  }
  /// The gradient of one element, by known means.
  __device__ void operator()(Index at) const {
    const Index group = groups.group(at);
    const math::GroupStatistics<T> stats = load(statistics, groups.size, group);
    dx[at] = means[group].input_gradient(scaled(at), stats.normalized(x[at]), stats.scale);
  }
};

/// The sums over each group that the gradient of x needs.
template <class T, class Index>
struct GroupSumsFold : SumPairFold {
  NormalizeGradientOperands<T, Index> operands;
  double length;
  bool centered;

  template <class I>
  __device__ Result lift(I group, I offset, I) const {
    const auto at = static_cast<Index>(offset);
    const T scaled = operands.scaled(at);
    return {static_cast<double>(scaled),
            static_cast<double>(scaled * operands.normalized(at, static_cast<Index>(group)))};
  }
  template <class I>
  __device__ void finish(I group, const Result& total) const {
    operands.means[group] = {static_cast<T>(centered ? total.first / length : 0),
                             static_cast<T>(total.second / length)};
  }
};

/// The sums over each channel, which are the gradients of bias and weight. If a channel is a group, they also
/// give its means: `share` is 1 / length or, for constant statistics, 0.
template <class T, class Index>
struct ChannelSumsFold : SumPairFold {
  NormalizeGradientOperands<T, Index> operands;
  T* dweight;
  T* dbias;
  double share;

  template <class I>
  __device__ Result lift(I, I offset, I) const {
    const auto at = static_cast<Index>(offset);
    const T grad = operands.grad[at];
    return {static_cast<double>(grad),
            static_cast<double>(grad * operands.normalized(at, operands.groups.group(at)))};
  }
  template <class I>
  __device__ void finish(I channel, const Result& total) const {
    if (dbias != nullptr) dbias[channel] = static_cast<T>(total.first);
    if (dweight != nullptr) dweight[channel] = static_cast<T>(total.second);
    if (operands.groups.across_outer) {
      const double factor =
          operands.weight != nullptr ? share * static_cast<double>(operands.weight[channel]) : share;
      operands.means[channel] = {static_cast<T>(factor * total.first), static_cast<T>(factor * total.second)};
    }
  }
};

// Contiguous groups of up to 32 kPerLane elements: one warp per group, in registers as in
// normalize_short_groups. grad and x are read once and dx is written once: 12 bytes per element (f32).
template <class T, class Index, int kPerLane>
__global__ void __launch_bounds__(kThreads)
    short_groups_gradient(Index groups, unsigned length, bool centered,
                          NormalizeGradientOperands<T, Index> operands) {
  const Index group = Index{blockIdx.x} * kWarpsPerBlock + threadIdx.y;
  if (!within(group, groups)) return;
  const Index first = group * length;
  const math::GroupStatistics<T> stats = load(operands.statistics, groups, group);
  T scaled[kPerLane], normalized[kPerLane];
  double gradient = 0, product = 0;
  for (int i = 0; i < kPerLane; ++i) {
    const unsigned column = threadIdx.x + kWarp * static_cast<unsigned>(i);
    const bool inside = within(column, length);
    scaled[i] = inside ? operands.scaled(first + column) : T(0);
    normalized[i] = inside ? stats.normalized(operands.x[first + column]) : T(0);
    gradient += static_cast<double>(scaled[i]);
    product += static_cast<double>(scaled[i] * normalized[i]);
  }
  const math::GroupMeans<T> means{
      static_cast<T>(centered ? reduce_warp(gradient, math::Add{}) / length : 0.0),
      static_cast<T>(reduce_warp(product, math::Add{}) / length)};
  for (int i = 0; i < kPerLane; ++i) {
    const unsigned column = threadIdx.x + kWarp * static_cast<unsigned>(i);
    if (within(column, length))
      operands.dx[first + column] = means.input_gradient(scaled[i], normalized[i], stats.scale);
  }
}

template <class T, class Index>
void group_gradient(const OnDevice& on, const kernels::NormalizationSettings& form,
                    const NormalizeGradientOperands<T, Index>& operands) {
  const auto by_warps = [&]<int kPerLane>() {
    launch(KERNEL(short_groups_gradient<T, Index, kPerLane>), blocks_for(form.num_groups(), kWarpsPerBlock),
           short_rows_block(form.num_groups()), 0, on.stream(), operands.groups.size,
           static_cast<unsigned>(form.group_size()), form.centered, operands);
  };
  if (dispatch_short_groups<T>(form, by_warps)) return;
  const GroupSumsFold<T, Index> sums{{}, operands, static_cast<double>(form.group_size()), form.centered};
  reduce(on, group_spaces(form), sums);
  launch_map<Index>(on, form.outer * form.channels * form.inner, operands);
}

template <class T, class Index>
void gradient_typed(const OnDevice& on, const kernels::NormalizationSettings& form,
                    NormalizeGradientOperands<T, Index> operands, T* dweight, T* dbias) {
  Storage means(on.device(), static_cast<std::size_t>(form.num_groups()) * sizeof(math::GroupMeans<T>));
  operands.means = reinterpret_cast<math::GroupMeans<T>*>(means.data());
  if (form.across_outer || dweight != nullptr || dbias != nullptr) {
    const double share = form.from_elements ? 1 / static_cast<double>(form.group_size()) : 0;
    const ChannelSumsFold<T, Index> sums{{}, operands, dweight, dbias, share};
    reduce(on, channel_spaces(form), sums);
  }
  if (!form.across_outer) return group_gradient(on, form, operands);
  launch_map<Index>(on, form.outer * form.channels * form.inner, operands);
}

void normalize_gradient(const kernels::NormalizationSettings& form, const Tensor& grad, const Tensor& x,
                        const Tensor& statistics, const Tensor& weight, Tensor& dweight, Tensor& dbias,
                        Tensor& dx) {
  const OnDevice on(dx.device());
  dispatch_normalization(x, [&]<class T, class Index>() {
    gradient_typed<T, Index>(on, form,
                             {.groups = GroupMap<Index>(form),
                              .grad = elements<T>(grad),
                              .x = elements<T>(x),
                              .statistics = elements<T>(statistics),
                              .weight = elements<T>(weight),
                              .dx = elements<T>(dx),
                              .means = nullptr},
                             elements<T>(dweight), elements<T>(dbias));
  });
}

}  // namespace

void register_normalization_gradient() {
  kernels::normalize_gradient.set(DeviceType::cuda, normalize_gradient);
}

}  // namespace tinytorch::cuda
