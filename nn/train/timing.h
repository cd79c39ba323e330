#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/device.h"

/// Benchmarks: how long something takes, and which of two versions is faster.
///
/// ```cpp
/// const Tensor x = ones({64, 64});
/// const std::vector<double> times = nn::time_runs([&] { matmul(x, x); }, {.runs = 20});
/// std::cout << nn::percentile(times, 50) << " s, of the slow runs " << nn::percentile(times, 95) << " s\n";
/// ```
namespace tinytorch::nn {

/// The options of time_runs().
struct TimingOptions {
  std::int64_t warm_up = 1;       ///< runs that come first and are not measured
  std::int64_t runs = 10;         ///< runs that are measured
  Device device = Device::cpu();  ///< a run ends when the work in its current stream is done
};

/// The seconds that each run takes, in their order.
/// @throws ValueError   a number of runs is negative
/// @throws DeviceError  the device is not available
/// @throws any exception of run()
std::vector<double> time_runs(const std::function<void()>& run, const TimingOptions& options = {});

/// The value that p percent of the times do not exceed, interpolated between two of them (definition 7 of
/// Hyndman and Fan 1996). Of no times, or if one of them is NaN, it is NaN.
/// @param times  in any order
/// @throws ValueError  p is not in [0, 100]
double percentile(std::span<const double> times, double p);

/// What pairs of times say of two versions.
struct TimeComparison {
  double ratio;  ///< the median of before / after: 2 if the new version takes half of the time
  /// The confidence interval of the ratio, of at least 95 %: 0 and infinity if there are fewer than six
  /// pairs. The versions differ if 1 is not in it.
  double low, high;
};

/// Compares two versions by the median of before[i] / after[i], whose interval does not depend on the
/// distribution of the times (Le Boudec 2010, theorem 2.1). Measure the two times of a pair one after the
/// other, so that what slows the machine down slows both.
/// @throws ValueError  there are no pairs, a time is without its pair, or is not positive and finite
TimeComparison compare_times(std::span<const double> before, std::span<const double> after);

}  // namespace tinytorch::nn
