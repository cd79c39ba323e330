#pragma once

#include <set>
#include <string>
#include <vector>

namespace tito {

/// A value in the log of a training run, at a step.
struct LoggedValue {
  double step = 0;
  double seconds = 0;  ///< since the last start at step 0
  double value = 0;
};

/// A key of the log of a training run, as nn/train/json_log.h writes it.
struct RunLog {
  std::string name;                      ///< the path that was given
  std::vector<LoggedValue> steps;        ///< of the events "step"
  std::vector<LoggedValue> validations;  ///< of the events "validation"
  std::set<std::string> keys;            ///< all keys of these events that hold numbers
};

/// Reads one key. A run that was resumed replaces the steps that it makes again. A line that is not whole, as
/// a program leaves it that was killed, does not count at the end and before a start; neither do values that
/// are null.
/// @param path  the file, or a directory with log.jsonl
/// @throws std::runtime_error  the file cannot be read, or a line is not an event
RunLog read_run_log(const std::string& path, const std::string& key);

}  // namespace tito
