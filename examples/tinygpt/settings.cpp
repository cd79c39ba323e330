#include "examples/tinygpt/settings.h"

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>

#include <CLI/CLI.hpp>

#include "examples/common/program.h"

namespace {

constexpr int kMost = 1'000'000'000, kLargest = 1 << 20;

/// A setting that a checkpoint keeps: it belongs to the model.
struct Size {
  const char* name;
  std::int64_t Settings::*member;
  std::int64_t least;
  const char* help;
};
constexpr Size kSizes[] = {
    {"vocabulary", &Settings::vocabulary, 0, "Byte pairs to learn from the text, as 1024; 0: characters"},
    {"context", &Settings::context, 1, "Tokens of a sequence"},
    {"width", &Settings::width, 1, "Features of a token"},
    {"heads", &Settings::heads, 1, "Of the attention"},
    {"layers", &Settings::layers, 1, "Transformer blocks"}};

}  // namespace

void add_flags(CLI::App& app, Settings& s) {
  app.add_option("--text", s.text,
                 "Any text file; by default the King James Bible of Debian's package bible-kjv")
      ->check(CLI::ExistingFile);
  for (const Size& size : kSizes) {
    app.add_option(std::string("--") + size.name, s.*size.member, size.help)
        ->check(CLI::Range(size.least, std::int64_t{kLargest}))
        ->capture_default_str();
  }
  app.get_option("--vocabulary")->check([](const std::string& text) {
    const long long size = std::atoll(text.c_str());
    return size == 0 || size >= 256 ? ""
                                    : "is " + text + "; it must be 0, or at least 256, the number of bytes";
  });
  CLI::Option* const steps =
      app.add_option("--steps", s.steps, "Of training")->check(CLI::Range(1, kMost))->capture_default_str();
  app.add_option("--epochs", s.epochs, "Passes over the text, instead of steps")
      ->check(CLI::Range(1, kMost))
      ->excludes(steps);
  app.add_option("--batch", s.batch, "Sequences of a step")->check(examples::positive)->capture_default_str();
  app.add_option("--dropout", s.dropout, "Helps for small texts")
      ->check(CLI::Range(0.0, 0.99))
      ->capture_default_str();
  app.add_option("--learning-rate", s.learning_rate, "The highest of the schedule")
      ->check(examples::positive)
      ->capture_default_str();
  app.add_option("--output", s.output, "Where checkpoints and logs go")->capture_default_str();
  app.add_flag("--resume", s.resume, "Go on with the last checkpoint, and the sizes of its model");
  app.add_flag("--generate", s.generate, "Only write text, by the model that was trained");
  app.add_option("--prompt", s.prompt, "How the text begins")
      ->check([](const std::string& text) { return std::string(text.empty() ? "is empty" : ""); })
      ->capture_default_str();
  app.add_option("--length", s.length, "Tokens to write")
      ->check(examples::not_negative)
      ->capture_default_str();
  app.add_option("--temperature", s.temperature, "Higher is bolder; 0 takes the likeliest token")
      ->check(CLI::Range(0.0, 1000.0))
      ->capture_default_str();
  app.add_option("--top-k", s.top_k, "Choose among the k likeliest tokens; 0: among all")
      ->check(examples::not_negative)
      ->capture_default_str();
  app.add_option("--top-p", s.top_p, "Choose among the likeliest tokens whose probabilities add up to this")
      ->check(CLI::Range(1e-6, 1.0))
      ->capture_default_str();
  app.add_flag("--no-cache", s.no_cache, "Compute the keys and values of all tokens again for each");
}

void make_quick(const CLI::App& app, Settings& s) {
  const auto quick = [&](const char* flag, auto& value, const auto& small) {
    if (app.count(flag) == 0) value = small;
  };
  quick("--steps", s.steps, 20);
  quick("--batch", s.batch, 8);
  quick("--context", s.context, 32);
  quick("--width", s.width, 32);
  quick("--layers", s.layers, 2);
  quick("--length", s.length, 40);
  quick("--output", s.output, kQuickOutput);
}

std::map<std::string, std::string> config_of(const Settings& settings) {
  std::map<std::string, std::string> config;
  for (const Size& size : kSizes) config[size.name] = std::to_string(settings.*size.member);
  return config;
}

void read_config(const std::string& path, const std::map<std::string, std::string>& config,
                 Settings& settings) {
  for (const auto& [name, member, least, help] : kSizes) {
    const auto found = config.find(name);
    const std::string text = found == config.end() ? "" : found->second;
    std::int64_t& value = settings.*member;
    const char* const end = text.data() + text.size();
    const auto [parsed, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || parsed != end || value < least || value > kLargest)
      throw std::runtime_error(path + " has no valid " + name +
                               ": another program, or an earlier version of this one, wrote it");
  }
}
