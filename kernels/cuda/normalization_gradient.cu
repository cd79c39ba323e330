#include "core/ops/normalization_kernels.h"
#include "kernels/cuda/kernels.h"
#include "kernels/cuda/normalization.h"

namespace tinytorch::cuda {
namespace {

/// The operands of normalize_gradient; `means` are of the sets.
template <class T, class Index>
struct Backward {
  Sets<Index> sets;
  const T* grad;
  const T* x;
  const T* statistics;
  const T* weight;
  T* dx;
  math::SetMeans<T>* means;

  /// The gradient of the normalised x.
  __device__ T scaled(Index at) const {
    return weight != nullptr ? grad[at] * weight[sets.channel(at)] : grad[at];
  }
  __device__ T normalized(Index at, Index set) const {
    return load(statistics, sets.count, set).normalized(x[at]);
  }
  /// Of one element, where the means are known.
  __device__ void operator()(Index at) const {
    const Index set = sets.set(at);
    const math::SetStatistics<T> found = load(statistics, sets.count, set);
    dx[at] = means[set].pull(scaled(at), found.normalized(x[at]), found.scale);
  }
};

/// The sums over sets that a gradient goes through.
template <class T, class Index>
struct SetSumsFold : SumsFold {
  Backward<T, Index> operands;
  double length;
  bool centered;

  template <class Place>
  __device__ Result lift(Place set, Place offset, Place) const {
    const auto at = static_cast<Index>(offset);
    const T scaled = operands.scaled(at);
    return {static_cast<double>(scaled),
            static_cast<double>(scaled * operands.normalized(at, static_cast<Index>(set)))};
  }
  template <class Place>
  __device__ void finish(Place set, const Result& total) const {
    operands.means[set] = {static_cast<T>(centered ? total.first / length : 0),
                           static_cast<T>(total.second / length)};
  }
};

/// The sums over channels, which are the gradients of bias and weight; where a channel is a set they also
/// give the means of that, `share` being 1 / length or, for constant statistics, 0.
template <class T, class Index>
struct ChannelSumsFold : SumsFold {
  Backward<T, Index> operands;
  T* dweight;
  T* dbias;
  double share;

  template <class Place>
  __device__ Result lift(Place, Place offset, Place) const {
    const auto at = static_cast<Index>(offset);
    const T grad = operands.grad[at];
    return {static_cast<double>(grad),
            static_cast<double>(grad * operands.normalized(at, operands.sets.set(at)))};
  }
  template <class Place>
  __device__ void finish(Place channel, const Result& total) const {
    if (dbias != nullptr) dbias[channel] = static_cast<T>(total.first);
    if (dweight != nullptr) dweight[channel] = static_cast<T>(total.second);
    if (operands.sets.across_outer) {
      const double part =
          operands.weight != nullptr ? share * static_cast<double>(operands.weight[channel]) : share;
      operands.means[channel] = {static_cast<T>(part * total.first), static_cast<T>(part * total.second)};
    }
  }
};

// Sets of up to 32 kPerLane elements without gaps, a warp each, in registers as in normalize_short_sets: grad
// and x are read once and dx written once, 12 bytes an element (f32).
template <class T, class Index, int kPerLane>
__global__ void __launch_bounds__(kThreads)
    short_sets_gradient(Index count, unsigned length, bool centered, Backward<T, Index> operands) {
  const Index set = Index{blockIdx.x} * kWarpsABlock + threadIdx.y;
  if (!within(set, count)) return;
  const Index first = set * length;
  const T divisor = static_cast<T>(length);
  const math::SetStatistics<T> found = load(operands.statistics, count, set);
  T scaled[kPerLane], normalized[kPerLane];
  T gradient = 0, product = 0;
  for (int i = 0; i < kPerLane; ++i) {
    const unsigned place = threadIdx.x + kWarp * static_cast<unsigned>(i);
    const bool inside = within(place, length);
    scaled[i] = inside ? operands.scaled(first + place) : T(0);
    normalized[i] = inside ? found.normalized(operands.x[first + place]) : T(0);
    gradient += scaled[i];
    product += scaled[i] * normalized[i];
  }
  const math::SetMeans<T> means{centered ? fold_warp(gradient, math::Add{}) / divisor : T(0),
                                fold_warp(product, math::Add{}) / divisor};
  for (int i = 0; i < kPerLane; ++i) {
    const unsigned place = threadIdx.x + kWarp * static_cast<unsigned>(i);
    if (within(place, length)) operands.dx[first + place] = means.pull(scaled[i], normalized[i], found.scale);
  }
}

template <class T, class Index>
void set_gradient(const OnDevice& on, const kernels::NormalizationSettings& form,
                  const Backward<T, Index>& operands) {
  const auto by_warps = [&]<int kPerLane>() {
    launch(KERNEL(short_sets_gradient<T, Index, kPerLane>), blocks_for(form.num_groups(), kWarpsABlock),
           short_rows_block(form.num_groups()), 0, on.stream(), operands.sets.count,
           static_cast<unsigned>(form.group_size()), form.centered, operands);
  };
  if (as_short_sets<T>(form, by_warps)) return;
  const SetSumsFold<T, Index> sums{{}, operands, static_cast<double>(form.group_size()), form.centered};
  fold(on, set_loops(form), sums);
  launch_map<Index>(on, form.outer * form.channels * form.inner, operands);
}

template <class T, class Index>
void gradient_typed(const OnDevice& on, const kernels::NormalizationSettings& form,
                    Backward<T, Index> operands, T* dweight, T* dbias) {
  Storage means(on.device(), static_cast<std::size_t>(form.num_groups()) * sizeof(math::SetMeans<T>));
  operands.means = reinterpret_cast<math::SetMeans<T>*>(means.data());
  if (form.across_outer || dweight != nullptr || dbias != nullptr) {
    const double share = form.from_elements ? 1 / static_cast<double>(form.group_size()) : 0;
    const ChannelSumsFold<T, Index> sums{{}, operands, dweight, dbias, share};
    fold(on, channel_loops(form), sums);
  }
  if (!form.across_outer) return set_gradient(on, form, operands);
  launch_map<Index>(on, form.outer * form.channels * form.inner, operands);
}

void normalize_gradient(const kernels::NormalizationSettings& form, const Tensor& grad, const Tensor& x,
                        const Tensor& statistics, const Tensor& weight, Tensor& dweight, Tensor& dbias,
                        Tensor& dx) {
  const OnDevice on(dx.device());
  dispatch_normalization(x, [&]<class T, class Index>() {
    gradient_typed<T, Index>(on, form,
                             {.sets = Sets<Index>(form),
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
