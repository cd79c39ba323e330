#include "nn/train/checkpoint.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/internal/format.h"
#include "core/safetensors.h"

namespace tinytorch::nn {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr int kVersion = 1;
constexpr const char* kKey = "tinytorch.checkpoint";  // of the file's metadata

// -- JSON, which has no numbers that are not finite: they are null, and read as NaN

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(); }
double number_of(const Json& json) {
  return json.is_null() ? std::numeric_limits<double>::quiet_NaN() : json.get<double>();
}

Json json_of(const Evaluation& evaluation) {
  Json metrics = Json::array();
  for (const auto& [name, value] : evaluation.metrics) metrics.push_back({name, number(value)});
  return {{"loss", number(evaluation.loss)}, {"items", evaluation.items}, {"metrics", metrics}};
}

Evaluation evaluation_of(const Json& json) {
  Evaluation evaluation{.loss = number_of(json.at("loss")), .items = json.at("items")};
  for (const Json& metric : json.at("metrics")) {
    evaluation.metrics.emplace_back(metric.at(0), number_of(metric.at(1)));
  }
  return evaluation;
}

/// All but the tensors.
Json json_of(const Checkpoint& c) {
  Json json{{"version", kVersion},
            {"steps", c.steps},
            {"bad_validations", c.bad_validations},
            {"loader", {{"epoch", c.loader.epoch}, {"batch", c.loader.batch}}},
            {"random", {{"seed", c.random.seed}, {"offset", c.random.offset}}},
            {"averages", c.averages.size()},
            {"config", c.config}};
  if (c.best) json["best"] = json_of(*c.best);
  json["schedules"] = Json::array();
  for (const ScheduleState& schedule : c.schedules) {
    json["schedules"].push_back({{"steps", schedule.steps}, {"base_rates", schedule.base_rates}});
  }
  Json steps = Json::array();
  for (const ParameterState& parameter : c.optimizer.parameters) steps.push_back(parameter.steps);
  json["optimizer"] = {{"steps", c.optimizer.steps},
                       {"learning_rates", c.optimizer.learning_rates},
                       {"parameter_steps", std::move(steps)}};
  return json;
}

Checkpoint checkpoint_of(const Json& json) {
  Checkpoint c;
  c.steps = json.at("steps");
  c.bad_validations = json.at("bad_validations");
  c.loader = {json.at("loader").at("epoch"), json.at("loader").at("batch")};
  c.random = {json.at("random").at("seed"), json.at("random").at("offset")};
  c.config = json.at("config").get<std::map<std::string, std::string>>();
  if (json.contains("best")) c.best = evaluation_of(json.at("best"));
  for (const Json& schedule : json.at("schedules")) {
    c.schedules.push_back({.steps = schedule.at("steps"), .base_rates = schedule.at("base_rates")});
  }
  const Json& optimizer = json.at("optimizer");
  c.optimizer = {.steps = optimizer.at("steps"), .learning_rates = optimizer.at("learning_rates")};
  for (const Json& steps : optimizer.at("parameter_steps"))
    c.optimizer.parameters.push_back({.steps = steps});
  return c;
}

// -- tensors by name

struct MomentName {
  std::string_view name;
  Tensor ParameterState::*moment;
};
constexpr std::array kMoments{MomentName{"first", &ParameterState::first},
                              MomentName{"second", &ParameterState::second},
                              MomentName{"third", &ParameterState::third}};

std::map<std::string, Tensor> tensors_of(const Checkpoint& c) {
  std::map<std::string, Tensor> tensors;
  for (const auto& [name, value] : c.model) tensors.emplace("model." + name, value);
  for (std::size_t i = 0; i < c.optimizer.parameters.size(); ++i) {
    for (const auto& [name, moment] : kMoments) {
      const Tensor& value = c.optimizer.parameters[i].*moment;
      if (value.defined()) tensors.emplace(fmt::format("optimizer.{}.{}", i, name), value);
    }
  }
  for (std::size_t i = 0; i < c.averages.size(); ++i) {
    tensors.emplace(fmt::format("average.{}", i), c.averages[i]);
  }
  return tensors;
}

/// Takes tensors out of a file by their names, until none is left.
class TensorReader {
 public:
  explicit TensorReader(const SafetensorsFile& file) : file_(file) {
    for (const std::string& name : file.names()) left_.insert(name);
  }

  /// The tensor; undefined if there is none of this name.
  Tensor take(const std::string& name) { return left_.erase(name) == 0 ? Tensor() : file_.load(name); }

  /// All that are left, without the prefix of their names, which they must have.
  StateDict take_all(const std::string& path, std::string_view prefix) {
    StateDict tensors;
    for (const std::string& name : std::exchange(left_, {})) {
      if (!name.starts_with(prefix)) {
        fail<IoError>("load_checkpoint", "{}: has a tensor \"{}\", which no checkpoint has", path, name);
      }
      tensors.emplace(name.substr(prefix.size()), file_.load(name));
    }
    return tensors;
  }

