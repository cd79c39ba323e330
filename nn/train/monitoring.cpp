// What the hooks of serving compute without a plug-in.
#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "nn/hooks.h"

namespace tinytorch::nn {
namespace {

/// The share of the values in each bin, of which the last is that of NaN.
std::vector<double> shares_of(std::span<const float> values, std::span<const float> edges) {
  std::vector<double> shares(edges.size() + 2, 0.0);
  for (const float value : values) {
    const auto bin = std::upper_bound(edges.begin(), edges.end(), value) - edges.begin();
    shares[std::isnan(value) ? edges.size() + 1 : static_cast<std::size_t>(bin)] += 1;
  }
  for (double& share : shares) share = std::max(share / static_cast<double>(values.size()), 1e-4);
  return shares;
}

double index_of_population(std::span<const float> reference, std::span<const float> current,
                           std::span<const float> edges) {
  const std::vector<double> p = shares_of(reference, edges), q = shares_of(current, edges);
  double index = 0;
  for (std::size_t i = 0; i < p.size(); ++i) index += (q[i] - p[i]) * std::log(q[i] / p[i]);
  return index;
}

hooks::ServingSummary summary_of(std::span<const hooks::ServedRequest> requests) {
  constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
  if (requests.empty()) return {0, kUnknown, kUnknown, kUnknown, kUnknown};
  const auto size = static_cast<double>(requests.size());
  double sum = 0, failed = 0, squares = 0;
  std::vector<double> latencies;
  for (const hooks::ServedRequest& each : requests) {
    latencies.push_back(each.latency);
    sum += each.latency;
    failed += each.failed ? 1 : 0;
  }
  const double mean = sum / size;
  for (const double latency : latencies) squares += (latency - mean) * (latency - mean);
  const bool is_known = std::ranges::none_of(latencies, [](double latency) { return std::isnan(latency); });
  if (is_known) std::ranges::sort(latencies);
  const std::size_t rank = requests.size() - requests.size() / 20;  // 95 %, rounded up
  return {.count = requests.size(),
          .mean = mean,
          .variance = requests.size() > 1 ? squares / (size - 1) : kUnknown,
          .p95 = is_known ? latencies[rank - 1] : kUnknown,
          .error_rate = failed / size};
}

}  // namespace

constinit Hook<double(std::span<const float>, std::span<const float>, std::span<const float>)>
    hooks::stability_index{"stability_index", index_of_population};
constinit Hook<hooks::ServingSummary(std::span<const hooks::ServedRequest>)> hooks::serving_summary{
    "serving_summary", summary_of};

}  // namespace tinytorch::nn
