#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// What module 15 writes: mlops_dev.cpp defines the functions.
namespace mlops {

/// A request that was served.
struct Observation {
  double latency;
  bool failed = false;
};

/// The last requests.
struct Monitor {
  std::size_t size;  ///< how many it holds at most; at least 1
  std::deque<Observation> window = {};
};

/// What a monitor says of its window.
struct Summary {
  std::size_t count;  ///< of observations
  double mean;        ///< of the latencies, as all up to p95
  double variance;    ///< with n - 1
  double p95;         ///< the least latency that at least 95 % of them do not exceed
  double error_rate;  ///< the share of the requests that failed
};

/// A trained model, as the registry knows it.
struct Version {
  std::string name;
  double score;            ///< on the same test data for all; more is better
  bool withdrawn = false;  ///< it was live, and was rolled back
};

/// All versions, and which of them is live.
struct Registry {
  std::vector<Version> versions;
  std::vector<std::size_t> history;  ///< the indices of the versions that were promoted; the last one is live
};

/// When to train again.
struct Trigger {
  int patience;       ///< it fires at this many drifts in a row; at least 1
  int cooldown;       ///< for this many checks after it fired it does nothing
  int drifts = 0;     ///< in a row, so far
  int remaining = 0;  ///< checks of the cooldown that are left
};

std::vector<float> bin_edges(std::span<const float> reference, std::size_t bins);
double stability_index(std::span<const float> reference, std::span<const float> current,
                       std::span<const float> edges);
double ks_statistic(std::span<const float> a, std::span<const float> b);
void observe(Monitor& monitor, const Observation& observation);
Summary summarize(const Monitor& monitor);
void register_version(Registry& registry, const std::string& name, double score);
bool promote(Registry& registry, const std::string& name, double margin);
void rollback(Registry& registry);
std::uint64_t hash_of(std::string_view text);
bool is_canary(std::string_view id, double share);
bool should_retrain(Trigger& trigger, bool drifted);

}  // namespace mlops
