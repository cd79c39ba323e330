// What `./tito module measure 14` calls.
#include "modules/course/measure.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "modules/14_benchmarking/benchmarking.h"

namespace benchmarking {
namespace {

using tinytorch::course::keep;
using tinytorch::course::measure;

/// Seconds near 1, the first ones longer.
std::vector<double> times(std::size_t count) {
  std::vector<double> result(count);
  for (std::size_t i = 0; i < count; ++i)
    result[i] = 1 + static_cast<double>(i * 7919 % 2003) / 1e5 + 1 / static_cast<double>(i + 1);
  return result;
}

TEST(Percentile, Of10000Times) {
  const std::vector<double> measured = times(10000);
  measure("mean", [&] { keep(std::accumulate(measured.begin(), measured.end(), 0.0) / 10000); });
  measure("percentile", [&] { keep(percentile(measured, 95)); });
}

TEST(WarmUp, Of1000And2000And4000Times) {
  const std::vector<double> measured = times(4000);
  for (const std::size_t count : {1000UL, 2000UL, 4000UL}) {
    const std::span<const double> first = std::span(measured).first(count);
    measure("warm_up of " + std::to_string(count), [&] { keep(warm_up(first)); });
  }
}

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

[[gnu::noinline]] void relu_of(std::vector<float>& x) {
  for (float& each : x) each = each > 0 ? each : 0;
  keep(x);
}

/// An op that is called a thousand times, as it is and with a profiler.
void profile(std::size_t floats) {
  constexpr std::size_t kCalls = 1000;
  std::vector<float> x(floats, 1);
  std::vector<Event> events;
  measure("1000 calls", [&] {
    for (std::size_t i = 0; i < kCalls; ++i) relu_of(x);
  });
  measure("1000 calls, recorded", [&] {
    events = {};
    for (std::size_t i = 0; i < kCalls; ++i) {
      const double begin = now();
      relu_of(x);
      events.push_back({"relu", begin, now() - begin});
    }
  });
  measure("self_times", [&] { keep(self_times(events)); });
}

TEST(SelfTimes, OfReluOf16Floats) { profile(16); }
TEST(SelfTimes, OfReluOf4096Floats) { profile(4096); }

}  // namespace
}  // namespace benchmarking
