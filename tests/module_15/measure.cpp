// What `./tito module measure 15` calls.
#include "modules/course/measure.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <deque>
#include <span>
#include <vector>

#include "modules/15_mlops/mlops.h"

namespace mlops {
namespace {

using tinytorch::course::keep;
using tinytorch::course::measure;

std::vector<float> floats(std::size_t count, float first) {
  std::vector<float> result(count);
  for (std::size_t i = 0; i < count; ++i) result[i] = first + static_cast<float>(i * 7919 % 20011) / 1000;
  return result;
}

double share_up_to(std::span<const float> values, float x) {
  const auto count = std::count_if(values.begin(), values.end(), [x](float value) { return value <= x; });
  return static_cast<double>(count) / static_cast<double>(values.size());
}

/// By the definition.
double largest_difference(std::span<const float> a, std::span<const float> b) {
  double largest = 0;
  for (const std::span<const float> sample : {a, b}) {
    for (const float x : sample) largest = std::max(largest, std::abs(share_up_to(a, x) - share_up_to(b, x)));
  }
  return largest;
}

TEST(KsStatistic, Of1000And1000Values) {
  const std::vector<float> reference = floats(1000, 0), current = floats(1000, 1);
  measure("all counted for each x", [&] { keep(largest_difference(reference, current)); });
  measure("ks_statistic", [&] { keep(ks_statistic(reference, current)); });
}

TEST(StabilityIndex, Of10000And10000Values) {
  const std::vector<float> reference = floats(10000, 0), current = floats(10000, 1);
  const std::vector<float> edges = bin_edges(reference, 10);
  measure("stability_index", [&] { keep(stability_index(reference, current, edges)); });
  measure("ks_statistic", [&] { keep(ks_statistic(reference, current)); });
  measure("bin_edges", [&] { keep(bin_edges(reference, 10)); });
}

constexpr std::size_t kRequests = 1000;

double latency_of(std::size_t request) { return 1 + static_cast<double>(request * 7919 % 2003) / 1000; }

/// Means of a window, by adding the newest and subtracting the oldest.
struct RunningMean {
  std::deque<double> window;
  double sum = 0;

  double add(double latency) {
    window.push_back(latency);
    sum += latency;
    if (window.size() > kRequests) {
      sum -= window.front();
      window.pop_front();
    }
    return sum / static_cast<double>(window.size());
  }
};

TEST(Monitor, Of1000RequestsAndAWindowOf1000) {
  RunningMean running;
  Monitor monitor{.size = kRequests};
  for (std::size_t i = 0; i < kRequests; ++i) {
    running.add(latency_of(i));
    observe(monitor, {.latency = latency_of(i)});
  }
  const auto watch = [&](std::size_t requests_for_a_summary) {
    for (std::size_t i = 1; i <= kRequests; ++i) {
      observe(monitor, {.latency = latency_of(i)});
      if (i % requests_for_a_summary == 0) keep(summarize(monitor));
    }
  };
  measure("running sum", [&] {
    for (std::size_t i = 0; i < kRequests; ++i) keep(running.add(latency_of(i)));
  });
  measure("observe", [&] {
    for (std::size_t i = 0; i < kRequests; ++i) observe(monitor, {.latency = latency_of(i)});
  });
  measure("observe, summarize each 100th time", [&] { watch(100); });
  measure("observe, summarize each time", [&] { watch(1); });
}

}  // namespace
}  // namespace mlops
