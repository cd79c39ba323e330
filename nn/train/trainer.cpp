#include "nn/train/trainer.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "autograd/anomaly.h"
#include "core/internal/checked.h"
#include "core/internal/format.h"
#include "core/internal/snapshot.h"
#include "core/ops/arithmetic.h"
#include "core/random.h"
#include "nn/hooks.h"
#include "nn/optim/clip.h"
#include "nn/train/interrupt.h"

namespace tinytorch::nn {
namespace {

void check(const TrainerOptions& options) {
  const auto need = [](const char* name, auto value, auto least) {
    if (!(value >= least))
      fail<ValueError>("Trainer", "{} is {}; it must be at least {}", name, value, least);
  };
  need("epochs", options.epochs, 0);
  need("steps", options.steps, 0);
  need("accumulate", options.accumulate, 1);
  need("clip_norm", options.clip_norm, 0);
  need("validate_every", options.validate_every, 0);
  need("patience", options.patience, 0);
  need("checkpoints.every", options.checkpoints.every, 0);
  need("checkpoints.keep", options.checkpoints.keep, 1);
  if (!(options.average_decay >= 0 && options.average_decay < 1)) {
    fail<ValueError>("Trainer", "average_decay is {}; it must be in [0, 1)", options.average_decay);
  }
}

/// The most that a checkpoint can count to.
constexpr std::int64_t kLargestCount = std::int64_t{1} << 53;

/// A number that a checkpoint has.
void check_count(const char* name, std::int64_t count) {
  if (count < 0 || count > kLargestCount) {
    fail<ValueError>("Trainer::load", "{} of the checkpoint is {}; it must be in [0, 2^53]", name, count);
  }
}

void check_batch(const char* op, const Batch& batch) {
  if (batch.size() < 2 || batch[0].rank() == 0) {
    fail<ValueError>(op, "a batch has {} tensors; it needs an input and a target", batch.size());
  }
}

double checked_loss(const char* op, const Variable& loss) {
  const Tensor& value = loss.value();
  if (!value.defined() || value.numel() != 1) {
    fail<ShapeError>(op, "the criterion returned {}; it must return one number, such as mean(...)",
                     value.defined() ? to_string(value.shape()) : "an undefined tensor");
  }
  return value.item<double>();
}

/// While it exists, a model is in evaluation mode.
class EvaluationScope {
 public:
  explicit EvaluationScope(Module& model) : model_(model), was_training_(model.is_training()) {
    model_.eval();
  }
  ~EvaluationScope() { model_.train(was_training_); }
  EvaluationScope(const EvaluationScope&) = delete;
  EvaluationScope& operator=(const EvaluationScope&) = delete;

 private:
  Module& model_;
  bool was_training_;
};

/// While it exists, a loader is at its first batch; then at the position where it was.
class FirstBatchScope {
 public:
  explicit FirstBatchScope(DataLoader& loader) : loader_(loader), before_(loader.state()) {
    loader_.load({});
  }
  ~FirstBatchScope() { loader_.load(before_); }
  FirstBatchScope(const FirstBatchScope&) = delete;
  FirstBatchScope& operator=(const FirstBatchScope&) = delete;

 private:
  DataLoader& loader_;
  DataLoaderState before_;
};

}  // namespace

constinit Hook<bool(hooks::EarlyStopping&, double)> hooks::early_stopping{
    "early_stopping", [](EarlyStopping& state, double loss) {
      if (loss < state.best) {
        state.best = loss;
        state.bad = 0;
      } else {
        ++state.bad;
      }
      return state.patience > 0 && state.bad >= state.patience;
    }};

/// A call of fit().
class Trainer::Run {
 public:
  Run(Trainer& trainer, DataLoader& loader, DataLoader* validation)
      : trainer_(trainer), options_(trainer.options_), loader_(loader), validation_(validation) {
    if (loader.size() == 0) fail<ValueError>("Trainer::fit", "the loader has no batches");
    if (validation == &loader) {
      fail<ValueError>("Trainer::fit",
                       "one loader cannot train and validate at once; make another of its dataset");
    }
    result_.best = trainer_.best_;
    result_.state.steps = trainer_.steps_;
    result_.state.total_steps =
        options_.steps > 0 ? options_.steps : checked_mul("Trainer::fit", options_.epochs, steps_of_epoch());
    read_position();
  }

