#include "examples/common/program.h"

#include <CLI/CLI.hpp>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "core/profiler.h"

namespace examples {
namespace {

/// Calls body() while a Profiler records, prints the table and writes the trace.
int run_profiled(const std::string& trace, const std::function<int()>& body) {
  // What cannot be written is an error now, and not after the run.
  tinytorch::write_chrome_trace(trace, {});
  // Waiting for the GPU, so that each kernel has the time that it takes there.
  tinytorch::Profiler profiler({.synchronize = true});
  const int code = body();
  const tinytorch::Profile profile = profiler.stop();
  std::printf("\n%s", to_string(profile).c_str());
  write_chrome_trace(trace, profile);
  return code;
}

int run_body(Program& program, const std::function<int()>& body) {
  try {
    if (!program.backend.empty()) program.device = tinytorch::Device::parse(program.backend);
    if (!tinytorch::is_available(program.device)) {
      std::fprintf(stderr, "backend %s is not available: %s\n", name(program.device.type),
                   unavailable_reason(program.device.type).c_str());
      return kCannotRun;
    }
    return program.profile.empty() ? body() : run_profiled(program.profile, body);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return kCannotRun;
  }
}

int parse_and_run(Program& program, int argc, char** argv, const std::function<int()>& body) {
  try {
    program.app->parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return program.app->exit(error) == 0 ? kDone : kCannotRun;  // --help is such an error, with code 0
  }
  return run_body(program, body);
}

}  // namespace

std::string positive(const std::string& text) {
  const double value = std::strtod(text.c_str(), nullptr);
  return value > 0 && std::isfinite(value) ? "" : "is " + text + "; it must be positive and finite";
}

std::string not_negative(const std::string& text) {
  return std::strtod(text.c_str(), nullptr) >= 0 ? "" : "is " + text + "; it must not be negative";
}

Program::Program(const std::string& name, const std::string& description)
    : app(std::make_unique<CLI::App>(description, name)) {
  app->add_option("--backend", backend, "cpu or cuda; the GPU where there is one unless named, else the CPU")
      ->check(CLI::IsMember({"cpu", "cuda"}));
  app->add_option("--seed", seed, "Of all random numbers")
      ->check(not_negative)  // or -1 would be 2^64 - 1
      ->capture_default_str();
  app->add_option("--profile", profile,
                  "Print which ops took the time, and write the trace to this file, for ./tito plot");
}

Program::~Program() = default;

void Program::add_training_flags() {
  app->add_flag("--quick", quick, "A small run of seconds, to see that it works");
  app->add_flag("--quiet", quiet, "No progress");
}

int Program::run(int argc, char** argv, const std::function<int()>& body) {
  const int code = parse_and_run(*this, argc, argv, body);
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  std::fprintf(stderr, "standard output could not be written\n");
  return code == kDone ? kFailed : code;
}

}  // namespace examples
