#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "nn/optim/optimizer.h"

/// Schedules of learning rates. Each has the values of PyTorch's of that name, step by step; they are
/// computed from the rate at the beginning instead of the one before, so that errors do not add up. A
/// schedule is made after its optimizer, which must outlive it, and is stepped after it, an epoch or a batch
/// at a time:
///
///     nn::CosineSchedule schedule(optimizer, {.steps = epochs});
///     for (...) { ...; optimizer.step(); schedule.step(); }
namespace tinytorch::nn {

/// What a schedule needs to go on elsewhere.
struct ScheduleState {
  std::int64_t steps = 0;
  std::vector<double> base_rates = {};  ///< of each of the optimizer's groups
};

class Schedule {
 public:
  /// The learning rate after so many steps, from that of the optimizer when the schedule was made.
  using Formula = std::function<double(std::int64_t steps, double base)>;

  /// @throws what the formula throws, and Optimizer::set_learning_rate()
  Schedule(Optimizer& optimizer, Formula formula);

  /// Sets the optimizer's next learning rates. @throws as the constructor; nothing was changed then
  void step();
  /// How often step() was called.
  std::int64_t steps() const { return steps_; }

  ScheduleState state() const { return {steps_, base_rates_}; }
  /// Goes on from a state, and sets the learning rates to those that it had.
  /// @throws ValueError  it is of an optimizer with another number of groups, or steps is negative. Else as
  ///                     the constructor. Nothing was changed then
  void load(const ScheduleState& state);

  Optimizer& optimizer() const { return *optimizer_; }
  const std::vector<double>& base_rates() const { return base_rates_; }
  const Formula& formula() const { return formula_; }

 protected:
  /// A schedule that begins with the base rates of another one.
  Schedule(const Schedule& other, Formula formula);

 private:
  void set_rates(std::int64_t steps, const std::vector<double>& base_rates);

  Optimizer* optimizer_;
  std::vector<double> base_rates_;
  Formula formula_;
  std::int64_t steps_ = 0;
};

struct StepLROptions {
  std::int64_t step_size = 1;  ///< steps from one decay to the next, positive
  double gamma = 0.1;          ///< what a decay multiplies the rate by
};
/// base gamma^floor(t / step_size).
class StepLR : public Schedule {
 public:
  /// @throws ValueError  an option is out of range
  StepLR(Optimizer& optimizer, StepLROptions options);
};

struct MultiStepLROptions {
  std::vector<std::int64_t> milestones = {};  ///< the steps from which on the rate is decayed once more
  double gamma = 0.1;
};
/// base gamma^(number of milestones <= t).
class MultiStepLR : public Schedule {
 public:
  /// @throws ValueError  an option is out of range
  MultiStepLR(Optimizer& optimizer, MultiStepLROptions options);
};

struct ExponentialLROptions {
  double gamma = 0.9;
};
/// base gamma^t.
class ExponentialLR : public Schedule {
 public:
  /// @throws ValueError  gamma is negative or not finite
  ExponentialLR(Optimizer& optimizer, ExponentialLROptions options);
};

struct CosineOptions {
  std::int64_t steps = 1;  ///< until the rate is the lowest, positive
  double lowest = 0;
};
/// lowest + (base - lowest) (1 + cos(pi t / steps)) / 2 (Loshchilov and Hutter 2017, eq. 5, without
/// restarts): PyTorch's CosineAnnealingLR. Past the end the rate rises again.
class CosineSchedule : public Schedule {
 public:
  /// @throws ValueError  an option is out of range
  CosineSchedule(Optimizer& optimizer, CosineOptions options);
};

struct WarmupOptions {
  std::int64_t steps = 1;  ///< until the base rate is reached, positive
  double start = 1.0 / 3;  ///< what the base rate is multiplied by at first
};
/// base (start + (1 - start) t / steps), then another schedule from its beginning, or the base rate:
/// PyTorch's LinearLR in a SequentialLR. It copies the other schedule, which itself is not stepped:
///
///     nn::Warmup schedule(nn::CosineSchedule(optimizer, {.steps = 900}), {.steps = 100});
class Warmup : public Schedule {
 public:
  /// @throws ValueError  an option is out of range
  Warmup(Optimizer& optimizer, WarmupOptions options);
  Warmup(const Schedule& after, WarmupOptions options);
};

struct OneCycleOptions {
  double highest = 0.1;          ///< the rate at the top of the cycle, whatever the optimizer's
  std::int64_t total_steps = 1;  ///< of the cycle, more than one
  double rise = 0.3;             ///< in (0, 1): the part of the cycle in which the rate rises
  double division = 25;          ///< highest over the rate at first
  double final_division = 1e4;   ///< the rate at first over that at last
  bool linear = false;           ///< along lines instead of cosines
};
/// Up to the highest rate and down again to nearly 0 (Smith and Topin 2019), in two phases; the momentum
/// stays as it is: PyTorch's OneCycleLR with cycle_momentum=False. Along lines the rate stays at the last
/// one in step total_steps, where PyTorch's falls below it.
class OneCycle : public Schedule {
 public:
  /// @throws ValueError  an option is out of range. step() throws it past the end of the cycle
  OneCycle(Optimizer& optimizer, OneCycleOptions options);
};

struct PlateauOptions {
  bool larger_is_better = false;
  double factor = 0.1;         ///< in [0, 1): what the rate is multiplied by
  std::int64_t patience = 10;  ///< steps without an improvement that are put up with
  double threshold = 1e-4;     ///< what counts as one
  bool relative = true;        ///< the threshold is a part of the best value, not a difference from it
  std::int64_t cooldown = 0;   ///< steps after a reduction that are not looked at
  double lowest = 0;           ///< no rate becomes lower
  double epsilon = 1e-8;       ///< changes of the rate that are smaller are not made
};
/// What ReduceOnPlateau needs to go on elsewhere.
struct PlateauState {
  double best;
  std::int64_t bad_steps = 0;
  std::int64_t cooldown_left = 0;
};
/// Multiplies the learning rates by a factor when a metric has stopped to improve.
class ReduceOnPlateau {
 public:
  /// @throws ValueError  an option is out of range
  ReduceOnPlateau(Optimizer& optimizer, PlateauOptions options = {});

  /// Looks at the metric of an epoch, and may lower the rates. NaN is never an improvement.
  void step(double metric);

  const PlateauState& state() const { return state_; }
  void load(const PlateauState& state) { state_ = state; }

 private:
  bool improves(double metric) const;
  void reduce();

  Optimizer* optimizer_;
  PlateauOptions options_;
  PlateauState state_;
};

}  // namespace tinytorch::nn
