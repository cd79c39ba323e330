// The checks of module 15: one suite an exercise, named in modules/15_mlops/module.json.
#include "modules/15_mlops/mlops.h"

#include <gtest/gtest.h>

#include <cmath>
#include <deque>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "modules/course/check.h"

namespace mlops {
namespace {

using tinytorch::course::check;
using tinytorch::course::text_of;
using Values = std::vector<float>;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN(),
                kInfinity = std::numeric_limits<float>::infinity();

void check_edges(const Values& reference, std::size_t bins, const Values& expected) {
  check("bin_edges for " + std::to_string(bins) + " bins of", {reference}, bin_edges(reference, bins),
        expected);
}

TEST(BinEdges, AreTheQuantiles) {
  check_edges({1, 2, 3, 4, 5, 6}, 3, {3, 5});
  check_edges({1, 2, 3, 4}, 2, {3});
}
TEST(BinEdges, OfValuesInAnyOrder) { check_edges({5, 1, 4, 2, 3, 6}, 3, {3, 5}); }
TEST(BinEdges, OfSizesThatDoNotDivide) {
  check_edges({1, 2, 3, 4, 5, 6, 7, 8}, 3, {3, 6});
  check_edges({1, 2}, 4, {2});
}
TEST(BinEdges, LeaveNoBinEmpty) {
  check_edges({0, 0, 0, 0, 0, 7}, 3, {});
  check_edges({1, 2, 2, 2, 2, 2, 2, 3}, 4, {2});
}
TEST(BinEdges, LeaveOutNaN) { check_edges({kNaN, 4, 2, kNaN, 3, 1}, 2, {3}); }
TEST(BinEdges, OfNothingAreNone) {
  check_edges({}, 4, {});
  check_edges({kNaN}, 4, {});
  check_edges({1, 2}, 1, {});
}

void check_stability(const Values& reference, const Values& current, const Values& edges, double expected) {
  check("stability_index of " + text_of(reference) + ", " + text_of(current) + " with the edges " +
            text_of(edges) + ", which divide into bins:",
        {static_cast<double>(edges.size() + 1)}, stability_index(reference, current, edges), expected);
}

/// A bin's part of the index.
double term(double p, double q) { return (q - p) * std::log(q / p); }

TEST(StabilityIndex, IsZeroForTheSameShares) {
  check_stability({1, 2, 3, 4}, {4, 1, 1, 4}, {2.5F}, 0);
  check_stability({1, 2}, {5, 6}, {}, 0);
}
TEST(StabilityIndex, AddsUpTheBins) {
  check_stability({1, 2, 3, 4}, {1, 3, 3, 3}, {2.5F}, term(0.5, 0.25) + term(0.5, 0.75));
  check_stability({1, 2.5F, 3, 3, 5}, {1, 1, 1, 3, 5}, {2, 4}, term(0.2, 0.6) + term(0.6, 0.2));
}
TEST(StabilityIndex, CountsAnEdgeInTheBinAbove) {
  check_stability({1, 2, 2, 2}, {1, 1, 1, 2}, {2}, term(0.25, 0.75) + term(0.75, 0.25));
}
TEST(StabilityIndex, ComparesSharesOfSamplesOfAnySize) {
  check_stability({1, 1, 1, 3}, {1, 3, 1, 3, 1, 3, 1, 3}, {2}, term(0.75, 0.5) + term(0.25, 0.5));
}
TEST(StabilityIndex, HasALeastShare) {
  check_stability({1, 2}, {3, 4}, {2.5F}, term(1, 1e-4) + term(1e-4, 1));
  check_stability({1, 4}, {1, 4}, {2, 3}, 0);
}
TEST(StabilityIndex, CountsNaNInItsOwnBin) {
  check_stability({1, 2, 3, 4}, {1, kNaN, 3, kNaN}, {2.5F}, 2 * term(0.5, 0.25) + term(1e-4, 0.5));
  check_stability({1, kNaN}, {1, kNaN}, {2.5F}, 0);
}
TEST(StabilityIndex, CountsInfinity) {
  check_stability({1, 3}, {-kInfinity, kInfinity, 3, 3}, {2}, term(0.5, 0.25) + term(0.5, 0.75));
}
TEST(StabilityIndex, RefusesEmptySamples) {
  EXPECT_THROW(stability_index({}, Values{1}, {}), std::invalid_argument);
  EXPECT_THROW(stability_index(Values{1}, {}, {}), std::invalid_argument);
}

void check_ks(const Values& a, const Values& b, double expected) {
  check("ks_statistic of " + text_of(a) + " and " + text_of(b) + ", of which",
        {static_cast<double>(a.size()), static_cast<double>(b.size())}, ks_statistic(a, b), expected);
}

TEST(KsStatistic, IsTheLargestDifference) {
  check_ks({1, 2, 3}, {2.5F, 3.5F, 4.5F}, 2.0 / 3);
  check_ks({1, 2}, {3, 4}, 1);
  check_ks({1, 2, 5, 6}, {3, 4, 7, 8}, 0.5);
}
TEST(KsStatistic, HasNoSign) { check_ks({3, 4}, {1, 2}, 1); }
TEST(KsStatistic, OfValuesInAnyOrder) { check_ks({3, 1, 2}, {4.5F, 2.5F, 3.5F}, 2.0 / 3); }
TEST(KsStatistic, GoesPastTiesInBoth) {
  check_ks({1, 2, 3}, {1, 2, 3}, 0);
  check_ks({1, 2, 2, 3}, {2, 2, 2, 2}, 0.25);
}
TEST(KsStatistic, ComparesSamplesOfAnySize) {
  check_ks({1, 1, 1}, {1}, 0);
  check_ks({1, 1, 1, 1, 1, 2}, {1, 2}, 5.0 / 6 - 0.5);
  check_ks({5}, {1, 2, 3, 4, 5, 6, 7, 8, 9}, 4.0 / 9);
}
TEST(KsStatistic, LeavesOutNaN) {
  check_ks({kNaN, 1, 2}, {1, 2}, 0);
  check_ks({1, 2}, {3, kNaN, 4}, 1);
}
TEST(KsStatistic, RefusesEmptySamples) {
  EXPECT_THROW(ks_statistic({}, Values{1}), std::invalid_argument);
  EXPECT_THROW(ks_statistic(Values{1}, Values{kNaN}), std::invalid_argument);
}

/// The summary after these latencies, none of which failed.
Summary summary_of(std::size_t size, const std::vector<double>& latencies) {
  Monitor monitor{.size = size};
  for (const double latency : latencies) observe(monitor, {.latency = latency});
  return summarize(monitor);
}

/// The window alone.
Summary summary_of(const std::deque<Observation>& window) {
  return summarize({.size = window.size(), .window = window});
}

std::vector<double> falling_from(int largest) {
  std::vector<double> values;
  for (int value = largest; value > 0; --value) values.push_back(value);
  return values;
}

TEST(Monitor, AddsTheNewestAtTheEnd) {
  Monitor monitor{.size = 5};
  for (const double latency : {1.0, 2.0, 3.0}) observe(monitor, {.latency = latency, .failed = latency == 3});
  ASSERT_EQ(monitor.window.size(), 3U) << "after three observations in a window of 5";
  check("the latency of the window after 1, 2, 3 at", {2}, monitor.window[2].latency, 3);
  check("whether the request failed in the window, at", {2}, monitor.window[2].failed ? 1 : 0, 1);
}
TEST(Monitor, LosesTheOldest) {
  Monitor monitor{.size = 2};
  for (const double latency : {1.0, 2.0, 3.0}) observe(monitor, {.latency = latency});
  ASSERT_EQ(monitor.window.size(), 2U) << "after three observations in a window of 2";
  check("the latency of the window of size 2 after 1, 2, 3 at", {0}, monitor.window[0].latency, 2);
  check("the latency of the window of size 2 after 1, 2, 3 at", {1}, monitor.window[1].latency, 3);
}
TEST(Monitor, HasTheMeanOfTheWindow) {
  check("the mean of the latencies", {1, 2, 3, 10}, summary_of({{1}, {2}, {3}, {10}}).mean, 4);
  check("the count of the latencies", {1, 2, 3}, static_cast<double>(summary_of({{1}, {2}, {3}}).count), 3);
}
TEST(Monitor, HasTheVariance) {
  check("the variance of the latencies", {1, 2, 3, 10}, summary_of({{1}, {2}, {3}, {10}}).variance, 50.0 / 3);
}
TEST(Monitor, DoesNotCancel) {
  check("the variance of 1e9 and the latencies", {0, 1, 2},
        summary_of({{1e9}, {1e9 + 1}, {1e9 + 2}}).variance, 1);
}
TEST(Monitor, HasTheNearestRank) {
  check("p95 of the latencies from 20 down to", {1}, summary_of(20, falling_from(20)).p95, 19);
  check("p95 of the latencies from 21 down to", {1}, summary_of(21, falling_from(21)).p95, 20);
  check("p95 of the latencies from 100 down to", {1}, summary_of(100, falling_from(100)).p95, 95);
  check("p95 of the latency", {7}, summary_of({{7}}).p95, 7);
}
TEST(Monitor, HasTheShareOfErrors) {
  check("the error rate of four requests, of which failed", {1},
        summary_of({{1}, {2, true}, {3}, {4}}).error_rate, 0.25);
  check("the error rate of four requests, of which failed", {0}, summary_of({{1}, {2}, {3}, {4}}).error_rate,
        0);
}
TEST(Monitor, ForgetsWhatIsGone) {
  const Summary summary = summary_of(3, {1e16, kNaN, 1, 2, 3});
  check("the mean of a window of size 3 after", {1e16, kNaN, 1, 2, 3}, summary.mean, 2);
  check("the variance of a window of size 3 after", {1e16, kNaN, 1, 2, 3}, summary.variance, 1);
  check("p95 of a window of size 3 after", {1e16, kNaN, 1, 2, 3}, summary.p95, 3);
}
TEST(Monitor, SaysWhatIsNotKnown) {
  check("the mean of no latencies, once", {1}, summary_of(std::deque<Observation>{}).mean, kNaN);
  check("the error rate of no requests, once", {1}, summary_of(std::deque<Observation>{}).error_rate, kNaN);
  check("the variance of the latency", {7}, summary_of({{7}}).variance, kNaN);
}
TEST(Monitor, KeepsNaN) {
  const Summary summary = summary_of({{1}, {kNaN}, {0}, {2}});
  check("the mean of the latencies", {1, kNaN, 0, 2}, summary.mean, kNaN);
  check("p95 of the latencies", {1, kNaN, 0, 2}, summary.p95, kNaN);
}

/// The version that is live.
std::string live(const Registry& registry) {
  return registry.history.empty() ? "none" : registry.versions[registry.history.back()].name;
}

/// v1 with the score 0.5, v2 with 0.625, v3 with 0.75; the first `promoted` of them were promoted.
Registry registry_with(std::size_t promoted) {
  Registry registry{.versions = {{"v1", 0.5}, {"v2", 0.625}, {"v3", 0.75}}, .history = {}};
  for (std::size_t i = 0; i < promoted; ++i) registry.history.push_back(i);
  return registry;
}

void expect_live(const Registry& registry, const std::string& expected, const std::string& after) {
  EXPECT_TRUE(live(registry) == expected)
      << "after " << after << ", " << live(registry) << " is live, expected " << expected;
}

TEST(Registry, AddsVersions) {
  Registry registry;
  register_version(registry, "v1", 0.5);
  register_version(registry, "v2", -1);
  ASSERT_EQ(registry.versions.size(), 2U) << "after v1 and v2 were registered";
  EXPECT_EQ(registry.versions[1].name, "v2");
  EXPECT_EQ(registry.versions[1].score, -1);
  expect_live(registry, "none", "v1 and v2 were registered");
}
TEST(Registry, RefusesANameTwice) {
  Registry registry = registry_with(0);
  EXPECT_THROW(register_version(registry, "v2", 0.9), std::invalid_argument);
  EXPECT_EQ(registry.versions.size(), 3U) << "a version was added";
}
TEST(Registry, RefusesNaN) {
  Registry registry = registry_with(0);
  EXPECT_THROW(register_version(registry, "v4", kNaN), std::invalid_argument);
  EXPECT_EQ(registry.versions.size(), 3U) << "a version was added";
}
TEST(Registry, PromotesTheFirst) {
  Registry registry = registry_with(0);
  EXPECT_TRUE(promote(registry, "v2", 0.25)) << "no version is live, so each is better";
  expect_live(registry, "v2", "v2 was promoted");
}
TEST(Registry, PromotesWhatIsBetterByTheMargin) {
  Registry registry = registry_with(1);
  EXPECT_FALSE(promote(registry, "v2", 0.25)) << "0.625 is not better than 0.5 by 0.25";
  expect_live(registry, "v1", "v2 was not good enough");
  EXPECT_TRUE(promote(registry, "v2", 0.125)) << "0.625 is better than 0.5 by 0.125";
  expect_live(registry, "v2", "v2 was promoted");
}
TEST(Registry, ComparesWithTheLiveVersion) {
  Registry registry = registry_with(3);
  registry.versions.push_back({.name = "v4", .score = 0.7});
  EXPECT_FALSE(promote(registry, "v4", 0.01)) << "v3 is live, and has 0.75";
}
TEST(Registry, RefusesToPromoteWhatItCannot) {
  Registry registry = registry_with(2);
  registry.versions[2].withdrawn = true;
  EXPECT_THROW(promote(registry, "v4", 0), std::invalid_argument) << "v4 is not registered";
  EXPECT_THROW(promote(registry, "v2", 0), std::invalid_argument) << "v2 is live";
  EXPECT_THROW(promote(registry, "v3", 0), std::invalid_argument) << "v3 was withdrawn";
  expect_live(registry, "v2", "nothing was promoted");
}
TEST(Registry, GoesBackToTheFormer) {
  Registry registry = registry_with(3);
  rollback(registry);
  expect_live(registry, "v2", "v3 was rolled back");
  EXPECT_TRUE(registry.versions[2].withdrawn) << "v3 is not marked";
  rollback(registry);
  expect_live(registry, "v1", "v2 was rolled back");
}
TEST(Registry, CannotGoBackBeforeTheFirst) {
  for (const std::size_t promoted : {std::size_t{0}, std::size_t{1}}) {
    Registry registry = registry_with(promoted);
    EXPECT_THROW(rollback(registry), std::logic_error) << promoted << " versions were promoted";
    expect_live(registry, promoted == 0 ? "none" : "v1", "nothing could be rolled back");
    EXPECT_FALSE(registry.versions[0].withdrawn) << "v1 is still live";
  }
}
TEST(Registry, DoesNotGoBackToWhatWasWithdrawn) {
  Registry registry = registry_with(2);
  registry.history.push_back(0);  // v1, v2, v1
  rollback(registry);
  expect_live(registry, "v2", "v1, v2 and v1 were promoted, and v1 rolled back");
  EXPECT_THROW(rollback(registry), std::logic_error) << "v1 was withdrawn, and is the only one before";
  expect_live(registry, "v2", "nothing could be rolled back");
}

TEST(Canary, HasTheHash) {
  EXPECT_EQ(hash_of(""), 0xcbf29ce484222325U) << "is the hash of nothing";
  EXPECT_EQ(hash_of("a"), 0xaf63dc4c8601ec8cU) << "is the hash of a";
  EXPECT_EQ(hash_of("foobar"), 0x85944171f73967e8U) << "is the hash of foobar";
}
TEST(Canary, HashesBytes) {
  EXPECT_EQ(hash_of("\xc3\xbc"), 0x0ac20a07b71807eaU) << "is the hash of the two bytes of ü";
}

/// How many of n users get the new version.
int canaries(int n, double share) {
  int count = 0;
  for (int i = 0; i < n; ++i) count += is_canary("user" + std::to_string(i), share) ? 1 : 0;
  return count;
}

TEST(Canary, GetsItsShare) {
  EXPECT_NEAR(canaries(10000, 0.1), 1000, 150) << "users of 10000 get a share of 0.1";
  EXPECT_NEAR(canaries(10000, 0.5), 5000, 250) << "users of 10000 get a share of 0.5";
}
TEST(Canary, GoesFromNoneToAll) {
  EXPECT_EQ(canaries(1000, 0), 0) << "users get a share of 0";
  EXPECT_EQ(canaries(1000, 1), 1000) << "users of 1000 get a share of 1";
}
TEST(Canary, StaysTheSame) {
  for (int i = 0; i < 100; ++i) {
    const std::string id = "user" + std::to_string(i);
    ASSERT_EQ(is_canary(id, 0.5), is_canary(id, 0.5)) << "is_canary changes its mind about " << id;
  }
}
TEST(Canary, KeepsItsUsersWhenItGrows) {
  for (int i = 0; i < 1000; ++i) {
    const std::string id = "user" + std::to_string(i);
    for (const double share : {0.01, 0.1, 0.5}) {
      ASSERT_TRUE(!is_canary(id, share) || is_canary(id, 1.5 * share))
          << id << " has the new version with a share of " << share << ", but not with " << 1.5 * share;
    }
  }
}
TEST(Canary, IsDecidedByTheHash) {
  for (int i = 0; i < 1000; ++i) {
    const std::string id = "user" + std::to_string(i);
    const bool expected = hash_of(id) % 10000 < 2500;
    ASSERT_EQ(is_canary(id, 0.25), expected) << "is_canary of " << id << " with a share of 0.25";
  }
}

/// When the trigger fires: "..!" if the third of three checks makes it do so. "d" is a drift.
std::string fires(Trigger trigger, const std::string& checks) {
  std::string result;
  for (const char each : checks) result += should_retrain(trigger, each == 'd') ? '!' : '.';
  return result;
}

void check_fires(int patience, int cooldown, const std::string& checks, const std::string& expected) {
  const std::string result = fires({.patience = patience, .cooldown = cooldown}, checks);
  EXPECT_TRUE(result == expected) << "patience " << patience << ", cooldown " << cooldown
                                  << ", checks (d is a drift): " << checks << "; it fires (!) " << result
                                  << ", expected " << expected;
}

TEST(ShouldRetrain, FiresAfterSeveralDrifts) {
  check_fires(3, 9, "ddd.", "..!.");
  check_fires(1, 9, ".d", ".!");
}
TEST(ShouldRetrain, StaysQuietWithoutDrift) { check_fires(1, 0, "....", "...."); }
TEST(ShouldRetrain, WantsThemInARow) {
  check_fires(3, 9, "dd.dd.d", ".......");
  check_fires(2, 9, "d.dd", "...!");
}
TEST(ShouldRetrain, CoolsDown) { check_fires(1, 3, "dddd", "!..."); }
TEST(ShouldRetrain, BeginsAnewAfterwards) {
  check_fires(1, 2, "dddd", "!..!");
  check_fires(2, 2, "dddddd", ".!...!");
  check_fires(2, 2, "dd.ddd", ".!...!");
}
TEST(ShouldRetrain, CanDoWithoutCooldown) { check_fires(2, 0, "dddddd", ".!.!.!"); }

}  // namespace
}  // namespace mlops
