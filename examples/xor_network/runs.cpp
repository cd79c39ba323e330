#include "examples/xor_network/runs.h"

#include <tinytorch/tinytorch.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <exception>

using namespace tinytorch;

namespace {

int run_once(const Settings& settings, Train& train) {
  std::printf("Device: %s (%s)\n", to_string(settings.device).c_str(), describe(settings.device).c_str());
  Report report(settings, Report::Output::printed);
  train(settings, report);
  return report.solved() && report.modes_agree() ? kSolved : kNotSolved;
}

int run_seeds(const Settings& settings, Train& train) {
  float first_low = 1, first_high = 0, final_high = 0;
  int solved = 0;
  for (int i = 0; i < settings.seeds; ++i) {
    Settings one = settings;
    one.seed += static_cast<std::uint64_t>(i);
    Report report(one, Report::Output::silent);
    train(one, report);
    first_low = std::min(first_low, report.first().loss);
    first_high = std::max(first_high, report.first().loss);
    final_high = std::max(final_high, report.last().loss);
    if (report.solved()) {
      ++solved;
    } else {
      std::printf("seed %llu was not solved | Loss: %.4f | Accuracy: %.1f%%\n",
                  static_cast<unsigned long long>(one.seed), report.last().loss, report.last().accuracy);
    }
  }
  std::printf("Loss at epoch 0: %.4f to %.4f; at epoch %d: at most %.4f\n", first_low, first_high,
              settings.epochs, final_high);
  std::printf("solved %d/%d\n", solved, settings.seeds);
  return solved == settings.seeds ? kSolved : kNotSolved;
}

int run_program(int argc, char** argv, Train& train) {
  try {
    Settings settings;
    int code = kSolved;
    if (!read_settings(argc, argv, settings, code)) return code;
    if (!is_available(settings.device)) {
      std::fprintf(stderr, "backend %s is not available: %s\n", name(settings.device.type),
                   unavailable_reason(settings.device.type).c_str());
      return kCannotRun;
    }
    return settings.seeds > 0 ? run_seeds(settings, train) : run_once(settings, train);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return kCannotRun;
  }
}

}  // namespace

int run(int argc, char** argv, Train& train) {
  const int code = run_program(argc, argv, train);
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  std::fprintf(stderr, "standard output could not be written\n");
  return code == kSolved ? kNotSolved : code;
}
