#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/device.h"

namespace CLI {  // NOLINT(readability-identifier-naming): CLI11's
class App;
}

// What the examples' programs share: flags, exit codes, errors.
namespace examples {

// Exit codes.
constexpr int kDone = 0;
constexpr int kFailed = 1;     ///< it ran, but without the result that it should have
constexpr int kCannotRun = 2;  ///< wrong flags, missing data, or a backend that is not available
constexpr int kInterrupted = 130;

/// Checks of a flag's number, for CLI::Option::check(). CLI11's own name the largest number in 309 digits.
/// @return  what is wrong; empty if nothing is
std::string positive(const std::string& text);
std::string not_negative(const std::string& text);

/// A program with the flags --backend, --seed and --profile, to which its own are added.
struct Program {
  Program(const std::string& name, const std::string& description);
  ~Program();
  /// Adds --quick and --quiet.
  void add_training_flags();

  /// Reads the flags, and calls body() if there is something to do.
  /// @return  the exit code: that of body(), or kCannotRun after an exception, which is printed
  int run(int argc, char** argv, const std::function<int()>& body);

  std::unique_ptr<CLI::App> app;
  std::string backend;
  std::uint64_t seed = 0;
  bool quick = false;
  bool quiet = false;
  std::string profile;  ///< the file for the trace; empty: the run is not profiled
  tinytorch::Device device = tinytorch::best_device();
};

}  // namespace examples
