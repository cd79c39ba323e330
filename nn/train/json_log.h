#pragma once

#include <fstream>
#include <string>

#include "nn/train/callback.h"

namespace tinytorch::nn {

/// Appends each event of a training run to a file, as a line of JSON (jsonlines.org) with the keys "event"
/// (start, step, validation, checkpoint or end), "time" (seconds since 1970), "step" and "epoch"; those of
/// "step" also have "loss", "learning_rate", "gradient_norm" and "items", those of "validation" "loss",
/// "items" and each metric whose name is none of these keys; "start" has "total_steps", "checkpoint" "path",
/// "end" "reason". A value that is not finite is null.
class JsonLog : public Callback {
 public:
  /// @throws IoError  the file cannot be opened
  explicit JsonLog(const std::string& path);

  // All of them throw IoError if the line cannot be written.
  void on_start(const TrainingState& state) override;
  void on_step(const TrainingState& state) override;
  void on_validation(const TrainingState& state, const Evaluation& evaluation) override;
  void on_checkpoint(const TrainingState& state, const std::string& path) override;
  void on_end(const TrainingState& state, StopReason reason) override;

 private:
  void write(const std::string& line);

  std::string path_;
  std::ofstream out_;
};

}  // namespace tinytorch::nn
