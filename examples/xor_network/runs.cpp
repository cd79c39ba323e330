#include "examples/xor_network/runs.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>

#include "core/device.h"
#include "examples/common/program.h"

using namespace tinytorch;

namespace {

int run_once(const Settings& settings, Train& train) {
  std::printf("Device: %s (%s)\n", to_string(settings.device).c_str(), describe(settings.device).c_str());
  Report report(settings, Report::Output::printed);
  train(settings, report);
  return report.solved() && report.modes_agree() ? examples::kDone : examples::kFailed;
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
  return solved == settings.seeds ? examples::kDone : examples::kFailed;
}

}  // namespace

int run(int argc, char** argv, Train& train) {
  examples::Program program("xor_network", "Trains a 2-4-1 network on XOR.");
  Settings settings;
  add_flags(*program.app, settings);
  return program.run(argc, argv, [&] {
    settings.seed = program.seed;
    settings.device = program.device;
    return settings.seeds > 0 ? run_seeds(settings, train) : run_once(settings, train);
  });
}
