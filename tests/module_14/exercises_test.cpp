// The checks of module 14: one suite an exercise, named in modules/14_benchmarking/module.json.
#include "modules/14_benchmarking/benchmarking.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "modules/course/check.h"

namespace benchmarking {
namespace {

using tinytorch::course::check;
using tinytorch::course::text_of;
using Times = std::vector<double>;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN(),
                 kInfinity = std::numeric_limits<double>::infinity();

/// The first of them, as an error names its arguments.
std::string text_of(const Times& times) {
  constexpr std::size_t kMost = 12;
  std::string text;
  for (std::size_t i = 0; i < std::min(times.size(), kMost); ++i)
    text += (i > 0 ? ", " : "") + text_of(times[i]);
  return '{' + text + (times.size() > kMost ? ", ...}" : "}");
}

void check_percentile(const Times& times, double p, double expected) {
  check("the percentile of " + text_of(times) + " at", {p}, percentile(times, p), expected);
}

TEST(Percentile, OfSortedTimes) {
  const Times times{1, 2, 3, 4, 5};
  check_percentile(times, 50, 3);
  check_percentile(times, 0, 1);
  check_percentile(times, 25, 2);
}
TEST(Percentile, OfTimesInAnyOrder) {
  check_percentile({5, 1, 4, 2, 3}, 50, 3);
  check_percentile({5, 1, 4, 2, 3}, 0, 1);
}
TEST(Percentile, Interpolates) {
  check_percentile({10, 20}, 50, 15);
  check_percentile({20, 10}, 95, 19.5);
  check_percentile({1, 2, 3, 10}, 75, 4.75);
}
TEST(Percentile, EndsWithTheLargest) {
  check_percentile({3, 1, 2}, 100, 3);
  for (const double p : {0.0, 50.0, 99.0, 100.0}) check_percentile({7}, p, 7);
}
TEST(Percentile, OfNoTimesIsNaN) { check_percentile({}, 50, kNaN); }
TEST(Percentile, KeepsNaN) {
  check_percentile({1, kNaN, 2}, 50, kNaN);
  check_percentile({2, kNaN, 1}, 0, kNaN);
}

void check_warm_up(const Times& times, double expected) {
  check("warm_up of " + text_of(times) + ", of which", {static_cast<double>(times.size())},
        static_cast<double>(warm_up(times)), expected);
}

TEST(WarmUp, DropsTheSlowFirstTimes) {
  check_warm_up({9, 6, 2, 2.1, 1.9, 2, 2.1, 1.9, 2, 2}, 2);
  check_warm_up({50, 2, 3, 2, 3, 2, 3}, 1);
}
TEST(WarmUp, DropsNothingWithoutAWarmUp) {
  check_warm_up({2, 2, 2, 2, 2, 2, 2, 2}, 0);
  check_warm_up({2, 3, 2, 3, 2, 3, 2, 3, 2, 3}, 0);
}
TEST(WarmUp, LeavesALaterDelay) { check_warm_up({2, 2.1, 1.9, 2, 2, 2.1, 1.9, 2, 30, 2, 2, 2}, 0); }
TEST(WarmUp, DropsAtMostHalf) {
  Times times;
  for (int time = 20; time > 0; --time) times.push_back(time);
  check_warm_up(times, 10);
}
TEST(WarmUp, LeavesFive) {
  check_warm_up({9, 2, 2, 2}, 0);
  check_warm_up({9, 2, 2, 2, 2}, 0);
  check_warm_up({9, 2, 2, 2, 2, 2}, 1);
}
TEST(WarmUp, OfNoTimesIsZero) {
  check_warm_up({}, 0);
  check_warm_up({3}, 0);
}

/// n times that alternate between two.
Times alternating(std::size_t n, double first, double second) {
  Times times;
  for (std::size_t i = 0; i < n; ++i) times.push_back(i % 2 == 0 ? first : second);
  return times;
}

void check_enough(const Times& times, double relative, std::size_t most, bool expected) {
  check("enough of " + text_of(times) + " with relative and most", {relative, static_cast<double>(most)},
        enough(times, relative, most) ? 1 : 0, expected ? 1 : 0);
}

TEST(Enough, WantsTenTimes) {
  check_enough(Times(10, 2), 0.01, 1000, true);
  check_enough(Times(9, 2), 0.01, 1000, false);
  check_enough({}, 0.01, 1000, false);
}
TEST(Enough, GoesOnWhileTheTimesScatter) {
  // The deviation of ten such times is √(2.5 / 9) = 0.527, and 1.96 * 0.527 / √10 = 0.3267.
  check_enough(alternating(10, 0.5, 1.5), 0.28, 1000, false);
  check_enough(alternating(10, 0.5, 1.5), 0.34, 1000, true);
}
TEST(Enough, DividesByOneLess) { check_enough(alternating(10, 0.5, 1.5), 0.32, 1000, false); }
TEST(Enough, IsRelativeToTheMean) {
  check_enough(alternating(10, 0.5e-6, 1.5e-6), 0.28, 1000, false);
  check_enough(alternating(10, 500, 1500), 0.34, 1000, true);
}
TEST(Enough, DoesNotCancel) {
  // 1.96 * 1.054 / √10 = 0.6534, of 10⁹.
  check_enough(alternating(10, 1e9, 1e9 + 2), 7e-10, 1000, true);
  check_enough(alternating(10, 1e9, 1e9 + 2), 6e-10, 1000, false);
}
TEST(Enough, StopsAtTheMost) {
  check_enough(alternating(12, 1, 100), 0.01, 12, true);
  check_enough(alternating(12, 1, 100), 0.01, 13, false);
  check_enough({1, 100}, 0.01, 2, true);
}

const char* name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::slower:
      return "slower";
    case Verdict::faster:
      return "faster";
    default:
      return "cannot_tell";
  }
}

