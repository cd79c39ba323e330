#include "examples/xor_network/settings.h"

#include <CLI/CLI.hpp>

#include <string>

bool read_settings(int argc, char** argv, Settings& settings, int& code) {
  CLI::App app("Trains a 2-4-1 network on XOR.", "xor_network");
  std::string backend;
  app.add_option("--epochs", settings.epochs, "Steps of training, each on all four points")
      ->check(CLI::Range(1, 100'000'000))
      ->capture_default_str();
  app.add_option("--seed", settings.seed, "Where the random numbers of the first weights start")
      ->capture_default_str();
  app.add_option("--learning-rate", settings.learning_rate, "Of SGD")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--width", settings.width, "Hidden units")
      ->check(CLI::Range(1, 65536))
      ->capture_default_str();
  app.add_option("--backend", backend, "cpu or cuda; the GPU where there is one unless named, else the CPU")
      ->check(CLI::IsMember({"cpu", "cuda"}));
  app.add_option("--seeds", settings.seeds,
                 "Train from so many seeds, --seed being the first, and count the solved")
      ->check(CLI::Range(1, 100'000'000));
  app.add_flag("--verbose", settings.verbose, "Report every epoch, with twelve digits of the loss");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    code = app.exit(error) == 0 ? kSolved : kCannotRun;  // --help is such an error, with code 0
    return false;
  }
  if (!backend.empty()) settings.device = tinytorch::Device::parse(backend);
  return true;
}
