#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "nn/optim/optimizer.h"

/// Learning rate schedules. Each gives the learning rates of the PyTorch scheduler that its docstring names,
/// or of the scheduler of the same name. Rates are computed from the initial rate and the number of steps t,
/// and not from the previous rate, so that errors do not accumulate. Make a schedule after its optimizer,
/// which must outlive it, and call its step() after the optimizer's step(), once for each epoch or batch.
///
/// ```cpp
/// nn::Dense model(2, 1);
/// nn::SGD optimizer(model.parameters());
/// nn::CosineSchedule schedule(optimizer, {.steps = 100});
/// for (int epoch = 0; epoch < 100; ++epoch) {
///   optimizer.step();  // after a backward pass
///   schedule.step();
/// }
/// ```
namespace tinytorch::nn {

/// The state of a Schedule, to save and load.
struct ScheduleState {
  std::int64_t steps = 0;               ///< the number of steps so far
  std::vector<double> base_rates = {};  ///< the initial learning rate of each parameter group
};

/// A schedule with a formula for the learning rate, and the base of the schedules below.
class Schedule {
 public:
  /// The learning rate after a number of steps; `base` is the optimizer's rate when the schedule was made.
  using Formula = std::function<double(std::int64_t steps, double base)>;

  /// Sets the optimizer's learning rates to those of step 0.
  /// @throws ValueError  the formula is empty, or a rate is negative or not finite
  /// @throws as the formula
  Schedule(Optimizer& optimizer, Formula formula);

  /// Sets the optimizer's learning rates to those of the next step. If it throws, nothing is changed.
  /// @throws as the constructor
  void step();
  /// The number of calls of step().
  std::int64_t steps() const { return steps_; }

  /// The state, to be saved.
  ScheduleState state() const { return {steps_, base_rates_}; }
  /// Continues from a saved state, and sets the learning rates accordingly. If it throws, nothing is changed.
  /// @throws ValueError  the state has another number of groups, or its steps are negative or too many to
  /// count on
  /// @throws as the constructor
  void load(const ScheduleState& state);

  Optimizer& optimizer() const { return *optimizer_; }
  const std::vector<double>& base_rates() const { return base_rates_; }
  const Formula& formula() const { return formula_; }

 protected:
  /// A schedule of the same optimizer as another one, with its base rates.
  Schedule(const Schedule& other, Formula formula);

 private:
  void set_rates(std::int64_t steps, const std::vector<double>& base_rates);