void check_verdict(const Times& before, const Times& after, Verdict expected) {
  const Verdict verdict = compare(before, after).verdict;
  EXPECT_TRUE(verdict == expected) << "compare of " << text_of(before) << " before and " << text_of(after)
                                   << " after says " << name_of(verdict) << ", expected "
                                   << name_of(expected);
}

/// 1, 2, ... n, in some other order.
Times shuffled(std::size_t n) {
  Times times(n);
  for (std::size_t i = 0; i < n; ++i) times[i * 7 % n] = static_cast<double>(i + 1);
  return times;
}

TEST(Compare, HasTheMedianOfTheRatios) {
  check("the ratio of {2, 2, 2, 100} to {1, 1, 1, 100}, once", {1},
        compare(Times{2, 2, 2, 100}, Times{1, 1, 1, 100}).ratio, 2);
  check("the ratio of {2, 4} to {1, 1}, once", {1}, compare(Times{2, 4}, Times{1, 1}).ratio, 3);
}
TEST(Compare, ComparesPairs) {
  check("the ratio of {10, 1, 10} to {5, 10, 40}, once", {1},
        compare(Times{10, 1, 10}, Times{5, 10, 40}).ratio, 0.25);
}
TEST(Compare, TellsFasterFromSlower) {
  const Times slow{4, 5, 6, 4, 5, 6, 4, 5}, fast{2, 3, 2, 3, 2, 3, 2, 3};
  check_verdict(slow, fast, Verdict::faster);
  check_verdict(fast, slow, Verdict::slower);
}
TEST(Compare, IsNotMisledByNoise) {
  const Times before{1.3, 0.8, 1.2, 1.1, 0.7, 1.2, 0.9, 1.1, 1.2, 0.8};
  check_verdict(before, Times(10, 1), Verdict::cannot_tell);
  check_verdict(Times(10, 1), before, Verdict::cannot_tell);
  check_verdict(Times(10, 1), Times(10, 1), Verdict::cannot_tell);
}
TEST(Compare, WantsSixPairs) {
  check_verdict(Times(5, 2), Times(5, 1), Verdict::cannot_tell);
  check("the upper limit for five pairs, once", {1}, compare(Times(5, 2), Times(5, 1)).high, kInfinity);
  check_verdict(Times(6, 2), Times(6, 1), Verdict::faster);
}
TEST(Compare, HasTheIntervalOfTheBinomialDistribution) {
  const Comparison result = compare(shuffled(20), Times(20, 1));
  check("the lower limit for the ratios 1, 2, ...", {20}, result.low, 6);
  check("the upper limit for the ratios 1, 2, ...", {20}, result.high, 15);
  check("the lower limit for the ratios 1, 2, ...", {6}, compare(shuffled(6), Times(6, 1)).low, 1);
}
TEST(Compare, HandlesManyPairs) {
  const Comparison result = compare(shuffled(2000), Times(2000, 1));
  check("the lower limit for the ratios 1, 2, ...", {2000}, result.low, 956);
  check("the upper limit for the ratios 1, 2, ...", {2000}, result.high, 1045);
}
TEST(Compare, OfNoPairsCannotTell) {
  check_verdict({}, {}, Verdict::cannot_tell);
  check("the ratio of no pairs, once", {1}, compare({}, {}).ratio, kNaN);
}
TEST(Compare, RefusesATimeWithoutItsPair) {
  EXPECT_THROW(compare(Times{1, 2}, Times{1}), std::invalid_argument);
}

