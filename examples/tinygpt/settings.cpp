#include "examples/tinygpt/settings.h"

#include <CLI/CLI.hpp>

constexpr int kMost = 1'000'000'000;

void add_flags(CLI::App& app, Settings& s) {
  app.add_option("--text", s.text,
                 "Any text file; by default the King James Bible of Debian's package bible-kjv")
      ->check(CLI::ExistingFile);
  app.add_option("--vocabulary", s.vocabulary, "Byte pairs to learn from the text, as 1024; 0: characters")
      ->check(CLI::Range(0, 1 << 20))
      ->capture_default_str();
  CLI::Option* const steps =
      app.add_option("--steps", s.steps, "Of training")->check(CLI::Range(1, kMost))->capture_default_str();
  app.add_option("--epochs", s.epochs, "Passes over the text, instead of steps")
      ->check(CLI::Range(1, kMost))
      ->excludes(steps);
  app.add_option("--batch", s.batch, "Sequences of a step")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--context", s.context, "Tokens of a sequence")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--width", s.width, "Features of a token")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--heads", s.heads, "Of the attention")->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--layers", s.layers, "Transformer blocks")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--dropout", s.dropout, "Helps for small texts")
      ->check(CLI::Range(0.0, 0.99))
      ->capture_default_str();
  app.add_option("--learning-rate", s.learning_rate, "The highest of the schedule")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--output", s.output, "Where checkpoints and logs go")->capture_default_str();
  app.add_flag("--resume", s.resume, "Go on with the last checkpoint");
  app.add_flag("--generate", s.generate, "Only write text, by the model that was trained");
  app.add_option("--prompt", s.prompt, "How the text begins")
      ->check([](const std::string& text) { return std::string(text.empty() ? "is empty" : ""); })
      ->capture_default_str();
  app.add_option("--length", s.length, "Tokens to write")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--temperature", s.temperature, "Higher is bolder; 0 takes the likeliest token")
      ->check(CLI::Range(0.0, 1000.0))
      ->capture_default_str();
  app.add_option("--top-k", s.top_k, "Choose among the k likeliest tokens; 0: among all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--top-p", s.top_p, "Choose among the likeliest tokens whose probabilities add up to this")
      ->check(CLI::Range(1e-6, 1.0))
      ->capture_default_str();
  app.add_flag("--no-cache", s.no_cache, "Compute the keys and values of all tokens again for each");
}

void make_quick(Settings& s) {
  s.steps = 20;
  s.batch = 8;
  s.context = 32;
  s.width = 32;
  s.layers = 2;
  s.length = 40;
}
