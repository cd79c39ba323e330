#include "core/ops/normalization.h"
#include "core/ops/copy.h"
#include "core/ops/shape.h"
#include "kernels/math/normalization.h"
#include "kernels/register.h"

#include <vector>

// Once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/normalization.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "kernels/cpu/elementwise-inl.h"
#include "kernels/cpu/reduce-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

/// Where the elements of the sets lie: `runs` runs without gaps of `length` elements each. A run belongs to
/// one channel, or each of its elements to the next one.
struct Sets {
  std::int64_t count, runs, length;
  std::int64_t set_step, run_step;
  std::int64_t cycle, set_channels,
      run_channels;  // the channel is set % cycle * set_channels + run * run_channels
  bool moving;

  explicit Sets(const Normalization& form) : count(form.sets()), moving(false) {
    const std::int64_t group = form.channels / form.groups;
    if (form.across_outer) {
      set(form.outer, form.inner, form.inner, form.channels * form.inner, form.channels, 1, 0);
    } else if (form.inner > 1) {
      set(group, form.inner, group * form.inner, form.inner, form.groups, group, 1);
    } else {
      set(1, group, group, 0, form.groups, group, 0);
      moving = true;
    }
  }

  std::int64_t channel(std::int64_t set, std::int64_t run) const {
    return set % cycle * set_channels + run * run_channels;
  }
  std::int64_t offset(std::int64_t set, std::int64_t run) const { return set * set_step + run * run_step; }
  std::int64_t set_length() const { return runs * length; }

 private:
  void set(std::int64_t runs_of, std::int64_t length_of, std::int64_t set_by, std::int64_t run_by,
           std::int64_t cycle_of, std::int64_t channels_a_set, std::int64_t channels_a_run) {
    runs = runs_of, length = length_of, set_step = set_by, run_step = run_by;
    cycle = cycle_of, set_channels = channels_a_set, run_channels = channels_a_run;
  }
};

/// Of sets across the outer places the elements lie far apart where the inner length is small: they are
/// worked on in an order of memory in which each set is one row.
bool wants_rows(const Normalization& form) {
  constexpr std::int64_t kShort = 16;
  return form.across_outer && form.channels > 1 && form.outer > 1 && form.inner < kShort;
}

Normalization as_rows(Normalization form) {
  form.inner *= form.outer;
  form.outer = 1;
  return form;
}

Tensor with_sets_first(const Normalization& form, const Tensor& x) {
  return permute(reshape(x, {form.outer, form.channels, form.inner}), {1, 0, 2});
}

/// The sum of f(0) ... f(n-1), in blocks that stay in the first cache.
template <class T, class F>
double sum_of(std::int64_t n, const F& f) {
  constexpr std::int64_t kBlock = 1024;
  T values[kBlock];
  double total = 0;
  for (std::int64_t begin = 0; begin < n; begin += kBlock) {
    const std::int64_t length = std::min(kBlock, n - begin);
    INDEPENDENT
    for (std::int64_t i = 0; i < length; ++i) values[i] = f(begin + i);
    total += fold_row<SumFold<T>>(values, 1, length);
  }
  return total;
}

template <class T>
const T* elements(const Tensor& x) {
  return static_cast<const T*>(x.raw_data());
}
template <class T>
T* elements(Tensor& x) {
  return static_cast<T*>(x.raw_data());
}

/// A [3, sets] tensor.
template <class T>
math::SetStatistics<T> statistics_at(const T* statistics, std::int64_t sets, std::int64_t set) {
  return {statistics[set], statistics[sets + set], statistics[2 * sets + set]};
}

/// Elements whose work is worth a thread: each is read several times.
constexpr std::int64_t kGrain = kCheapGrain / 4;

template <class T>
struct Forward {
  const Normalization& form;
  const Sets sets;
  const T* x;
  const T* weight;
  const T* bias;
  T* statistics;
  T* y;

  void run() const {
    parallel_for(sets.count, kGrain / sets.set_length() + 1, [this](std::int64_t begin, std::int64_t end) {
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

/// The sums of grad times normalised x, and of grad, over each channel, by the sets of one task.
struct ChannelSums {
  double* weight;
  double* bias;
};

template <class T>
struct Backward {
  const Normalization& form;
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
    parallel_for(tasks, kGrain * tasks / (sets.count * sets.set_length()) + 1,
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

void normalize(const Normalization& form, const Tensor& x, const Tensor& weight, const Tensor& bias,
               Tensor& statistics, Tensor& y) {
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

void normalize_gradient(const Normalization& form, const Tensor& grad, const Tensor& x,
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

void register_kernels() {
  constexpr auto kCpu = DeviceType::cpu;
  kernels::normalize.set(kCpu, normalize);
  kernels::normalize_gradient.set(kCpu, normalize_gradient);
}

}  // namespace
}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinytorch::cpu {
HWY_EXPORT(register_kernels);
void register_normalization() { HWY_DYNAMIC_DISPATCH(register_kernels)(); }
}  // namespace tinytorch::cpu
#endif
