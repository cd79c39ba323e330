#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tinytorch::nn {

/// What a model is worth on a dataset.
struct Evaluation {
  double loss = 0;                                           ///< the mean over all items
  std::int64_t items = 0;                                    ///< their number
  std::vector<std::pair<std::string, double>> metrics = {};  ///< the names and values, in the trainer's order
};

/// Where a training run is, after its last step.
struct TrainingState {
  std::int64_t steps = 0;        ///< of the optimizer
  std::int64_t total_steps = 0;  ///< of the whole run, if it does not stop early
  std::int64_t epoch = 0;        ///< from 0
  std::int64_t batch = 0;        ///< the batches of the epoch that were taken
  std::int64_t batches = 0;      ///< those that the run takes of the epoch: all, but for a last part of one
  std::int64_t items = 0;        ///< of the last step
  double loss = 0;               ///< of the last step, the mean over its items
  double learning_rate = 0;      ///< of the last step, of the first group of parameters
  double gradient_norm = 0;      ///< of the last step, before it was clipped; 0 if nothing clips
};

/// Why a training run ended.
enum class StopReason {
  completed,    ///< all epochs or steps were made
  no_progress,  ///< early stopping: the validation did not improve
  requested,    ///< Trainer::stop() was called
  interrupted,  ///< SIGINT (Ctrl-C) or SIGTERM; see InterruptGuard
};

/// Receives the events of a training run, in their order. Exceptions end the run, and reach the caller of
/// Trainer::fit(). Progress, logs and TensorBoard are callbacks.
class Callback {
 public:
  Callback() = default;
  virtual ~Callback() = default;
  Callback(const Callback&) = delete;
  Callback& operator=(const Callback&) = delete;

  /// Before the first step of this run, which may go on with an earlier one.
  virtual void on_start(const TrainingState&) {}
  /// After each step of the optimizer.
  virtual void on_step(const TrainingState&) {}
  /// After each validation.
  virtual void on_validation(const TrainingState&, const Evaluation&) {}
  /// After a checkpoint was written.
  virtual void on_checkpoint(const TrainingState&, const std::string& /*path*/) {}
  /// After the last step.
  virtual void on_end(const TrainingState&, StopReason) {}
};

}  // namespace tinytorch::nn
