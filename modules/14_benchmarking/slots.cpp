// Puts what module 14 wrote into the hooks of the framework.
#include "modules/14_benchmarking/benchmarking.h"
#include "nn/hooks.h"

using namespace tinytorch;

extern "C" void tinytorch_plugin() {
  nn::hooks::percentile.replace(benchmarking::percentile);
  nn::hooks::compare_times.replace([](std::span<const double> before, std::span<const double> after) {
    const benchmarking::Comparison comparison = benchmarking::compare(before, after);
    return nn::TimeComparison{.ratio = comparison.ratio, .low = comparison.low, .high = comparison.high};
  });
}
