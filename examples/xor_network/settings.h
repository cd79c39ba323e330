#pragma once

#include <cstdint>

#include "core/device.h"

namespace CLI {  // NOLINT(readability-identifier-naming): CLI11's
class App;
}

/// What the flags set.
struct Settings {
  int epochs = 500;
  std::uint64_t seed = 0;
  double learning_rate = 2.0;
  std::int64_t width = 4;  ///< hidden units
  tinytorch::Device device = tinytorch::best_device();
  int seeds = 0;         ///< how many seeds to train from; 0: one run, reported in full
  bool verbose = false;  ///< report every epoch, with all digits
};

/// Adds the flags that set them, other than --backend and --seed.
void add_flags(CLI::App& app, Settings& settings);