  TrainingResult run() {
    notify([&](Callback& callback) { callback.on_start(result_.state); });
    boundary_ = loader_.state();
    end_if_due();
    try {
      while (!is_over_) run_epoch();
    } catch (...) {
      loader_.load(boundary_);
      trainer_.optimizer_.zero_grad();
      throw;
    }
    loader_.load(boundary_);  // the next loop goes on there
    if (has_unsaved_) save();
    notify([&](Callback& callback) { callback.on_end(result_.state, result_.reason); });
    trainer_.stop_requested_ = false;  // what came too late must not stop the next run
    return std::move(result_);
  }

 private:
  std::int64_t steps_of_epoch() const { return (loader_.size() - 1) / options_.accumulate + 1; }

  // All, unless the steps that are left take fewer.
  std::int64_t batches_of_epoch() const {
    const TrainingState& state = result_.state;
    const std::int64_t rest = loader_.size() - state.batch, steps = state.total_steps - state.steps;
    return steps <= rest / options_.accumulate
               ? state.batch + std::max<std::int64_t>(steps, 0) * options_.accumulate
               : loader_.size();
  }

  // That of the loader, between two steps.
  void read_position() {
    result_.state.epoch = loader_.state().epoch;
    result_.state.batch = loader_.state().batch;
    result_.state.batches = batches_of_epoch();
  }

  template <class Event>
  void notify(const Event& event) {
    for (Callback* const callback : trainer_.callbacks_) event(*callback);
  }

  void run_epoch() {
    read_position();
    for (const Batch& batch : loader_) {
      const bool ends_epoch = loader_.state().batch == 0;
      result_.state.batch = ends_epoch ? loader_.size() : loader_.state().batch;
      add_gradient(batch);
      if (batches_ < options_.accumulate && !ends_epoch) continue;
      step();
      boundary_ = loader_.state();
      after_step(ends_epoch);
      if (is_over_) return;
    }
  }

  void add_gradient(const Batch& batch) {
    check_batch("Trainer::fit", batch);
    trainer_.model_.train();
    if (batches_ == 0) trainer_.optimizer_.zero_grad();
    const std::int64_t items = batch[0].size(0);
    const Variable loss = trainer_.criterion_(trainer_.model_(Variable(batch[0])), Variable(batch[1]));
    const double value = checked_loss("Trainer::fit", loss);
    if (!std::isfinite(value)) {
      fail<ValueError>("Trainer::fit", "the loss of step {} is {} (epoch {}, batch {})",
                       result_.state.steps + 1, without_nan_sign(value), result_.state.epoch,
                       result_.state.batch);
    }
    const DetectAnomaly anomaly(options_.detect_anomaly || DetectAnomaly::enabled());
    // The mean over all items of the step, once the gradients are divided by their number.
    (options_.accumulate == 1 ? loss : loss * static_cast<double>(items)).backward();
    ++batches_;
    items_ += items;
    loss_ += value * static_cast<double>(items);
  }

  void step() {
    TrainingState& state = result_.state;
    if (options_.accumulate > 1) divide_gradients();
    if (options_.clip_norm > 0) {
      state.gradient_norm =
          clip_grad_norm(trainer_.optimizer_.parameters(), options_.clip_norm).item<double>();
    }
    state.learning_rate = trainer_.optimizer_.learning_rate();
    trainer_.optimizer_.step();
    if (trainer_.average_) trainer_.average_->update();
    if (!options_.step_schedule_each_epoch) step_schedules();
    state.items = items_;
    state.loss = loss_ / static_cast<double>(items_);
    state.steps = ++trainer_.steps_;
    has_unsaved_ = true;
    batches_ = items_ = 0;
    loss_ = 0;
  }

  void divide_gradients() {
    for (Variable parameter : trainer_.optimizer_.parameters()) {
      if (parameter.grad().defined()) parameter.set_grad(parameter.grad() / static_cast<double>(items_));
    }
  }

  void step_schedules() {
    for (Schedule* const schedule : trainer_.schedules_) schedule->step();
  }

