#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/random.h"
#include "core/tensor.h"
#include "nn/data/data_loader.h"
#include "nn/module.h"
#include "nn/optim/optimizer.h"
#include "nn/optim/schedule.h"
#include "nn/train/callback.h"

namespace tinytorch::nn {

/// All that a training run needs to go on, bit for bit, as if it had not been interrupted. Trainer writes and
/// reads checkpoints by its option `checkpoints`; a loop of one's own fills in what it uses.
struct Checkpoint {
  StateDict model = {};
  OptimizerState optimizer = {};
  std::vector<ScheduleState> schedules = {};
  std::vector<Tensor> averages = {};  ///< of an ExponentialMovingAverage
  DataLoaderState loader = {};
  RandomStream random = {};          ///< of default_generator()
  std::int64_t steps = 0;            ///< of the trainer
  std::int64_t bad_validations = 0;  ///< since the best one
  std::optional<Evaluation> best = {};
  std::map<std::string, std::string> config =
      {};  ///< what the user wants to find again, such as sizes of the model
};

/// Writes a checkpoint as a safetensors file, which other programs can read, too: the model's tensors are
/// named "model.NAME". The file is replaced as a whole, so that a crash never leaves half of one.
/// ```cpp
/// nn::Dense model(2, 1);
/// nn::Adam optimizer(model.parameters());
/// const std::string path = std::filesystem::temp_directory_path() / "tinytorch_example.safetensors";
/// nn::save_checkpoint(path, {.model = model.state_dict(), .optimizer = optimizer.state()});
/// const nn::Checkpoint saved = nn::load_checkpoint(path);
/// model.load_state_dict(saved.model);
/// optimizer.load(saved.optimizer);
/// std::filesystem::remove(path);
/// ```
/// @throws IoError  the file cannot be written; what is at the path is unchanged
void save_checkpoint(const std::string& path, const Checkpoint& checkpoint);

/// Reads a checkpoint, with tensors on the CPU.
/// @throws IoError  the file cannot be read, is no safetensors file, or no checkpoint of this version
Checkpoint load_checkpoint(const std::string& path);

/// The path of the last numbered checkpoint in a directory; empty if there is none.
/// @throws IoError  the directory cannot be read
std::string latest_checkpoint(const std::string& directory);

/// The checkpoints of a run in a directory: step_NUMBER.safetensors, of which the last few are kept, and
/// best.safetensors.
class CheckpointDirectory {
 public:
  /// Creates the directory if there is none.
  /// @param keep  how many of the last checkpoints are kept, besides the best
  /// @throws IoError     the directory cannot be created
  /// @throws ValueError  keep is not positive
  CheckpointDirectory(std::string path, std::int64_t keep);

  /// Writes a checkpoint, and then removes those that are too many, and those of later steps: an earlier run
  /// left them.
  /// @return  its path
  /// @throws IoError  as save_checkpoint(), or an old one cannot be removed
  std::string save(const Checkpoint& checkpoint) const;
  /// Writes best.safetensors.
  /// @return  its path
  std::string save_best(const Checkpoint& checkpoint) const;

 private:
  std::string path_;
  std::int64_t keep_;
};

}  // namespace tinytorch::nn
