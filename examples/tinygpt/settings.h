#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace CLI {  // NOLINT(readability-identifier-naming): CLI11's
class App;
}

constexpr const char* kQuickOutput = "runs/tinygpt_quick";

struct Settings {
  std::string text;
  std::int64_t vocabulary = 0;
  std::int64_t steps = 3000, epochs = 0;
  std::int64_t batch = 32;
  std::int64_t context = 128, width = 128, heads = 4, layers = 4;
  double dropout = 0;
  double learning_rate = 0.003;
  std::string output = "runs/tinygpt";
  bool resume = false, generate = false;
  std::string prompt = "And ";
  std::int64_t length = 400;
  double temperature = 0.8, top_p = 1;
  std::int64_t top_k = 0;
  bool no_cache = false;
};

void add_flags(CLI::App& app, Settings& settings);

/// Settings of a run of seconds, for flags that were not given.
void make_quick(const CLI::App& app, Settings& settings);

/// The vocabulary and the sizes of the model, for a checkpoint's config.
std::map<std::string, std::string> config_of(const Settings& settings);
/// Takes them from a checkpoint.
/// @throws std::runtime_error  the checkpoint at `path` is not of tinygpt
void read_config(const std::string& path, const std::map<std::string, std::string>& config,
                 Settings& settings);
