#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "nn/optim/optimizer.h"

/// Learning rate schedules. Each has the values of the PyTorch scheduler that its description names, or of
/// the same name. They are computed from the initial rate and not from the one before, so that errors do not
/// accumulate. A schedule is made after its optimizer, which must outlive it, and stepped after it, once per
/// epoch or per batch.
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

/// The state of a Schedule, to store and load.
struct ScheduleState {
  std::int64_t steps = 0;               ///< the number of steps so far
  std::vector<double> base_rates = {};  ///< the initial learning rate of each of the optimizer's groups
};

/// A schedule by a formula, and the base of those below.
class Schedule {
 public:
  /// The learning rate after `steps` steps; `base` is the optimizer's when the schedule was made.
  using Formula = std::function<double(std::int64_t steps, double base)>;

  /// Sets the optimizer's learning rates to those of step 0.
  /// @throws ValueError  a rate is negative or not finite; and what the formula throws
  Schedule(Optimizer& optimizer, Formula formula);

  /// Sets the optimizer's next learning rates. Throws as the constructor; nothing is changed then.
  void step();
  /// The number of calls of step().
  std::int64_t steps() const { return steps_; }

  ScheduleState state() const { return {steps_, base_rates_}; }
  /// Continues from a state, and sets the learning rates accordingly. If it throws, nothing is changed.
  /// @throws ValueError  the state is of another number of groups, or steps is negative; else as the
  ///                     constructor
  void load(const ScheduleState& state);

  Optimizer& optimizer() const { return *optimizer_; }
  const std::vector<double>& base_rates() const { return base_rates_; }
  const Formula& formula() const { return formula_; }

 protected:
  /// A schedule that starts from the base rates of another one.
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
  std::int64_t step_size = 1;  ///< steps from one decay to the next, positive
  double gamma = 0.1;          ///< factor of a decay
};
/// Decays the rate every step_size steps: base gamma^floor(t / step_size).
class StepLR : public Schedule {
 public:
  /// @throws ValueError  an option is out of range
  StepLR(Optimizer& optimizer, StepLROptions options);
};

/// The options of MultiStepLR.
struct MultiStepLROptions {
  std::vector<std::int64_t> milestones = {};  ///< the steps at which the rate decays
  double gamma = 0.1;                         ///< factor of a decay
};
/// Decays the rate at milestones: base gamma^(number of milestones <= t).
class MultiStepLR : public Schedule {
 public:
  /// @throws ValueError  an option is out of range
  MultiStepLR(Optimizer& optimizer, MultiStepLROptions options);
};

/// The options of ExponentialLR.
struct ExponentialLROptions {
  double gamma = 0.9;  ///< factor of each step
};
/// Decays the rate at each step: base gamma^t.
class ExponentialLR : public Schedule {
 public:
  /// @throws ValueError  gamma is negative or not finite
  ExponentialLR(Optimizer& optimizer, ExponentialLROptions options);
};

/// The options of CosineSchedule.
struct CosineOptions {
  std::int64_t steps = 1;  ///< until the rate is the lowest, positive; PyTorch's T_max
  double lowest = 0;       ///< PyTorch's eta_min
};
/// Lowers the rate along a cosine: lowest + (base - lowest) (1 + cos(pi t / steps)) / 2 (Loshchilov and
/// Hutter 2017, eq. 5, without restarts). PyTorch's CosineAnnealingLR. Past the end the rate rises again.
class CosineSchedule : public Schedule {
 public:
  /// @throws ValueError  an option is out of range
  CosineSchedule(Optimizer& optimizer, CosineOptions options);
};

/// The options of Warmup.
struct WarmupOptions {
  std::int64_t steps = 1;  ///< until the base rate is reached, positive
  double start = 1.0 / 3;  ///< factor of the base rate at step 0; PyTorch's start_factor
};
/// Raises the rate linearly, base (start + (1 - start) t / steps), and continues with another schedule from
/// its step 0, or with the base rate. PyTorch's LinearLR in a SequentialLR. It copies the other schedule,
/// which itself is not stepped.
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
  /// @param after  the schedule to continue with; its optimizer is the one whose rates are set
  /// @throws ValueError  an option is out of range
  Warmup(const Schedule& after, WarmupOptions options);
};

/// The options of OneCycle.
struct OneCycleOptions {
  double highest = 0.1;          ///< the rate at the top of the cycle; PyTorch's max_lr
  std::int64_t total_steps = 1;  ///< of the cycle; must be more than one
  double rise = 0.3;             ///< in (0, 1): the fraction of the cycle that rises; PyTorch's pct_start
  double division = 25;          ///< highest / first rate; PyTorch's div_factor
  double final_division = 1e4;   ///< first rate / last rate; PyTorch's final_div_factor
  bool linear = false;           ///< linear interpolation instead of cosines
};
/// Raises the rate to the highest and lowers it to nearly 0 (Smith and Topin 2019), in two phases; the
/// momentum does not change. PyTorch's OneCycleLR with cycle_momentum=False. If linear, step total_steps
/// keeps the last rate, where PyTorch's falls below it. The optimizer's own rate has no effect.
class OneCycle : public Schedule {
 public:
  /// @throws ValueError  an option is out of range; step() throws it past the end of the cycle
  OneCycle(Optimizer& optimizer, OneCycleOptions options);
};

/// The options of ReduceOnPlateau.
struct PlateauOptions {
  bool larger_is_better = false;
  double factor = 0.1;         ///< in [0, 1): factor of a reduction
  std::int64_t patience = 10;  ///< steps without improvement that are tolerated
  double threshold = 1e-4;     ///< the smallest improvement
  bool relative = true;        ///< the threshold is relative to the best value
  std::int64_t cooldown = 0;   ///< steps after a reduction that are not counted
  double lowest = 0;           ///< lower bound of the rates; PyTorch's min_lr
  double epsilon = 1e-8;       ///< smaller changes of a rate are not made
};
/// The state of a ReduceOnPlateau, to store and load.
struct PlateauState {
  double best;
  std::int64_t bad_steps = 0;
  std::int64_t cooldown_left = 0;
};
/// Multiplies the learning rates by a factor when a metric has stopped improving. PyTorch's
/// ReduceLROnPlateau.
class ReduceOnPlateau {
 public:
  /// @throws ValueError  an option is out of range
  ReduceOnPlateau(Optimizer& optimizer, PlateauOptions options = {});

  /// Records the metric of an epoch, and may lower the rates. NaN is never an improvement.
  void step(double metric);

  const PlateauState& state() const { return state_; }
  /// Continues from a state. The optimizer's learning rates do not change.
  void load(const PlateauState& state) { state_ = state; }

 private:
  bool improves(double metric) const;
  void reduce();

  Optimizer* optimizer_;
  PlateauOptions options_;
  PlateauState state_;
};

}  // namespace tinytorch::nn
