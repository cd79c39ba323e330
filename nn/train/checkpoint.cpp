#include "nn/train/checkpoint.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>

#include "core/internal/file.h"
#include "core/internal/format.h"
#include "core/safetensors.h"

namespace tinytorch::nn {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr int kVersion = 1;
constexpr const char* kKey = "tinytorch.checkpoint";  // of the file's metadata

// -- JSON, which has no numbers that are not finite: they are texts

Json number(double value) {
  if (std::isfinite(value)) return value;
  return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}
double number_of(const Json& json) {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  if (json == "inf") return kInf;
  if (json == "-inf") return -kInf;
  return json == "nan" ? std::numeric_limits<double>::quiet_NaN() : json.get<double>();
}

/// A whole number that the type has, which nlohmann's own conversion does not check.
template <class T>
T integer_of(const Json& json) {
  const bool fits = json.is_number_unsigned()
                        ? json.get<std::uint64_t>() <= std::uint64_t{std::numeric_limits<T>::max()}
                        : json.is_number_integer() && std::is_signed_v<T>;
  if (!fits) throw std::range_error(json.dump() + " is not a whole number in range");
  return json.get<T>();
}
std::int64_t count_of(const Json& json) { return integer_of<std::int64_t>(json); }

Json numbers(const std::vector<double>& values) {
  Json json = Json::array();
  for (const double value : values) json.push_back(number(value));
  return json;
}
std::vector<double> numbers_of(const Json& json) {
  std::vector<double> values;
  for (const Json& value : json) values.push_back(number_of(value));
  return values;
}

Json json_of(const Evaluation& evaluation) {
  Json metrics = Json::array();
  for (const auto& [name, value] : evaluation.metrics) metrics.push_back({name, number(value)});
  return {{"loss", number(evaluation.loss)}, {"items", evaluation.items}, {"metrics", metrics}};
}

Evaluation evaluation_of(const Json& json) {
  Evaluation evaluation{.loss = number_of(json.at("loss")), .items = count_of(json.at("items"))};
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
    json["schedules"].push_back({{"steps", schedule.steps}, {"base_rates", numbers(schedule.base_rates)}});
  }
  Json steps = Json::array();
  for (const ParameterState& parameter : c.optimizer.parameters) steps.push_back(parameter.steps);
  json["optimizer"] = {{"steps", c.optimizer.steps},
                       {"learning_rates", numbers(c.optimizer.learning_rates)},
                       {"parameter_steps", std::move(steps)}};
  return json;
}

Checkpoint checkpoint_of(const Json& json) {
  Checkpoint c;
  c.steps = count_of(json.at("steps"));
  c.bad_validations = count_of(json.at("bad_validations"));
  c.loader = {count_of(json.at("loader").at("epoch")), count_of(json.at("loader").at("batch"))};
  c.random = {integer_of<std::uint64_t>(json.at("random").at("seed")),
              integer_of<std::uint64_t>(json.at("random").at("offset"))};
  c.config = json.at("config").get<std::map<std::string, std::string>>();
  if (json.contains("best")) c.best = evaluation_of(json.at("best"));
  for (const Json& schedule : json.at("schedules")) {
    c.schedules.push_back(
        {.steps = count_of(schedule.at("steps")), .base_rates = numbers_of(schedule.at("base_rates"))});
  }
  const Json& optimizer = json.at("optimizer");
  c.optimizer = {.steps = count_of(optimizer.at("steps")),
                 .learning_rates = numbers_of(optimizer.at("learning_rates"))};
  for (const Json& steps : optimizer.at("parameter_steps"))
    c.optimizer.parameters.push_back({.steps = count_of(steps)});
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

/// The numbered checkpoints, from first to last.
std::vector<std::string> numbered(const char* op, const std::string& directory) {
  std::vector<std::string> paths;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error)) {
    if (is_step_name(entry->path().filename().native())) paths.push_back(entry->path());
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    fail<IoError>(op, "{}: cannot be read: {}", directory, error.message());
  }
  // By number: one of more digits is larger.
  std::ranges::sort(paths, {}, [](const std::string& path) { return std::pair(path.size(), path); });
  return paths;
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
    averages = integer_of<std::size_t>(json.at("averages"));
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
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
  create_directories("CheckpointDirectory", path_);
}

std::string CheckpointDirectory::save(const Checkpoint& checkpoint) const {
  std::string path = fs::path(path_) / step_name(checkpoint.steps);
  save_checkpoint(path, checkpoint);
  const std::vector<std::string> all = numbered("CheckpointDirectory", path_);
  const std::int64_t own = std::ranges::find(all, path) - all.begin();
  for (std::int64_t i = 0; const std::string& each : all) {
    const std::int64_t before = own - i++;  // how many steps earlier it was saved
    std::error_code error;
    if (before < 0 || before >= keep_) fs::remove(each, error);
    if (error) fail<IoError>("CheckpointDirectory", "{}: cannot be removed: {}", each, error.message());
  }
  return path;
}

std::string CheckpointDirectory::save_best(const Checkpoint& checkpoint) const {
  std::string path = fs::path(path_) / "best.safetensors";
  save_checkpoint(path, checkpoint);
  return path;
}

std::string latest_checkpoint(const std::string& directory) {
  const std::vector<std::string> all = numbered("latest_checkpoint", directory);
  return all.empty() ? "" : all.back();
}

}  // namespace tinytorch::nn