  void after_step(bool ends_epoch) {
    if (ends_epoch && options_.step_schedule_each_epoch) step_schedules();
    notify([&](Callback& callback) { callback.on_step(result_.state); });
    end_if_due();
    const bool is_completed = is_over_ && result_.reason == StopReason::completed;
    if (validation_ != nullptr && (is_due(options_.validate_every, ends_epoch) || is_completed)) {
      if (is_over_ && !is_completed) save();  // nobody may wait for the validation
      validate();
    }
    if (is_due(options_.checkpoints.every, ends_epoch)) save();
    end_if_due();  // of what was asked for meanwhile
  }

  bool is_due(std::int64_t every, bool ends_epoch) const {
    return every > 0 ? trainer_.steps_ % every == 0 : ends_epoch;
  }

  // The loader's own state is ahead only while a step is under way.
  void save() {
    has_unsaved_ = false;
    if (!trainer_.directory_) return;
    notify_saved(trainer_.directory_->save(trainer_.checkpoint(loader_)));
  }

  void notify_saved(const std::string& path) {
    notify([&](Callback& callback) { callback.on_checkpoint(result_.state, path); });
  }

  void validate() {
    const Evaluation& now = result_.validation.emplace(trainer_.evaluate_average(*validation_));
    has_unsaved_ = true;
    if (!result_.best) trainer_.bad_validations_ = 0;
    if (result_.best && ends_early(now, *result_.best)) end(StopReason::no_progress);
    if (!result_.best || is_better(now, *result_.best)) {
      trainer_.best_ = result_.best = now;
      if (trainer_.directory_) notify_saved(trainer_.directory_->save_best(trainer_.checkpoint(loader_)));
    }
    notify([&](Callback& callback) { callback.on_validation(result_.state, now); });
  }

  bool ends_early(const Evaluation& now, const Evaluation& best) {
    const bool by_metric = is_by_metric(best);
    hooks::EarlyStopping state{
        .patience = options_.patience, .best = cost(best, by_metric), .bad = trainer_.bad_validations_};
    const bool ends = hooks::early_stopping(state, cost(now, by_metric));
    if (state.bad < 0 || state.bad > kLargestCount) {
      fail<ValueError>("Trainer::fit",
                       "the hook early_stopping counted {} validations; it must be in [0, 2^53]", state.bad);
    }
    trainer_.bad_validations_ = state.bad;
    return ends;
  }

  bool is_better(const Evaluation& now, const Evaluation& before) const {
    const bool by_metric = is_by_metric(before);
    return cost(now, by_metric) < cost(before, by_metric);
  }

  // Evaluations are compared by the first metric, unless the best one is of a run without metrics.
  bool is_by_metric(const Evaluation& best) const {
    return !trainer_.metrics_.empty() && !best.metrics.empty();
  }

  // The less the better; NaN is the worst.
  double cost(const Evaluation& evaluation, bool by_metric) const {
    const double value = by_metric ? evaluation.metrics.front().second : evaluation.loss;
    if (std::isnan(value)) return std::numeric_limits<double>::infinity();
    return by_metric && trainer_.metrics_.front()->larger_is_better() ? -value : value;
  }

  void end_if_due() {
    if (interrupt_.interrupted()) end(StopReason::interrupted);
    if (options_.steps > 0 ? trainer_.steps_ >= options_.steps : boundary_.epoch >= options_.epochs) {
      end(StopReason::completed);
    }
    if (trainer_.stop_requested_.exchange(false)) end(StopReason::requested);
  }

  // The first reason counts.
  void end(StopReason reason) {
    if (!std::exchange(is_over_, true)) result_.reason = reason;
  }

