// Module 15: operation.
//
// A model is trained on yesterday's data and serves tomorrow's. No test fails when the data change, and no
// exception is thrown: the answers become worse. These functions notice it, and bring a new version to users
// in such a way that a bad one can be taken back.
//
// Each function below is an exercise, or a part of one. Replace its todo() by your code, save, and run
//
//     ./tito module test 15

#include "modules/15_mlops/mlops.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <stdexcept>

#include "modules/course/todo.h"

using tinytorch::course::todo;

namespace mlops {

/// The edges between bins that have about equally many elements of the reference: its quantiles. Bin 0 is
/// below the first edge, and bin i from edge i - 1 on, up to edge i, which is not in it.
///
///     bin_edges({5, 1, 4, 2, 3, 6}, 3) = {3, 5}: two elements are below 3, two from 3 to 5, two from 5 on
///     bin_edges({0, 0, 0, 0, 0, 7}, 3) = {}: no edge divides equal elements, and no bin is empty
///
/// 1. Sort a copy, without NaN: n elements.
/// 2. For i = 1 ... bins - 1, the element at n i / bins, rounded down, is an edge if it is greater than the
/// edge before; the first if it is greater than the smallest element.
/// 3. Without elements there are no edges.
std::vector<float> bin_edges(std::span<const float> reference, std::size_t bins) {
  // BEGIN SOLUTION bin_edges
  std::vector<float> sorted;
  std::copy_if(reference.begin(), reference.end(), std::back_inserter(sorted),
               [](float value) { return !std::isnan(value); });
  std::vector<float> edges;
  if (sorted.empty()) return edges;
  std::sort(sorted.begin(), sorted.end());
  float last = sorted.front();
  for (std::size_t i = 1; i < bins; ++i) {
    const float edge = sorted[sorted.size() * i / bins];
    if (edge > last) edges.push_back(edge);
    last = edge;
  }
  return edges;
  // END SOLUTION
}

/// The population stability index of a feature (Siddiqi 2006): how far the current values are distributed
/// differently from the reference. With the shares p and q of the reference and of the current values in each
/// bin, it is
///
///     Σ (q - p) log(q / p)
///
/// By a rule of thumb, below 0.1 nothing has changed, and above 0.25 much has.
///
///     stability_index({1, 2, 3, 4}, {1, 3, 3, 3}, {2.5}) = -0.25 log(0.5) + 0.25 log(1.5) = 0.2747
///
/// 1. k ascending edges make k + 1 bins: an edge belongs to the bin above it. std::upper_bound finds it.
/// 2. NaN has a bin of its own, the last: missing values are often the first thing that changes.
/// 3. A share is the count divided by the size of its sample, but at least 0.0001: log(0) is infinite.
/// @throws std::invalid_argument  a sample is empty
double stability_index(std::span<const float> reference, std::span<const float> current,
                       std::span<const float> edges) {
  // BEGIN SOLUTION stability_index
  if (reference.empty() || current.empty()) throw std::invalid_argument("stability_index: no values");
  const auto shares = [edges](std::span<const float> values) {
    std::vector<double> counts(edges.size() + 2, 0.0);
    for (const float value : values) {
      const auto bin = std::upper_bound(edges.begin(), edges.end(), value) - edges.begin();
      ++counts[std::isnan(value) ? edges.size() + 1 : static_cast<std::size_t>(bin)];
    }
    for (double& count : counts) count = std::max(count / static_cast<double>(values.size()), 1e-4);
    return counts;
  };
  const std::vector<double> p = shares(reference), q = shares(current);
  double sum = 0;
  for (std::size_t i = 0; i < p.size(); ++i) sum += (q[i] - p[i]) * std::log(q[i] / p[i]);
  return sum;
  // END SOLUTION
}

/// The statistic of Kolmogorov and Smirnov for two samples: the largest difference of their distribution
/// functions, |F(x) - G(x)| over all x. F(x) is the share of a that is not greater than x, G(x) that of b. It
/// needs no bins.
///
///     ks_statistic({1, 2, 3}, {2, 3, 4}) = 1/3    ks_statistic({1, 2}, {3, 4}) = 1
///
/// 1. Sort copies, without NaN.
/// 2. Both functions rise only at elements. Take the smallest element x that is left in either; go past all
/// elements that are equal to x, in both; then compare.
/// 3. Comparing between equal elements would find a difference that is not there.
/// @throws std::invalid_argument  a sample has no elements but NaN
double ks_statistic(std::span<const float> a, std::span<const float> b) {
  // BEGIN SOLUTION ks_statistic
  const auto sorted = [](std::span<const float> values) {
    std::vector<float> result;
    std::copy_if(values.begin(), values.end(), std::back_inserter(result),
                 [](float value) { return !std::isnan(value); });
    if (result.empty()) throw std::invalid_argument("ks_statistic: no values");
    std::sort(result.begin(), result.end());
    return result;
  };
  const std::vector<float> left = sorted(a), right = sorted(b);
  std::size_t i = 0, j = 0;
  double largest = 0;
  while (i < left.size() && j < right.size()) {
    const float x = std::min(left[i], right[j]);
    while (i < left.size() && left[i] == x) ++i;
    while (j < right.size() && right[j] == x) ++j;
    const double f = static_cast<double>(i) / static_cast<double>(left.size());
    const double g = static_cast<double>(j) / static_cast<double>(right.size());
    largest = std::max(largest, std::abs(f - g));
  }
  return largest;
  // END SOLUTION
}

/// Adds an observation to the window, the newest at the end. A window that is full loses its oldest.
///
///     a window of size 2 that gets the latencies 1, 2, 3 has 2, 3
void observe(Monitor& monitor, const Observation& observation) {
  // BEGIN SOLUTION monitor
  monitor.window.push_back(observation);
  while (monitor.window.size() > monitor.size) monitor.window.pop_front();
  // END SOLUTION
}

/// What the observations in the window have in common.
///
///     the latencies 1, 2, 3, 10, of which the last failed:
///     the mean 4, the variance 16.67, p95 10, the error rate 0.25
///
/// 1. The mean first, then the squares of the differences from it, divided by n - 1.
/// 2. p95 is a latency that was observed (the nearest rank): of n sorted ones the one with the number 0.95 n,
/// rounded up, counted from 1. Of 20 it is the 19th, of 21 the 20th. In integers that is (95 n + 99) / 100.
/// 3. What is not known is NaN: the variance of one latency; of an empty window all but the count. If a
/// latency is NaN, so are the mean, the variance and p95.
Summary summarize(const Monitor& monitor) {
  // BEGIN SOLUTION monitor
  constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
  const std::size_t count = monitor.window.size();
  if (count == 0) return {0, kUnknown, kUnknown, kUnknown, kUnknown};
  const auto size = static_cast<double>(count);
  std::vector<double> latencies;
  double sum = 0, errors = 0, squares = 0;
  for (const Observation& each : monitor.window) {
    latencies.push_back(each.latency);
    sum += each.latency;
    errors += each.failed ? 1 : 0;
  }
  const double mean = sum / size;
  for (const double latency : latencies) squares += (latency - mean) * (latency - mean);
  double p95 = kUnknown;
  if (std::none_of(latencies.begin(), latencies.end(), [](double latency) { return std::isnan(latency); })) {
    std::sort(latencies.begin(), latencies.end());
    p95 = latencies[(95 * count + 99) / 100 - 1];
  }
  return {count, mean, count > 1 ? squares / (size - 1) : kUnknown, p95, errors / size};
  // END SOLUTION
}

/// Adds a version to the registry. It is not live yet.
/// @throws std::invalid_argument  there is a version of this name, or the score is NaN: no comparison would
///                                refuse it; the registry does not change
void register_version(Registry& registry, const std::string& name, double score) {
  // BEGIN SOLUTION registry
  for (const Version& version : registry.versions) {
    if (version.name == name) throw std::invalid_argument("register_version: there is a version " + name);
  }
  if (std::isnan(score)) throw std::invalid_argument("register_version: the score of " + name + " is NaN");
  registry.versions.push_back({.name = name, .score = score});
  // END SOLUTION
}

/// Makes a version live if it is better than the live one by the margin at least, or if none is live.
///
///     v1 with 0.5 is live, v2 has 0.625: promote(registry, "v2", 0.25) is false, with the margin 0.125 true
///
/// 1. Its index is added to the history.
/// @return  whether it is live now
/// @throws std::invalid_argument  there is no version of this name, it is live, or it was withdrawn; the
///                                registry does not change
bool promote(Registry& registry, const std::string& name, double margin) {
  // BEGIN SOLUTION registry
  const auto found = std::find_if(registry.versions.begin(), registry.versions.end(),
                                  [&name](const Version& version) { return version.name == name; });
  if (found == registry.versions.end()) throw std::invalid_argument("promote: there is no version " + name);
  if (found->withdrawn) throw std::invalid_argument("promote: " + name + " was withdrawn");
  const auto index = static_cast<std::size_t>(found - registry.versions.begin());
  if (!registry.history.empty()) {
    if (registry.history.back() == index) throw std::invalid_argument("promote: " + name + " is live");
    if (found->score < registry.versions[registry.history.back()].score + margin) return false;
  }
  registry.history.push_back(index);
  return true;
  // END SOLUTION
}

/// Takes the live version back: it is withdrawn, and the one that was live before it is live again. The one
/// before may itself be withdrawn, or be the same: then the next one before it is.
///
///     after v1 and v2 were promoted, rollback makes v1 live, and v2 cannot be promoted again
///
/// 1. Mark the live version, and remove indices from the end of the history, while their versions are
/// withdrawn.
/// @throws std::logic_error  no version would be live then; the registry does not change
void rollback(Registry& registry) {
  // BEGIN SOLUTION registry
  std::vector<std::size_t> history = registry.history;
  const auto is_left = [&](std::size_t index) {
    return index != registry.history.back() && !registry.versions[index].withdrawn;
  };
  while (!history.empty() && !is_left(history.back())) history.pop_back();
  if (history.empty()) throw std::logic_error("rollback: no version was live before");
  registry.versions[registry.history.back()].withdrawn = true;
  registry.history = history;
  // END SOLUTION
}

/// The 64-bit FNV-1a hash of a text (Fowler, Noll and Vo): the same on each machine and in each program,
/// which std::hash does not promise.
///
///     hash_of("") = 0xcbf29ce484222325    hash_of("a") = 0xaf63dc4c8601ec8c
///
/// 1. Begin with 0xcbf29ce484222325.
/// 2. For each byte: hash = (hash xor byte) * 0x100000001b3. An unsigned product wraps around.
/// Hint: a char can be negative. The byte is an unsigned char.
std::uint64_t hash_of(std::string_view text) {
  // BEGIN SOLUTION canary
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
  // END SOLUTION
}

/// Whether the requests of a user go to the new version, the canary, which gets this share of the users, from
/// 0 to 1.
///
/// 1. The same user always gets the same version: decide by hash_of(id) % 10000, which is from 0 to 9999.
/// 2. If the share grows, those who have the new version keep it: it is those below 10000 share.
bool is_canary(std::string_view id, double share) {
  // BEGIN SOLUTION canary
  return static_cast<double>(hash_of(id) % 10000) < 10000 * share;
  // END SOLUTION
}

/// Whether to train again, asked after each check for drift.
///
///     patience 2, cooldown 2:  drift drift drift drift drift drift drift drift
///                              -     fires -     -     -     fires -     -
///
/// 1. `patience` drifts in a row make it fire. A check without drift begins the row anew.
/// 2. After that, it does not fire, and does not count drifts, for `cooldown` checks: the new model is being
/// trained. Then it begins anew.
/// @return  whether it fires now
bool should_retrain(Trigger& trigger, bool drifted) {
  // BEGIN SOLUTION should_retrain
  if (trigger.remaining > 0) {
    --trigger.remaining;
    return false;
  }
  trigger.drifts = drifted ? trigger.drifts + 1 : 0;
  if (trigger.drifts < trigger.patience) return false;
  trigger.drifts = 0;
  trigger.remaining = trigger.cooldown;
  return true;
  // END SOLUTION
}

}  // namespace mlops
