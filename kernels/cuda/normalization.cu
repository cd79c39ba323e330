#include "core/ops/normalization.h"

#include "kernels/cuda/fold.h"
#include "kernels/cuda/kernels.h"
#include "kernels/cuda/warp.h"
#include "kernels/math/arithmetic.h"
#include "kernels/math/normalization.h"

namespace tinytorch::cuda {
namespace {

constexpr unsigned kRowsABlock = kThreads / kWarp;

/// Which set and channel an element belongs to, by its offset.
template <class Index>
struct Sets {
  Divisor<Index> inner, channels, length;
  Index count;
  bool across_outer;

  explicit Sets(const Normalization& form)
      : inner(static_cast<Index>(form.inner)),
        channels(static_cast<Index>(form.channels)),
        length(static_cast<Index>(form.set_length())),
        count(static_cast<Index>(form.sets())),
        across_outer(form.across_outer) {}

  __device__ Index channel(Index offset) const {
    const Index line = inner.quotient(offset);
    return line - channels.quotient(line) * channels.divisor();
  }
  __device__ Index set(Index offset) const {
    return across_outer ? channel(offset) : length.quotient(offset);
  }
};

/// Statistics [3, sets].
template <class T, class Index>
__device__ math::SetStatistics<T> load(const T* statistics, Index sets, Index set) {
  return {statistics[set], statistics[sets + set], statistics[2 * sets + set]};
}
template <class T, class Index>
__device__ void store(const math::SetStatistics<T>& found, T* statistics, Index sets, Index set) {
  statistics[set] = found.mean;
  statistics[sets + set] = found.lost;
  statistics[2 * sets + set] = found.scale;
}

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

// A thread an element, neighbours beside each other: each operand is read, and the result written, once; what
// there is of each set or channel comes from the first-level cache.
template <class Index, class Element>
__global__ void __launch_bounds__(kThreads) map_elements(Index count, Element element) {
  const Index at = Index{blockIdx.x} * kThreads + threadIdx.x;
  if (within(at, count)) element(at);
}

template <class Index, class Element>
void launch_map(const OnDevice& on, std::int64_t count, const Element& element) {
  launch(KERNEL(map_elements<Index, Element>), blocks_for(count, kThreads), threads_for(count), 0,
         on.stream(), static_cast<Index>(count), element);
}

/// A sum, and a sum of squares or products.
struct Sums {
  double first, second;
};
struct SumsFold {
  using Result = Sums;
  __device__ static Result identity() { return {0, 0}; }
  __device__ static Result combine(const Result& a, const Result& b) {
    return {a.first + b.first, a.second + b.second};
  }
};

/// The statistics of sets in one pass, in f64: of the distances from the first element, so that a mean far
/// larger than the deviation costs no more digits than the logarithm of the set's length.
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

/// Each set as one output.
ReductionLoops set_loops(const Normalization& form) {
  const std::int64_t length = form.set_length();
  ReductionLoops loops;
  loops.kept = {.rank = 1, .count = form.sets(), .length = {form.sets()}, .step = {Steps<2>{length, 1}}};
  loops.reduced = {.rank = 1, .count = length, .length = {length}, .step = {Steps<1>{1}}};
  return loops;
}

/// Each channel as one output.
ReductionLoops channel_loops(const Normalization& form) {
  const std::int64_t outer = form.outer, channels = form.channels, inner = form.inner;
  ReductionLoops loops;
  loops.kept = {.rank = 1, .count = channels, .length = {channels}, .step = {Steps<2>{inner, 1}}};
  if (inner == 1) {
    loops.reduced = {.rank = 1, .count = outer, .length = {outer}, .step = {Steps<1>{channels}}};
  } else {
    loops.reduced = {.rank = 2,
                     .count = outer * inner,
                     .length = {outer, inner},
                     .step = {Steps<1>{channels * inner}, Steps<1>{1}}};
  }
  return loops;
}

// Sets of up to 32 kPerLane elements without gaps, a warp each, eight a block. A set stays in its lanes'
// registers from the one read to the one write: 8 bytes an element (f32), the minimum. The mean that a first
// sum gives is corrected by the mean of the distances from it, so that f32 is enough also where it is large.
template <class T, class Index, int kPerLane>
__global__ void __launch_bounds__(kThreads)
    normalize_short_sets(Index count, unsigned length, bool centered, T epsilon, Forward<T, Index> operands) {
  const Index set = Index{blockIdx.x} * kRowsABlock + threadIdx.y;
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

// The same for the gradient of x: grad and x are read once and dx written once, 12 bytes an element (f32).
template <class T, class Index, int kPerLane>
__global__ void __launch_bounds__(kThreads)
    short_sets_gradient(Index count, unsigned length, bool centered, Backward<T, Index> operands) {
  const Index set = Index{blockIdx.x} * kRowsABlock + threadIdx.y;
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

/// Calls f<numbers a lane>() where sets are short enough for a warp's registers, and lie without gaps.
template <class T, class F>
bool as_short_sets(const Normalization& form, const F& f) {
  constexpr int kMost = sizeof(T) == 8 ? 8 : 32;  // else too many registers for two blocks at once
  if (form.across_outer || form.set_length() > kMost * kWarp) return false;
  if (form.set_length() <= 4 * kWarp) {
    f.template operator()<4>();
  } else {
    f.template operator()<kMost>();
  }
  return true;
}

dim3 short_sets_block(const Normalization& form) {
  return dim3(kWarp, static_cast<unsigned>(std::min<std::int64_t>(form.sets(), kRowsABlock)));
}

template <class T>
T* elements(Tensor& x) {
  return static_cast<T*>(x.raw_data());
}
template <class T>
const T* elements(const Tensor& x) {
  return static_cast<const T*>(x.raw_data());
}

/// Calls f<T, Index>() for the element type and the least index type.
template <class F>
void dispatch_normalization(const Tensor& x, const F& f) {
  dispatch<FloatingTypes>(x.dtype(), [&]<class T>() {
    if (x.numel() < largest_index) {
      f.template operator()<T, std::uint32_t>();
    } else {
      f.template operator()<T, std::uint64_t>();
    }
  });
}

template <class T, class Index>
void normalize_typed(const OnDevice& on, const Normalization& form, const Forward<T, Index>& operands) {
  const std::int64_t length = form.set_length();
  const auto by_warps = [&]<int kPerLane>() {
    launch(KERNEL(normalize_short_sets<T, Index, kPerLane>), blocks_for(form.sets(), kRowsABlock),
           short_sets_block(form), 0, on.stream(), operands.sets.count, static_cast<unsigned>(length),
           form.centered, static_cast<T>(form.epsilon), operands);
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

template <class T, class Index>
void set_gradient(const OnDevice& on, const Normalization& form, const Backward<T, Index>& operands) {
  const auto by_warps = [&]<int kPerLane>() {
    launch(KERNEL(short_sets_gradient<T, Index, kPerLane>), blocks_for(form.sets(), kRowsABlock),
           short_sets_block(form), 0, on.stream(), operands.sets.count,
           static_cast<unsigned>(form.set_length()), form.centered, operands);
  };
  if (as_short_sets<T>(form, by_warps)) return;
  const SetSumsFold<T, Index> sums{{}, operands, static_cast<double>(form.set_length()), form.centered};
  fold(on, set_loops(form), sums);
  launch_map<Index>(on, form.outer * form.channels * form.inner, operands);
}

template <class T, class Index>
void gradient_typed(const OnDevice& on, const Normalization& form, Backward<T, Index> operands, T* dweight,
                    T* dbias) {
  Storage means(on.device(), static_cast<std::size_t>(form.sets()) * sizeof(math::SetMeans<T>));
  operands.means = reinterpret_cast<math::SetMeans<T>*>(means.data());
  if (form.across_outer || dweight != nullptr || dbias != nullptr) {
    const double share = form.from_elements ? 1 / static_cast<double>(form.set_length()) : 0;
    const ChannelSumsFold<T, Index> sums{{}, operands, dweight, dbias, share};
    fold(on, channel_loops(form), sums);
  }
  if (!form.across_outer) return set_gradient(on, form, operands);
  launch_map<Index>(on, form.outer * form.channels * form.inner, operands);
}

void normalize(const Normalization& form, const Tensor& x, const Tensor& weight, const Tensor& bias,
               Tensor& statistics, Tensor& y) {
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

void normalize_gradient(const Normalization& form, const Tensor& grad, const Tensor& x,
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

void register_normalization() {
  constexpr auto kCuda = DeviceType::cuda;
  kernels::normalize.set(kCuda, normalize);
  kernels::normalize_gradient.set(kCuda, normalize_gradient);
}

}  // namespace tinytorch::cuda