  Optimizer* optimizer_;
  std::vector<double> base_rates_;
  Formula formula_;
  std::int64_t steps_ = 0;
};

/// The options of StepLR.
struct StepLROptions {
  std::int64_t step_size = 1;  ///< number of steps from one decay to the next, positive
  double gamma = 0.1;          ///< factor of each decay
};
/// Decays the rate every step_size steps: base * gamma^floor(t / step_size).
class StepLR : public Schedule {
 public:
  /// @throws ValueError  an option is out of range
  StepLR(Optimizer& optimizer, StepLROptions options);
};

/// The options of MultiStepLR.
struct MultiStepLROptions {
  std::vector<std::int64_t> milestones = {};  ///< the steps at which the rate decays
  double gamma = 0.1;                         ///< factor of each decay
};
/// Decays the rate at milestones: base * gamma^(number of milestones <= t).
class MultiStepLR : public Schedule {
 public:
  /// @throws ValueError  an option is out of range
  MultiStepLR(Optimizer& optimizer, MultiStepLROptions options);
};

/// The options of ExponentialLR.
struct ExponentialLROptions {
  double gamma = 0.9;  ///< factor of each decay
};
/// Decays the rate at each step: base * gamma^t.
class ExponentialLR : public Schedule {
 public:
  /// @throws ValueError  gamma is negative or not finite
  ExponentialLR(Optimizer& optimizer, ExponentialLROptions options);
};

/// The options of CosineSchedule.
struct CosineOptions {
  std::int64_t steps = 1;  ///< number of steps to the lowest rate, positive; PyTorch's T_max
  double lowest = 0;       ///< the lowest rate; PyTorch's eta_min
};
/// Lowers the rate along a cosine: lowest + (base - lowest) * (1 + cos(pi * t / steps)) / 2 (Loshchilov and
/// Hutter 2017, eq. 5, without restarts). PyTorch's CosineAnnealingLR. After `steps` steps, the rate rises
/// again.
class CosineSchedule : public Schedule {
 public:
  /// @throws ValueError  an option is out of range
  CosineSchedule(Optimizer& optimizer, CosineOptions options);
};

/// The options of Warmup.
struct WarmupOptions {
  std::int64_t steps = 1;  ///< number of steps to the base rate, positive
  double start = 1.0 / 3;  ///< factor of the base rate at step 0; PyTorch's start_factor
};
/// Raises the rate linearly to the base rate, base * (start + (1 - start) * t / steps), and continues with
/// the base rate, or with another schedule from its step 0. PyTorch's LinearLR in a SequentialLR. It copies
/// the other schedule; do not call step() of that one.
///
/// ```cpp
/// nn::Dense net(2, 1);
/// nn::SGD sgd(net.parameters());
/// nn::Warmup warmup(nn::CosineSchedule(sgd, {.steps = 900}), {.steps = 100});
/// ```
class Warmup : public Schedule {
 public:
  /// @throws ValueError  an option is out of range
  Warmup(Optimizer& optimizer, WarmupOptions options);
  /// @param after  the schedule to continue with; its optimizer is that of the result
  /// @throws ValueError  an option is out of range
  Warmup(const Schedule& after, WarmupOptions options);
};

/// The options of OneCycle.
struct OneCycleOptions {
  double highest = 0.1;          ///< the highest rate; PyTorch's max_lr
  std::int64_t total_steps = 1;  ///< number of steps of the cycle; set it to more than 1
  double rise = 0.3;             ///< in (0, 1): the fraction of the cycle that rises; PyTorch's pct_start
  double division = 25;          ///< highest rate / first rate; PyTorch's div_factor
  double final_division = 1e4;   ///< first rate / last rate; PyTorch's final_div_factor
  bool linear = false;           ///< linear interpolation instead of cosines
  /// lowers the rate to the first rate as fast as it rose, and only then to the last rate; needs a rise of at
  /// most 0.5
  bool three_phase = false;
};
/// Raises the rate to the highest rate, then lowers it to nearly 0 (Smith and Topin 2019). PyTorch's
/// OneCycleLR with cycle_momentum=False. The optimizer's own rate has no effect. With `linear`, step
/// total_steps keeps the last rate; in PyTorch, the rate falls below it.
class OneCycle : public Schedule {
 public:
  /// @throws ValueError  an option is out of range. step() throws it after the end of the cycle
  OneCycle(Optimizer& optimizer, OneCycleOptions options);
};

/// The options of ReduceOnPlateau.
struct PlateauOptions {
  bool larger_is_better = false;  ///< as for accuracies; PyTorch's mode="max"
  double factor = 0.1;            ///< in [0, 1): factor of a reduction
  std::int64_t patience = 10;     ///< number of steps without improvement that are tolerated
  double threshold = 1e-4;        ///< the smallest change that counts as an improvement
  bool relative = true;           ///< the threshold is relative to the best metric
  std::int64_t cooldown = 0;      ///< number of steps after a reduction in which bad steps are not counted
  double lowest = 0;              ///< lower bound of the rates; PyTorch's min_lr
  double epsilon = 1e-8;          ///< smaller changes of a rate are not made
};
/// The state of a ReduceOnPlateau, to save and load.
struct PlateauState {
  double best;                     ///< the best metric so far
  std::int64_t bad_steps = 0;      ///< number of counted steps without improvement
  std::int64_t cooldown_left = 0;  ///< remaining steps of the cooldown
};
/// Multiplies the learning rates by a factor when a metric has stopped improving. PyTorch's
/// ReduceLROnPlateau.
///
/// ```cpp
/// nn::Dense layer(2, 1);
/// nn::SGD descent(layer.parameters());
/// nn::ReduceOnPlateau plateau(descent, {.factor = 0.5, .patience = 2});
/// plateau.step(0.25);  // after each epoch, with the validation loss
/// ```
class ReduceOnPlateau {
 public:
  /// @throws ValueError  an option is out of range
  ReduceOnPlateau(Optimizer& optimizer, PlateauOptions options = {});

  /// Records the metric of an epoch, and lowers the rates if it is due. NaN is never an improvement.
  void step(double metric);

  /// The state, to be saved.
  const PlateauState& state() const { return state_; }
  /// Continues from a saved state. The optimizer's learning rates do not change.
  /// @throws ValueError  a number of steps is negative or too large to count on
  void load(const PlateauState& state);

 private:
  bool improves(double metric) const;
  void reduce();

  Optimizer* optimizer_;
  PlateauOptions options_;
  PlateauState state_;
};

}  // namespace tinytorch::nn
