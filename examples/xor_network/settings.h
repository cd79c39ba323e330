#pragma once

#include <cstdint>

#include "core/device.h"

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

// Exit codes.
constexpr int kSolved = 0;
constexpr int kNotSolved = 1;
constexpr int kCannotRun = 2;

/// Reads the flags into `settings`. Returns false, with the exit code in `code`, if there is nothing to run:
/// --help, or flags that are wrong.
bool read_settings(int argc, char** argv, Settings& settings, int& code);
