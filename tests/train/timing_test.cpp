#include "nn/train/timing.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <limits>
#include <span>
#include <thread>
#include <vector>

#include "core/error.h"
#include "nn/hooks.h"
#include "tests/support/backend.h"
#include "tests/support/replaced_hook.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(TimeRuns, MeasuresEachRunAfterTheWarmUp) {
  using namespace std::chrono_literals;
  int runs = 0;
  const auto delays = [&] { std::this_thread::sleep_for(++runs <= 2 ? 0ms : 20ms); };
  const std::vector<double> times = nn::time_runs(delays, {.warm_up = 2, .runs = 3, .device = backend()});
  EXPECT_EQ(runs, 5);
  ASSERT_EQ(times.size(), 3U);
  for (const double time : times) EXPECT_GE(time, 0.02);
  EXPECT_TRUE(nn::time_runs(delays, {.warm_up = 0, .runs = 0}).empty());
  EXPECT_EQ(runs, 5);
}

TEST(TimeRuns, RefusesNegativeNumbersOfRuns) {
  const nn::TimingOptions no_warm_up{.warm_up = -1, .runs = 3}, no_runs{.runs = -1};
  EXPECT_ERROR(nn::time_runs([] {}, no_warm_up), ValueError,
               "[time_runs] warm_up is -1, and runs 3; they must not be negative");
  EXPECT_THROW(nn::time_runs([] {}, no_runs), ValueError);
}

TEST(Percentile, InterpolatesBetweenSortedTimes) {
  const std::vector<double> times{30, 10, 40, 20};
  EXPECT_EQ(nn::percentile(times, 0), 10);
  EXPECT_EQ(nn::percentile(times, 50), 25);
  EXPECT_DOUBLE_EQ(nn::percentile(times, 95), 38.5);
  EXPECT_EQ(nn::percentile(times, 100), 40);
}

TEST(Percentile, OfNoTimesOrOfNaNIsNaN) {
  EXPECT_TRUE(std::isnan(nn::percentile({}, 50)));
  EXPECT_TRUE(std::isnan(nn::percentile(std::vector{1.0, std::nan("")}, 0)));
  EXPECT_ERROR(nn::percentile(std::vector{1.0}, 101), ValueError,
               "[percentile] p is 101; it must be from 0 to 100");
  EXPECT_THROW(nn::percentile(std::vector{1.0}, std::nan("")), ValueError);
}

/// The comparison of `pairs` pairs whose ratios are 1, 2, 3 and so on, the largest first.
nn::TimeComparison compare_counted(int pairs) {
  std::vector<double> before, after;
  for (int i = pairs; i > 0; --i) {
    before.push_back(3.0 * i);
    after.push_back(3);
  }
  return nn::compare_times(before, after);
}

TEST(CompareTimes, HasTheIntervalOfTheBinomialDistribution) {
  struct Case {
    int pairs;
    double ratio, low, high;
  };
  for (const auto& [pairs, ratio, low, high] :
       {Case{1, 1, 0, kInfinity}, Case{5, 3, 0, kInfinity}, Case{6, 3.5, 1, 6}, Case{10, 5.5, 2, 9},
        Case{20, 10.5, 6, 15}, Case{2000, 1000.5, 956, 1045}}) {
    const nn::TimeComparison comparison = compare_counted(pairs);
    EXPECT_EQ(comparison.ratio, ratio) << pairs;
    EXPECT_EQ(comparison.low, low) << pairs;
    EXPECT_EQ(comparison.high, high) << pairs;
  }
}

TEST(CompareTimes, RefusesWhatIsNoPairOfTimes) {
  const std::vector<double> one{1}, two{1, 2};
  EXPECT_ERROR(nn::compare_times(one, two), ValueError,
               "[compare_times] there are 1 times before, and 2 after; each needs its pair");
  EXPECT_THROW(nn::compare_times({}, {}), ValueError);
  EXPECT_ERROR(nn::compare_times(one, std::vector{0.0}), ValueError,
               "[compare_times] a time is 0; each must be positive and finite: measure more work");
  for (const double wrong : {-1.0, kInfinity, std::nan("")})
    EXPECT_THROW(nn::compare_times(std::vector{wrong}, one), ValueError) << wrong;
}

TEST(TimingHooks, AreTheStatistics) {
  const ReplacedHook of_percentile(nn::hooks::percentile, [](std::span<const double> times, double p) {
    return static_cast<double>(times.size()) + p;
  });
  const ReplacedHook of_comparison(nn::hooks::compare_times,
                                   [](std::span<const double> before, std::span<const double> after) {
                                     return nn::TimeComparison{before[0], after[0], 7};
                                   });
  EXPECT_EQ(nn::percentile(std::vector{3.0, 4.0}, 50), 52);
  const nn::TimeComparison comparison = nn::compare_times(std::vector{3.0}, std::vector{4.0});
  EXPECT_EQ(comparison.ratio, 3);
  EXPECT_EQ(comparison.low, 4);
  EXPECT_EQ(comparison.high, 7);
}

}  // namespace
}  // namespace tinytorch::testing
