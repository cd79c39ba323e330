#include "core/ops/normalization_kernels.h"
#include "kernels/cuda/normalization.h"

#include "kernels/cuda/kernels.h"

namespace tinytorch::cuda {
namespace {

/// The operands of normalize.
template <class T, class Index>
struct NormalizeOperands {
  GroupMap<Index> groups;
  const T* x;
  const T* weight;
  const T* bias;
  T* statistics;
  double* moments;
  T* y;

  __device__ void write(Index at, T normalized) const {
    const Index channel = groups.channel(at);
    y[at] = math::fma(normalized, weight != nullptr ? weight[channel] : T(1),
                      bias != nullptr ? bias[channel] : T(0));
  }
  /// Normalizes one element by known statistics.
  __device__ void operator()(Index at) const {
    write(at, load(statistics, groups.size, groups.group(at)).normalized(x[at]));
  }
};

/// The statistics of each group in one pass, in f64: see math::Moments.
template <class T, class Index>
struct StatisticsFold : SumPairFold {
  NormalizeOperands<T, Index> operands;
  Index group_stride;
  double length, epsilon;
  bool centered;

  __device__ T origin(Index group) const { return centered ? operands.x[group * group_stride] : T(0); }
  template <class I>
  __device__ Result lift(I group, I offset, I) const {
    const auto distance =
        static_cast<double>(operands.x[offset]) - static_cast<double>(origin(static_cast<Index>(group)));
    return {distance, distance * distance};
  }
  template <class I>
  __device__ void finish(I output, const Result& total) const {
    const auto group = static_cast<Index>(output);
    const auto moments = math::Moments::from_distances(static_cast<double>(origin(group)),
                                                       centered ? total.first : 0.0, total.second, length);
    store(math::group_statistics<T>(moments.mean, moments.variance, epsilon), operands.statistics,
          operands.groups.size, group);
    if (operands.moments == nullptr) return;
    operands.moments[group] = moments.mean;
    operands.moments[std::uint64_t{operands.groups.size} + group] = moments.variance;
  }
};

// Contiguous groups of up to 32 kPerLane elements: one warp per group, eight per block. A group stays in the
// lanes' registers between its one read and its one write: 8 bytes per element (f32), the minimum. The mean
// from the first sum is corrected by the mean of the distances from it. Sums are f64.
template <class T, class Index, int kPerLane>
__global__ void __launch_bounds__(kThreads)
    normalize_short_groups(Index groups, unsigned length, bool centered, double epsilon,
                           NormalizeOperands<T, Index> operands) {
  const Index group = Index{blockIdx.x} * kWarpsPerBlock + threadIdx.y;
  if (!within(group, groups)) return;
  const Index first = group * length;
  T value[kPerLane];
  double sum = 0;
  for (int i = 0; i < kPerLane; ++i) {
    const unsigned column = threadIdx.x + kWarp * static_cast<unsigned>(i);
    value[i] = within(column, length) ? operands.x[first + column] : T(0);
    sum += static_cast<double>(value[i]);
  }
  const double center = centered ? reduce_warp(sum, math::Add{}) / length : 0.0;
  double distances = 0, squares = 0;
  for (int i = 0; i < kPerLane; ++i) {
    const unsigned column = threadIdx.x + kWarp * static_cast<unsigned>(i);
    const double distance = within(column, length) ? static_cast<double>(value[i]) - center : 0.0;
    distances += distance;
    squares += distance * distance;
  }
  const double error = centered ? reduce_warp(distances, math::Add{}) / length : 0.0;
  const double variance = reduce_warp(squares, math::Add{}) / length - error * error;
  const auto stats = math::group_statistics<T>(center + error, variance, epsilon);
  if (threadIdx.x == 0) store(stats, operands.statistics, groups, group);
  for (int i = 0; i < kPerLane; ++i) {
    const unsigned column = threadIdx.x + kWarp * static_cast<unsigned>(i);
    if (within(column, length)) operands.write(first + column, stats.normalized(value[i]));
  }
}

template <class T, class Index>
void normalize_typed(const OnDevice& on, const kernels::NormalizationSettings& form,
                     const NormalizeOperands<T, Index>& operands) {
  const std::int64_t length = form.group_size();
  const auto by_warps = [&]<int kPerLane>() {
    launch(KERNEL(normalize_short_groups<T, Index, kPerLane>), blocks_for(form.num_groups(), kWarpsPerBlock),
           short_rows_block(form.num_groups()), 0, on.stream(), operands.groups.size,
           static_cast<unsigned>(length), form.centered, form.epsilon, operands);
  };
  if (form.from_elements && dispatch_short_groups<T>(form, by_warps)) return;
  if (form.from_elements) {
    const StatisticsFold<T, Index> statistics{{},
                                              operands,
                                              static_cast<Index>(form.across_outer ? form.inner : length),
                                              static_cast<double>(length),
                                              form.epsilon,
                                              form.centered};
    reduce(on, form.across_outer ? channel_spaces(form) : group_spaces(form), statistics);
  }
  launch_map<Index>(on, form.outer * form.channels * form.inner, operands);
}

void normalize(const kernels::NormalizationSettings& form, const Tensor& x, const Tensor& weight,
               const Tensor& bias, Tensor& statistics, Tensor& moments, Tensor& y) {
  const OnDevice on(y.device());
  dispatch_normalization(x, [&]<class T, class Index>() {
    normalize_typed<T, Index>(on, form,
                              {.groups = GroupMap<Index>(form),
                               .x = elements<T>(x),
                               .weight = elements<T>(weight),
                               .bias = elements<T>(bias),
                               .statistics = elements<T>(statistics),
                               .moments = elements<double>(moments),
                               .y = elements<T>(y)});
  });
}

}  // namespace

void register_normalization() { kernels::normalize.set(DeviceType::cuda, normalize); }

}  // namespace tinytorch::cuda
