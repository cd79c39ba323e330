#include "examples/xor_network/settings.h"

#include <CLI/CLI.hpp>

#include "examples/common/program.h"

void add_flags(CLI::App& app, Settings& settings) {
  app.add_option("--epochs", settings.epochs, "Steps of training, each on all four points")
      ->check(CLI::Range(1, 100'000'000))
      ->capture_default_str();
  app.add_option("--learning-rate", settings.learning_rate, "Of SGD")
      ->check(examples::positive)
      ->capture_default_str();
  app.add_option("--width", settings.width, "Hidden units")
      ->check(CLI::Range(1, 65536))
      ->capture_default_str();
  app.add_option("--seeds", settings.seeds,
                 "Train from so many seeds, --seed being the first, and count the solved")
      ->check(CLI::Range(1, 100'000'000));
  app.add_flag("--verbose", settings.verbose, "Report every epoch, with twelve digits of the loss");
}
