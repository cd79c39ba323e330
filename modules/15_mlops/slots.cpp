// Puts what module 15 wrote into the hooks of the framework.
#include <span>

#include "modules/15_mlops/mlops.h"
#include "nn/hooks.h"

using namespace tinytorch;

namespace {

nn::hooks::ServingSummary serving_summary(std::span<const nn::hooks::ServedRequest> requests) {
  mlops::Monitor monitor{.size = requests.size() + 1};
  for (const auto& [latency, failed] : requests) mlops::observe(monitor, {latency, failed});
  const mlops::Summary summary = mlops::summarize(monitor);
  return {.count = summary.count,
          .mean = summary.mean,
          .variance = summary.variance,
          .p95 = summary.p95,
          .error_rate = summary.error_rate};
}

}  // namespace

extern "C" void tinytorch_plugin() {
  nn::hooks::stability_index.replace(mlops::stability_index);
  nn::hooks::serving_summary.replace(serving_summary);
}