  Trainer& trainer_;
  const TrainerOptions& options_;
  DataLoader& loader_;
  DataLoader* validation_;
  const InterruptGuard interrupt_;
  TrainingResult result_;
  DataLoaderState boundary_;  // after the last step
  bool is_over_ = false;
  bool has_unsaved_ = false;  // a step or a validation since the last checkpoint
  // Of the step under way.
  std::int64_t batches_ = 0;
  std::int64_t items_ = 0;
  double loss_ = 0;  // the sum over the items
};

Trainer::Trainer(Module& model, Optimizer& optimizer, Criterion criterion, TrainerOptions options)
    : model_(model), optimizer_(optimizer), criterion_(std::move(criterion)), options_(std::move(options)) {
  if (!criterion_) fail<ValueError>("Trainer", "the criterion is empty");
  check(options_);
  if (const CheckpointOptions& checkpoints = options_.checkpoints; !checkpoints.directory.empty()) {
    directory_.emplace(checkpoints.directory, checkpoints.keep);
  }
  if (options_.average_decay > 0) average_.emplace(model_.parameters(), options_.average_decay);
}

TrainingResult Trainer::fit(DataLoader& loader, DataLoader* validation) {
  Run run(*this, loader, validation);
  TrainingResult result = run.run();
  model_.eval();
  return result;
}

Evaluation Trainer::evaluate(DataLoader& loader) {
  const EvaluationScope scope(model_);
  for (Metric* const metric : metrics_) metric->reset();
  Evaluation evaluation;
  double sum = 0;
  const FirstBatchScope position(loader);
  for (const Batch& batch : loader) {
    check_batch("Trainer::evaluate", batch);
    const Tensor output = model_(batch[0]);
    const auto items = batch[0].size(0);
    sum += checked_loss("Trainer::evaluate", criterion_(Variable(output), Variable(batch[1]))) *
           static_cast<double>(items);
    evaluation.items += items;
    for (Metric* const metric : metrics_) metric->update(output, batch[1]);
  }
  evaluation.loss = sum / static_cast<double>(evaluation.items);
  for (const Metric* const metric : metrics_)
    evaluation.metrics.emplace_back(metric->name(), metric->value());
  return evaluation;
}

Checkpoint Trainer::checkpoint(const DataLoader& loader) const {
  Checkpoint checkpoint{.model = model_.state_dict(),
                        .optimizer = optimizer_.state(),
                        .loader = loader.state(),
                        .random = default_generator().state(),
                        .steps = steps_,
                        .bad_validations = bad_validations_,
                        .best = best_,
                        .config = options_.checkpoints.config};
  for (const Schedule* const schedule : schedules_) checkpoint.schedules.push_back(schedule->state());
  if (average_) checkpoint.averages = average_->averages();
  return checkpoint;
}

void Trainer::load(const Checkpoint& checkpoint, DataLoader& loader) {
  check_count("steps", checkpoint.steps);
  check_count("bad_validations", checkpoint.bad_validations);
  if (checkpoint.schedules.size() != schedules_.size()) {
    fail<ValueError>("Trainer::load", "the checkpoint has {} schedules, but the trainer has {}",
                     checkpoint.schedules.size(), schedules_.size());
  }
  if (checkpoint.averages.empty() == average_.has_value()) {
    fail<ValueError>("Trainer::load",
                     "the checkpoint has {} averages of parameters; average_decay must be as it was",
                     checkpoint.averages.size());
  }
  const Checkpoint before = this->checkpoint(loader);
  try {
    restore(checkpoint, loader);
  } catch (...) {
    restore(before, loader);
    throw;
  }
}

void Trainer::restore(const Checkpoint& checkpoint, DataLoader& loader) {
  model_.load_state_dict(checkpoint.model);
  optimizer_.load(checkpoint.optimizer);
  for (std::size_t i = 0; i < schedules_.size(); ++i) schedules_[i]->load(checkpoint.schedules[i]);
  if (average_) average_->load(checkpoint.averages);
  loader.load(checkpoint.loader);
  default_generator().set_state(checkpoint.random);
  steps_ = checkpoint.steps;
  bad_validations_ = checkpoint.bad_validations;
  best_ = checkpoint.best;
}

bool Trainer::resume(DataLoader& loader) {
  const std::string path = directory_ ? latest_checkpoint(options_.checkpoints.directory) : "";
  if (path.empty()) return false;
  load(load_checkpoint(path), loader);
  return true;
}

const ExponentialMovingAverage* Trainer::average() const { return average_ ? &*average_ : nullptr; }

Evaluation Trainer::evaluate_average(DataLoader& loader) {
  if (!average_) return evaluate(loader);
  Snapshot trained;  // puts the parameters back
  for (const Variable& parameter : model_.parameters()) trained.add(parameter.value());
  average_->copy_to(model_.parameters());
  return evaluate(loader);
}

}  // namespace tinytorch::nn
