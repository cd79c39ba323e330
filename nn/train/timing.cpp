#include "nn/train/timing.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numbers>
#include <numeric>

#include "core/internal/format.h"
#include "core/ops/creation.h"
#include "core/ops/quantile.h"
#include "core/stream.h"
#include "nn/hooks.h"

namespace tinytorch::nn {
namespace {

double seconds_of(const std::function<void()>& run, const Stream& stream) {
  const auto begin = std::chrono::steady_clock::now();
  run();
  stream.synchronize();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// How many of n sorted ratios the interval leaves out at either end, and one: the largest k for which at
/// most k - 1 of n coins are heads with a probability of at most 2.5 %. 0 if there is none.
std::size_t rank_of_limit(std::size_t n) {
  constexpr double kOneSide = 0.025;
  // The logarithm of the probability of k heads: that of 0 heads is 2^-n, and can be too small for a double.
  double log_probability = -static_cast<double>(n) * std::numbers::ln2;
  double at_most_k = std::exp(log_probability);
  std::size_t k = 0;
  while (at_most_k <= kOneSide) {
    ++k;
    log_probability += std::log(static_cast<double>(n - k + 1) / static_cast<double>(k));
    at_most_k += std::exp(log_probability);
  }
  return k;
}

TimeComparison interval_of_median(std::span<const double> before, std::span<const double> after) {
  std::vector<double> ratios(before.size());
  std::transform(before.begin(), before.end(), after.begin(), ratios.begin(), std::divides());
  std::sort(ratios.begin(), ratios.end());
  const std::size_t n = ratios.size(), k = rank_of_limit(n);
  const double median = std::midpoint(ratios[(n - 1) / 2], ratios[n / 2]);
  if (k == 0) return {.ratio = median, .low = 0, .high = std::numeric_limits<double>::infinity()};
  return {.ratio = median, .low = ratios[k - 1], .high = ratios[n - k]};
}

void require_positive(std::span<const double> times) {
  for (const double time : times) {
    if (!(time > 0) || !std::isfinite(time)) {
      fail<ValueError>("compare_times", "a time is {}; each must be positive and finite: measure more work",
                       time);
    }
  }
}

}  // namespace

constinit Hook<double(std::span<const double>, double)> hooks::percentile{
    "percentile", [](std::span<const double> times, double p) {
      return quantile(from_values(times, {static_cast<std::int64_t>(times.size())}), p / 100).item<double>();
    }};
constinit Hook<TimeComparison(std::span<const double>, std::span<const double>)> hooks::compare_times{
    "compare_times", interval_of_median};

std::vector<double> time_runs(const std::function<void()>& run, const TimingOptions& options) {
  if (options.warm_up < 0 || options.runs < 0) {
    fail<ValueError>("time_runs", "warm_up is {}, and runs {}; they must not be negative", options.warm_up,
                     options.runs);
  }
  const Stream stream = Stream::current(options.device);
  for (std::int64_t i = 0; i < options.warm_up; ++i) run();
  stream.synchronize();  // or the first measured run waits for them
  std::vector<double> times;
  for (std::int64_t i = 0; i < options.runs; ++i) times.push_back(seconds_of(run, stream));
  return times;
}

double percentile(std::span<const double> times, double p) {
  if (!(p >= 0 && p <= 100)) fail<ValueError>("percentile", "p is {}; it must be from 0 to 100", p);
  if (times.empty()) return std::numeric_limits<double>::quiet_NaN();
  return hooks::percentile(times, p);
}

TimeComparison compare_times(std::span<const double> before, std::span<const double> after) {
  if (before.size() != after.size() || before.empty()) {
    fail<ValueError>("compare_times", "there are {} times before, and {} after; each needs its pair",
                     before.size(), after.size());
  }
  require_positive(before);
  require_positive(after);
  return hooks::compare_times(before, after);
}

}  // namespace tinytorch::nn
