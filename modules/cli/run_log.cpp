#include "modules/cli/run_log.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>

namespace tito {
namespace {

using Json = nlohmann::json;

/// A number of an event; nothing if the key is missing or its value is none, as null.
std::optional<double> number(const Json& event, const std::string& key) {
  const auto found = event.find(key);
  if (found == event.end() || !found->is_number()) return std::nullopt;
  return found->get<double>();
}

/// A run that is resumed goes on after its last checkpoint, which can be before the last step that was
/// logged.
void forget_after(std::vector<LoggedValue>& values, double step) {
  std::erase_if(values, [&](const LoggedValue& value) { return value.step > step; });
}

class LogReader {
 public:
  LogReader(RunLog& log, const std::string& key) : log_(log), key_(key) {}

  /// @return  the kind of the event; empty if the line is none
  std::string read(const std::string& line) {
    const Json event = Json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!event.is_object()) return {};
    const auto kind = event.find("event");
    const std::optional<double> step = number(event, "step"), time = number(event, "time");
    if (kind == event.end() || !kind->is_string() || !step || !time) return {};
    if (!start_ || (*kind == "start" && *step == 0)) start_ = time;
    if (*kind == "start") {
      forget_after(log_.steps, *step);
      forget_after(log_.validations, *step);
    }
    if (*kind == "step") add(event, *step, *time - *start_, log_.steps);
    if (*kind == "validation") add(event, *step, *time - *start_, log_.validations);
    return *kind;
  }

 private:
  void add(const Json& event, double step, double seconds, std::vector<LoggedValue>& values) {
    for (const auto& [name, value] : event.items()) {
      if (value.is_number()) log_.keys.insert(name);
    }
    if (const std::optional<double> value = number(event, key_)) values.push_back({step, seconds, *value});
  }

  RunLog& log_;
  const std::string& key_;
  std::optional<double> start_;
};

}  // namespace

RunLog read_run_log(const std::string& path, const std::string& key) {
  const bool is_directory = std::filesystem::is_directory(path);
  const std::string file_path = is_directory ? (std::filesystem::path(path) / "log.jsonl").string() : path;
  std::ifstream file(file_path);
  if (!file) throw std::runtime_error(fmt::format("{} cannot be read", file_path));
  RunLog log{.name = path, .steps = {}, .validations = {}, .keys = {}};
  LogReader reader(log, key);
  // A run that was killed can leave a part of a line: at the end, or before the next run's start.
  std::size_t number = 0, broken = 0;
  const auto refuse = [&] {
    throw std::runtime_error(fmt::format("{}: line {} is not an event of a training run", file_path, broken));
  };
  for (std::string line; std::getline(file, line);) {
    const std::string kind = reader.read(line);
    ++number;
    if (broken > 0 && kind != "start") refuse();
    broken = kind.empty() && !file.eof() ? number : 0;  // a whole line ends before the file does
  }
  if (broken > 0) refuse();
  if (file.bad()) throw std::runtime_error(fmt::format("{} cannot be read", file_path));
  return log;
}

}  // namespace tito
