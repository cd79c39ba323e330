#pragma once

#include <cstdint>
#include <fstream>
#include <string>

#include "nn/train/callback.h"

namespace tinytorch::nn {

/// Writes a training run as a TensorBoard event file, to be seen by `tensorboard --logdir DIRECTORY`: the
/// scalars "train/loss", "train/learning_rate" and "train/gradient_norm" of each step, and "validation/loss"
/// and each metric of each validation.
class TensorBoardLog : public Callback {
 public:
  /// Creates a new file events.out.tfevents.* in the directory, which is created if there is none.
  /// @throws IoError  the directory or the file cannot be created
  explicit TensorBoardLog(const std::string& directory);

  // These throw IoError if the file cannot be written.
  void on_step(const TrainingState& state) override;
  void on_validation(const TrainingState& state, const Evaluation& evaluation) override;
  void on_end(const TrainingState& state, StopReason reason) override;

  /// Writes a scalar of one's own.
  /// @throws IoError  the file cannot be written
  void scalar(const std::string& tag, double value, std::int64_t step);

  /// The path of the file.
  const std::string& path() const { return path_; }

 private:
  void write_record(const std::string& data);
  void flush();

  std::string path_;
  std::ofstream out_;
};

}  // namespace tinytorch::nn