TEST(MatmulCost, CountsMultiplicationsAndAdditions) {
  check("the operations of matmul_cost", {2, 3, 4}, matmul_cost(2, 3, 4).operations, 48);
}
TEST(MatmulCost, CountsEachMatrixOnce) {
  check("the bytes of matmul_cost", {2, 3, 4}, matmul_cost(2, 3, 4).bytes, 104);
}
TEST(MatmulCost, DoesNotOverflow) {
  check("the operations of matmul_cost", {2048, 2048, 2048}, matmul_cost(2048, 2048, 2048).operations,
        17179869184.0);
  check("the bytes of matmul_cost", {100000, 2, 100000}, matmul_cost(100000, 2, 100000).bytes, 40001600000.0);
}
TEST(MatmulCost, OfNoTermsWritesZeros) {
  check("the operations of matmul_cost", {2, 0, 4}, matmul_cost(2, 0, 4).operations, 0);
  check("the bytes of matmul_cost", {2, 0, 4}, matmul_cost(2, 0, 4).bytes, 32);
}

constexpr Machine kMachine{.operations = 1e12, .bytes = 1e11};

void check_bound(const Cost& cost, Bound expected) {
  const auto name = [](Bound bound) { return bound == Bound::memory ? "memory" : "compute"; };
  const Bound bound = roofline(kMachine, cost).bound;
  EXPECT_TRUE(bound == expected) << "the bound of " << text_of(cost.operations) << " operations and "
                                 << text_of(cost.bytes) << " bytes on a machine of 1e12 and 1e11 is "
                                 << name(bound) << ", expected " << name(expected);
}

void check_attainable(const Cost& cost, double expected) {
  check("the attainable operations on a machine of 1e12 and 1e11, of a program of",
        {cost.operations, cost.bytes}, roofline(kMachine, cost).attainable, expected);
}