 private:
  const SafetensorsFile& file_;
  std::set<std::string> left_;
};

std::string step_name(std::int64_t step) { return fmt::format("step_{:09}.safetensors", step); }

bool is_step_name(std::string_view name) {
  constexpr std::string_view kBegin = "step_", kEnd = ".safetensors";
  if (!name.starts_with(kBegin) || !name.ends_with(kEnd) || name.size() <= kBegin.size() + kEnd.size())
    return false;
  name = name.substr(kBegin.size(), name.size() - kBegin.size() - kEnd.size());
  return std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

void save_checkpoint(const std::string& path, const Checkpoint& checkpoint) {
  const OpScope scope("save_checkpoint");
  std::string description;
  try {
    description = json_of(checkpoint).dump();
  } catch (const Json::exception&) {
    fail<ValueError>("save_checkpoint", "an entry of the config, or the name of a metric, is not UTF-8");
  }
  save_safetensors(path, tensors_of(checkpoint), {{kKey, description}});
}

Checkpoint load_checkpoint(const std::string& path) {
  const OpScope scope("load_checkpoint");
  const SafetensorsFile file(path);
  const auto description = file.metadata().find(kKey);
  if (description == file.metadata().end()) {
    fail<IoError>("load_checkpoint", "{}: is no checkpoint; load_safetensors() reads its tensors", path);
  }
  Checkpoint checkpoint;
  std::size_t averages = 0;
  try {
    const Json json = Json::parse(description->second);
    if (json.at("version") != kVersion) {
      fail<IoError>("load_checkpoint", "{}: is of version {}; only version {} can be read", path,
                    json.at("version").dump(), kVersion);
    }
    checkpoint = checkpoint_of(json);
    averages = json.at("averages");
  } catch (const Json::exception& error) {
    fail<IoError>("load_checkpoint", "{}: its description is malformed: {}", path, error.what());
  }
  TensorReader reader(file);
  for (std::size_t i = 0; i < checkpoint.optimizer.parameters.size(); ++i) {
    for (const auto& [name, moment] : kMoments) {
      checkpoint.optimizer.parameters[i].*moment = reader.take(fmt::format("optimizer.{}.{}", i, name));
    }
  }
  for (std::size_t i = 0; i < averages; ++i) {
    checkpoint.averages.push_back(reader.take(fmt::format("average.{}", i)));
    if (!checkpoint.averages.back().defined()) {
      fail<IoError>("load_checkpoint", "{}: average {} is missing", path, i);
    }
  }
  checkpoint.model = reader.take_all(path, "model.");
  return checkpoint;
}

CheckpointDirectory::CheckpointDirectory(std::string path, std::int64_t keep)
    : path_(std::move(path)), keep_(keep) {
  if (keep < 1) fail<ValueError>("CheckpointDirectory", "keep is {}; it must be positive", keep);
  std::error_code error;
  fs::create_directories(path_, error);
  if (error) {
    fail<IoError>("CheckpointDirectory", "{}: cannot be created as a directory: {}", path_, error.message());
  }
}

std::string CheckpointDirectory::save(const Checkpoint& checkpoint) const {
  std::string path = fs::path(path_) / step_name(checkpoint.steps);
  save_checkpoint(path, checkpoint);
  const std::vector<std::string> all = numbered();
  for (std::size_t i = 0; i + static_cast<std::size_t>(keep_) < all.size(); ++i) {
    std::error_code error;
    fs::remove(all[i], error);
    if (error) fail<IoError>("CheckpointDirectory", "{}: cannot be removed: {}", all[i], error.message());
  }
  return path;
}

std::string CheckpointDirectory::save_best(const Checkpoint& checkpoint) const {
  std::string path = fs::path(path_) / "best.safetensors";
  save_checkpoint(path, checkpoint);
  return path;
}

std::string CheckpointDirectory::latest() const {
  const std::vector<std::string> all = numbered();
  return all.empty() ? "" : all.back();
}

std::vector<std::string> CheckpointDirectory::numbered() const {
  std::vector<std::string> paths;
  std::error_code error;
  for (fs::directory_iterator entry(path_, error), end; !error && entry != end; entry.increment(error)) {
    if (is_step_name(entry->path().filename().native())) paths.push_back(entry->path());
  }
  if (error) fail<IoError>("CheckpointDirectory", "{}: cannot be read: {}", path_, error.message());
  // By number: one of more digits is larger.
  std::ranges::sort(paths, {}, [](const std::string& path) { return std::pair(path.size(), path); });
  return paths;
}

}  // namespace tinytorch::nn
