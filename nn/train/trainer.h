#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "autograd/variable.h"
#include "core/tensor.h"
#include "nn/data/data_loader.h"
#include "nn/module.h"
#include "nn/optim/moving_average.h"
#include "nn/optim/optimizer.h"
#include "nn/optim/schedule.h"
#include "nn/train/callback.h"
#include "nn/train/checkpoint.h"
#include "nn/train/metrics.h"

namespace tinytorch::nn {

/// The mean loss of a batch: of the model's output for the batch's first tensor, and its second tensor, the
/// target. The losses of nn/loss.h are such functions.
using Criterion = std::function<Variable(const Variable& output, const Variable& target)>;

/// Where and when a Trainer saves checkpoints: numbered ones, and best.safetensors after the best validation
/// so far. With average_decay, their `averages` are what was validated. A run that begins anew replaces the
/// checkpoints that an earlier one left in the directory.
struct CheckpointOptions {
  std::string directory = {};                      ///< see CheckpointDirectory; empty: nothing is saved
  std::int64_t every = 0;                          ///< steps from one to the next; 0: after each epoch
  std::int64_t keep = 3;                           ///< how many of the last are kept, besides the best
  std::map<std::string, std::string> config = {};  ///< is saved with each
};

/// The options of a Trainer.
struct TrainerOptions {
  std::int64_t epochs = 1;      ///< in all, with those before a run that is resumed
  std::int64_t steps = 0;       ///< in all; 0: as many as the epochs have
  std::int64_t accumulate = 1;  ///< batches of one step, whose gradients are added
  double clip_norm = 0;         ///< of the gradients, see clip_grad_norm(); 0: they are not clipped
  double average_decay = 0;     ///< validates an ExponentialMovingAverage of this decay; 0: the parameters
  /// Steps from one validation to the next; 0: after each epoch. Another one follows the last step of a run
  /// that is completed.
  std::int64_t validate_every = 0;
  std::int64_t patience = 0;    ///< validations without improvement that stop the run; 0: none does
  bool detect_anomaly = false;  ///< a NaN in a gradient is an error that names the op, see DetectAnomaly
  CheckpointOptions checkpoints = {};
  bool step_schedule_each_epoch = false;  ///< and not after each step
};

/// What a run of a Trainer was worth.
struct TrainingResult {
  StopReason reason = StopReason::completed;
  TrainingState state = {};
  std::optional<Evaluation> validation = {};  ///< the last one of this call, empty if none was due
  std::optional<Evaluation> best = {};        ///< the best one, by the first metric, or else by the loss
};

/// Trains a model: steps, validation, early stopping, and callbacks for all else. The same in a loop of one's
/// own:
///
/// ```cpp
/// const auto data = std::make_shared<nn::TensorDataset>(std::vector{randn({64, 2}), randint(0, 3, {64})});
/// nn::DataLoader loader(data, {.batch_size = 16, .shuffle = true});
/// nn::Sequential model{nn::Dense(2, 8), nn::ReLU(), nn::Dense(8, 3)};
/// nn::Adam optimizer(model.parameters());
/// const nn::CrossEntropyLoss criterion;
/// for (int epoch = 0; epoch < 5; ++epoch) {
///   for (const nn::Batch& batch : loader) {
///     const Variable loss = criterion(model(Variable(batch[0])), batch[1]);
///     optimizer.zero_grad();
///     loss.backward();
///     optimizer.step();
///   }
/// }
///
/// nn::Trainer trainer(model, optimizer, criterion, {.epochs = 10, .clip_norm = 1});  // and five more
/// nn::Accuracy accuracy;
/// trainer.add(accuracy);
/// nn::DataLoader validation(data, {.batch_size = 32});
/// const nn::TrainingResult result = trainer.fit(loader, &validation);
/// if (result.validation) std::cout << result.validation->metrics[0].second;
/// ```
///
/// A step of several batches has the gradient of the mean over all their items, also if one batch is smaller
/// than the others; the last step of an epoch has the batches that are left. The model, the optimizer and
/// what is added must outlive the trainer.
class Trainer {
 public:
  /// @throws ValueError  an option is out of range, or the criterion is empty
  /// @throws IoError     the directory of checkpoints cannot be created
  Trainer(Module& model, Optimizer& optimizer, Criterion criterion, TrainerOptions options = {});

  /// Lets a schedule set the learning rates.
  void add(Schedule& schedule) { schedules_.push_back(&schedule); }
  /// Computes a metric at each validation. The first one decides which is the best, instead of the loss.
  void add(Metric& metric) { metrics_.push_back(&metric); }
  /// Tells a callback what happens.
  void add(Callback& callback) { callbacks_.push_back(&callback); }

  /// Trains until the epochs or steps of the options are made, saves the last checkpoint, and leaves the
  /// model in evaluation mode. A run that ended early goes on if fit() is called again.
  /// @throws ValueError  the loader has no batches, or both loaders are one; or a loss is not finite: the
  ///                     message names the step, and the parameters are those before it
  /// @throws ShapeError  the criterion does not return one number
  /// @throws as the model, the criterion, the loaders and the callbacks; parameters and moments are then
  ///         those after the last step. Another call goes on with the next step; a validation or checkpoint
  ///         that failed is not made up for
  TrainingResult fit(DataLoader& loader, DataLoader* validation = nullptr);
  /// The mean loss and the metrics of the model in evaluation mode, over a loader's first epoch. The loader's
  /// position does not change.
  /// @throws as the model, the criterion, the loader and the metrics
  Evaluation evaluate(DataLoader& loader);
  /// All that another trainer, made in the same way, needs to go on with the run after the last step.
  Checkpoint checkpoint(const DataLoader& loader) const;
  /// Goes on with a saved run. If it throws, nothing is changed.
  /// @throws ValueError  it is the checkpoint of another model or optimizer, or of another number of
  ///                     schedules, or only one of both runs has averages, or a number of steps or
  ///                     validations is not in [0, 2^53]
  /// @throws as Module::load_state_dict(), Optimizer::load(), Schedule::load() and DataLoader::load()
  void load(const Checkpoint& checkpoint, DataLoader& loader);
  /// Goes on with the last checkpoint in the directory of the options, if there is one.
  /// @return  false if there is none
  /// @throws as load() and load_checkpoint()
  bool resume(DataLoader& loader);
  /// The averages of the parameters by the option average_decay; null without it. Its copy_to() gives a model
  /// the parameters that were validated.
  const ExponentialMovingAverage* average() const;
  /// Ends fit() after the step that is under way, and a validation that is due; for callbacks and other
  /// threads.
  void stop() { stop_requested_ = true; }

 private:
  class Run;

  Evaluation evaluate_average(DataLoader& loader);
  void restore(const Checkpoint& checkpoint, DataLoader& loader);

  Module& model_;
  Optimizer& optimizer_;
  Criterion criterion_;
  TrainerOptions options_;
  std::vector<Schedule*> schedules_;
  std::vector<Metric*> metrics_;
  std::vector<Callback*> callbacks_;
  std::optional<ExponentialMovingAverage> average_;
  std::optional<CheckpointDirectory> directory_;
  std::atomic<bool> stop_requested_ = false;
  std::int64_t steps_ = 0;
  std::int64_t bad_validations_ = 0;  // since the best one
  std::optional<Evaluation> best_;
};

}  // namespace tinytorch::nn