TEST(Roofline, KnowsTheIntensity) {
  check("the intensity of a program of", {1e9, 4e9},
        roofline(kMachine, {.operations = 1e9, .bytes = 4e9}).intensity, 0.25);
}
TEST(Roofline, IsLimitedByTheMemory) {
  check_attainable({.operations = 1e9, .bytes = 4e9}, 2.5e10);
  check_bound({.operations = 1e9, .bytes = 4e9}, Bound::memory);
}
TEST(Roofline, IsLimitedByTheOperations) {
  check_attainable({.operations = 4e11, .bytes = 4e9}, 1e12);
  check_bound({.operations = 4e11, .bytes = 4e9}, Bound::compute);
}
TEST(Roofline, TurnsAtTheRidge) {
  check_attainable({.operations = 4e10, .bytes = 4e9}, 1e12);
  check_bound({.operations = 4e10, .bytes = 4e9}, Bound::compute);
}
TEST(Roofline, KnowsTheShortestTime) {
  check("the seconds of a program of", {1e9, 4e9},
        roofline(kMachine, {.operations = 1e9, .bytes = 4e9}).seconds, 0.04);
  check("the seconds of a program of", {4e11, 4e9},
        roofline(kMachine, {.operations = 4e11, .bytes = 4e9}).seconds, 0.4);
}
TEST(Roofline, OfACopyTakesTime) {
  check_attainable({.operations = 0, .bytes = 4e9}, 0);
  check("the seconds of a program of", {0, 4e9}, roofline(kMachine, {.operations = 0, .bytes = 4e9}).seconds,
        0.04);
}
TEST(Roofline, OfNoBytesIsLimitedByTheOperations) {
  check_attainable({.operations = 1e9, .bytes = 0}, 1e12);
  check_bound({.operations = 1e9, .bytes = 0}, Bound::compute);
}

std::string text_of(const std::vector<OpTime>& ops) {
  std::string text;
  for (const OpTime& op : ops)
    text +=
        (text.empty() ? "" : ", ") + op.name + ' ' + text_of(op.self) + " (" + std::to_string(op.calls) + ')';
  return '{' + text + '}';
}

void check_self_times(const std::vector<Event>& events, const std::string& expected) {
  std::string list;
  for (const Event& event : events)
    list += (list.empty() ? "" : ", ") + event.name + ' ' + text_of(event.begin) + " ... " +
            text_of(event.begin + event.duration);
  const std::string result = text_of(self_times(events));
  EXPECT_TRUE(result == '{' + expected + '}')
      << "self_times of {" << list << "} is " << result << ", expected {" << expected << '}';
}

TEST(SelfTimes, AddUpTheCallsOfAnOp) {
  check_self_times({{"relu", 0, 1}, {"matmul", 2, 3}, {"relu", 6, 1}}, "matmul 3 (1), relu 2 (2)");
}
TEST(SelfTimes, BeginWithTheLongest) {
  check_self_times({{"a", 0, 1}, {"b", 2, 4}, {"c", 7, 2}}, "b 4 (1), c 2 (1), a 1 (1)");
}
TEST(SelfTimes, LeaveOutTheCallsWithin) {
  check_self_times({{"forward", 0, 10}, {"matmul", 1, 6}, {"relu", 8, 1}},
                   "matmul 6 (1), forward 3 (1), relu 1 (1)");
}
TEST(SelfTimes, SubtractEachCallOnce) {
  check_self_times({{"a", 0, 10}, {"b", 1, 8}, {"c", 2, 6.5}}, "c 6.5 (1), a 2 (1), b 1.5 (1)");
}
TEST(SelfTimes, SeparateCallsThatTouch) {
  check_self_times({{"a", 0, 2}, {"b", 2, 1.5}, {"c", 3.5, 1}}, "a 2 (1), b 1.5 (1), c 1 (1)");
}
TEST(SelfTimes, ReturnToTheCallAround) {
  check_self_times({{"a", 0, 20}, {"b", 1, 4}, {"c", 2, 1}, {"d", 6, 2.5}, {"e", 9, 5}},
                   "a 8.5 (1), e 5 (1), b 3 (1), d 2.5 (1), c 1 (1)");
}
TEST(SelfTimes, AllowAnOpWithinItself) { check_self_times({{"f", 0, 10}, {"f", 2, 4}}, "f 10 (2)"); }
TEST(SelfTimes, ResolveTiesByTheName) {
  check_self_times({{"b", 0, 1}, {"c", 2, 1}, {"a", 4, 1}}, "a 1 (1), b 1 (1), c 1 (1)");
}
TEST(SelfTimes, OfNothingAreNone) { check_self_times({}, ""); }

}  // namespace
}  // namespace benchmarking
