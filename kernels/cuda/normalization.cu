#include "core/ops/normalization_kernels.h"
#include "kernels/cuda/normalization.h"

#include "kernels/cuda/kernels.h"

namespace tinytorch::cuda {
namespace {

/// The operands of normalize.
template <class T, class Index>
struct Forward {
  Sets<Index> sets;
  const T* x;
  const T* weight;
  const T* bias;
  T* statistics;
  T* y;

  __device__ void write(Index at, T normalized) const {
    const Index channel = sets.channel(at);
    if (weight != nullptr) normalized *= weight[channel];
    if (bias != nullptr) normalized += bias[channel];
    y[at] = normalized;
  }
  /// Of one element, where the statistics are known.
  __device__ void operator()(Index at) const {
    write(at, load(statistics, sets.count, sets.set(at)).normalized(x[at]));
  }
};

/// The statistics of sets in one pass, in f64: of the distances from the first element. As that is one of the
/// set, its own distance from the mean squared is at most the set's length times the variance: so many of
/// f64's digits are lost, however large the mean.
template <class T, class Index>
struct StatisticsFold : SumsFold {
  Forward<T, Index> operands;
  Index set_step;
  double length, epsilon;
  bool centered;

  __device__ T origin(Index set) const { return centered ? operands.x[set * set_step] : T(0); }
  template <class Place>
  __device__ Result lift(Place set, Place offset, Place) const {
    const auto distance =
        static_cast<double>(operands.x[offset]) - static_cast<double>(origin(static_cast<Index>(set)));
    return {distance, distance * distance};
  }
  template <class Place>
  __device__ void finish(Place output, const Result& total) const {
    const auto set = static_cast<Index>(output);
    const double mean = centered ? total.first / length : 0.0;
    const double variance = total.second / length - mean * mean;
    store(math::set_statistics<T>(static_cast<double>(origin(set)) + mean, variance, epsilon),
          operands.statistics, operands.sets.count, set);
  }
};

// Sets of up to 32 kPerLane elements without gaps, a warp each, eight a block. A set stays in its lanes'
// registers from the one read to the one write: 8 bytes an element (f32), the minimum. The mean that a first
// sum gives is corrected by the mean of the distances from it, so that f32 is enough also where it is large.
template <class T, class Index, int kPerLane>
__global__ void __launch_bounds__(kThreads)
    normalize_short_sets(Index count, unsigned length, bool centered, T epsilon, Forward<T, Index> operands) {
  const Index set = Index{blockIdx.x} * kWarpsABlock + threadIdx.y;
  if (!within(set, count)) return;
  const Index first = set * length;
  const T divisor = static_cast<T>(length);
  T value[kPerLane];
  T sum = 0;
  for (int i = 0; i < kPerLane; ++i) {
    const unsigned place = threadIdx.x + kWarp * static_cast<unsigned>(i);
    value[i] = within(place, length) ? operands.x[first + place] : T(0);
    sum += value[i];
  }
  math::SetStatistics<T> found{centered ? fold_warp(sum, math::Add{}) / divisor : T(0), T(0), T(1)};
  T distances = 0, squares = 0;
  for (int i = 0; i < kPerLane; ++i) {
    const unsigned place = threadIdx.x + kWarp * static_cast<unsigned>(i);
    const T distance = within(place, length) ? value[i] - found.mean : T(0);
    distances += distance;
    squares += distance * distance;
  }
  if (centered) found.lost = fold_warp(distances, math::Add{}) / divisor;
  const T variance = fold_warp(squares, math::Add{}) / divisor - found.lost * found.lost;
  found.scale = T(1) / std::sqrt((variance < T(0) ? T(0) : variance) + epsilon);
  if (threadIdx.x == 0) store(found, operands.statistics, count, set);
  for (int i = 0; i < kPerLane; ++i) {
    const unsigned place = threadIdx.x + kWarp * static_cast<unsigned>(i);
    if (within(place, length)) operands.write(first + place, found.normalized(value[i]));
  }
}

template <class T, class Index>
void normalize_typed(const OnDevice& on, const kernels::NormalizationSettings& form,
                     const Forward<T, Index>& operands) {
  const std::int64_t length = form.group_size();
  const auto by_warps = [&]<int kPerLane>() {
    launch(KERNEL(normalize_short_sets<T, Index, kPerLane>), blocks_for(form.num_groups(), kWarpsABlock),
           short_rows_block(form.num_groups()), 0, on.stream(), operands.sets.count,
           static_cast<unsigned>(length), form.centered, static_cast<T>(form.epsilon), operands);
  };
  if (form.from_elements && as_short_sets<T>(form, by_warps)) return;
  if (form.from_elements) {
    const StatisticsFold<T, Index> statistics{{},
                                              operands,
                                              static_cast<Index>(form.across_outer ? form.inner : length),
                                              static_cast<double>(length),
                                              form.epsilon,
                                              form.centered};
    fold(on, form.across_outer ? channel_loops(form) : set_loops(form), statistics);
  }
  launch_map<Index>(on, form.outer * form.channels * form.inner, operands);
}

void normalize(const kernels::NormalizationSettings& form, const Tensor& x, const Tensor& weight,
               const Tensor& bias, Tensor& statistics, Tensor& y) {
  const OnDevice on(y.device());
  dispatch_normalization(x, [&]<class T, class Index>() {
    normalize_typed<T, Index>(on, form,
                              {.sets = Sets<Index>(form),
                               .x = elements<T>(x),
                               .weight = elements<T>(weight),
                               .bias = elements<T>(bias),
                               .statistics = elements<T>(statistics),
                               .y = elements<T>(y)});
  });
}

}  // namespace

void register_normalization() { kernels::normalize.set(DeviceType::cuda, normalize); }

}  // namespace tinytorch::cuda
