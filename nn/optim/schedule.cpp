#include "nn/optim/schedule.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include "core/internal/format.h"
#include "nn/hooks.h"

namespace tinytorch::nn {

namespace {

void require_positive(const char* schedule, const char* what, std::int64_t value) {
  if (value < 1) fail<ValueError>(schedule, "{} is {}; it must be positive", what, value);
}

void require_not_negative(const char* schedule, const char* what, double value) {
  if (!(std::isfinite(value) && value >= 0))
    fail<ValueError>(schedule, "{} is {}; it must be finite and not negative", what, value);
}

void require_above_zero(const char* schedule, const char* what, double value) {
  if (!(std::isfinite(value) && value > 0))
    fail<ValueError>(schedule, "{} is {}; it must be finite and positive", what, value);
}

/// Checks a number of steps so far, which may grow without overflow.
void require_steps(const char* schedule, const char* what, std::int64_t steps) {
  if (steps < 0 || steps > std::int64_t{1} << 62)
    fail<ValueError>(schedule, "{} is {}; it must be in [0, 2^62]", what, steps);
}

std::vector<double> rates_of(const Optimizer& optimizer) {
  std::vector<double> rates;
  for (std::size_t group = 0; group < optimizer.groups(); ++group)
    rates.push_back(optimizer.learning_rate(group));
  return rates;
}

double real(std::int64_t n) { return static_cast<double>(n); }

Schedule::Formula step_formula(const StepLROptions& options) {
  require_positive("StepLR", "step_size", options.step_size);
  require_not_negative("StepLR", "gamma", options.gamma);
  return [=](std::int64_t t, double base) {
    return base * std::pow(options.gamma, real(t / options.step_size));
  };
}

Schedule::Formula multi_step_formula(MultiStepLROptions options) {
  require_not_negative("MultiStepLR", "gamma", options.gamma);
  return [options = std::move(options)](std::int64_t t, double base) {
    const auto passed = std::count_if(options.milestones.begin(), options.milestones.end(),
                                      [t](std::int64_t milestone) { return milestone <= t; });
    return base * std::pow(options.gamma, real(passed));
  };
}

Schedule::Formula exponential_formula(const ExponentialLROptions& options) {
  require_not_negative("ExponentialLR", "gamma", options.gamma);
  return [=](std::int64_t t, double base) { return base * std::pow(options.gamma, real(t)); };
}

/// From `start` to `end` as the fraction goes from 0 to 1, along half a period of the cosine.
double along_cosine(double start, double end, double fraction) {
  return end + (start - end) * ((1 + std::cos(std::numbers::pi * fraction)) / 2);
}

Schedule::Formula cosine_formula(const CosineOptions& options) {
  require_positive("CosineSchedule", "steps", options.steps);
  require_not_negative("CosineSchedule", "lowest", options.lowest);
  return
      [=](std::int64_t t, double base) { return hooks::cosine_rate(base, options.lowest, t, options.steps); };
}

Schedule::Formula warmup_formula(const WarmupOptions& options, Schedule::Formula after) {
  require_positive("Warmup", "steps", options.steps);
  require_not_negative("Warmup", "start", options.start);
  return [=, after = std::move(after)](std::int64_t t, double base) {
    if (t >= options.steps) return after(t - options.steps, base);
    return base * (options.start + (1 - options.start) * real(t) / real(options.steps));
  };
}

/// A part of a one-cycle schedule, which ends at step `end`.
struct Phase {
  double end, from, to;
};

std::vector<Phase> one_cycle_phases(const OneCycleOptions& options) {
  const double first = options.highest / options.division, last = first / options.final_division;
  const double top = options.rise * real(options.total_steps) - 1, end = real(options.total_steps) - 1;
  if (!options.three_phase) return {{top, first, options.highest}, {end, options.highest, last}};
  return {{top, first, options.highest}, {2 * top, options.highest, first}, {end, first, last}};
}

double one_cycle(const std::vector<Phase>& phases, bool linear, double t) {
  const auto is_in = [t](const Phase& phase) { return t <= phase.end; };
  const auto phase = std::find_if(phases.begin(), phases.end() - 1, is_in);
  const double begin = phase == phases.begin() ? 0 : (phase - 1)->end;
  // A phase without length is at its end.
  const double progress = phase->end > begin ? (t - begin) / (phase->end - begin) : 1;
  // PyTorch's cycle has one step more than total_steps, which linearly would lead below the last rate.
  if (linear) return phase->from + (phase->to - phase->from) * std::min(progress, 1.0);
  return along_cosine(phase->from, phase->to, progress);
}

Schedule::Formula one_cycle_formula(const OneCycleOptions& options) {
  require_above_zero("OneCycle", "highest", options.highest);
  require_above_zero("OneCycle", "division", options.division);
  require_above_zero("OneCycle", "final_division", options.final_division);
  const double first = options.highest / options.division;
  require_not_negative("OneCycle", "highest / division", first);
  require_not_negative("OneCycle", "highest / division / final_division", first / options.final_division);
  if (options.total_steps < 2)
    fail<ValueError>("OneCycle", "total_steps is {}; it must be more than 1", options.total_steps);
  if (!(options.rise > 0 && options.rise < 1))
    fail<ValueError>("OneCycle", "rise is {}; it must be in (0, 1)", options.rise);
  if (options.three_phase && options.rise > 0.5)
    fail<ValueError>("OneCycle", "rise is {}; with three phases, it must be at most 0.5", options.rise);
  return [phases = one_cycle_phases(options), linear = options.linear, total = options.total_steps](
             std::int64_t t, double) {
    if (t > total)
      fail<ValueError>("OneCycle", "step {} is past the end of the cycle, which has {} steps", t, total);
    return one_cycle(phases, linear, real(t));
  };
}

/// The formula, whose rates are named by the schedule if the optimizer would refuse them.
Schedule::Formula with_checked_rates(const char* schedule, Schedule::Formula formula) {
  return [schedule, formula = std::move(formula)](std::int64_t steps, double base) {
    const double rate = formula(steps, base);
    require_not_negative(schedule, "the learning rate", rate);
    return rate;
  };
}

}  // namespace

constinit Hook<double(double, double, std::int64_t, std::int64_t)> hooks::cosine_rate{
    "cosine_rate", [](double base, double lowest, std::int64_t step, std::int64_t steps) {
      return along_cosine(base, lowest, real(step) / real(steps));
    }};

Schedule::Schedule(Optimizer& optimizer, Formula formula)
    : optimizer_(&optimizer), base_rates_(rates_of(optimizer)), formula_(std::move(formula)) {
  set_rates(0, base_rates_);
}

Schedule::Schedule(const Schedule& other, Formula formula)
    : optimizer_(other.optimizer_), base_rates_(other.base_rates_), formula_(std::move(formula)) {
  set_rates(0, base_rates_);
}

void Schedule::step() {
  set_rates(steps_ + 1, base_rates_);
  ++steps_;
}

void Schedule::load(const ScheduleState& state) {
  if (state.base_rates.size() != optimizer_->groups()) {
    fail<ValueError>("Schedule", "the state has the rates of {} groups, but the optimizer has {}",
                     state.base_rates.size(), optimizer_->groups());
  }
  require_steps("Schedule", "steps", state.steps);
  std::vector<double> base_rates = state.base_rates;
  set_rates(state.steps, base_rates);
  base_rates_ = std::move(base_rates);
  steps_ = state.steps;
}

void Schedule::set_rates(std::int64_t steps, const std::vector<double>& base_rates) {
  if (!formula_) fail<ValueError>("Schedule", "the formula is empty; pass one that gives the rate of a step");
  std::vector<double> rates;
  for (const double base : base_rates) rates.push_back(formula_(steps, base));
  for (const double rate : rates) optimizer_->check_learning_rate(rate);
  for (std::size_t group = 0; group < rates.size(); ++group)
    optimizer_->set_learning_rate(rates[group], group);
}

StepLR::StepLR(Optimizer& optimizer, StepLROptions options)
    : Schedule(optimizer, with_checked_rates("StepLR", step_formula(options))) {}

MultiStepLR::MultiStepLR(Optimizer& optimizer, MultiStepLROptions options)
    : Schedule(optimizer, with_checked_rates("MultiStepLR", multi_step_formula(std::move(options)))) {}

ExponentialLR::ExponentialLR(Optimizer& optimizer, ExponentialLROptions options)
    : Schedule(optimizer, with_checked_rates("ExponentialLR", exponential_formula(options))) {}

CosineSchedule::CosineSchedule(Optimizer& optimizer, CosineOptions options)
    : Schedule(optimizer, with_checked_rates("CosineSchedule", cosine_formula(options))) {}

Warmup::Warmup(Optimizer& optimizer, WarmupOptions options)
    : Schedule(optimizer, with_checked_rates("Warmup", warmup_formula(options, [](std::int64_t, double base) {
                                               return base;
                                             }))) {}

Warmup::Warmup(const Schedule& after, WarmupOptions options)
    : Schedule(after, with_checked_rates("Warmup", warmup_formula(options, after.formula()))) {}

OneCycle::OneCycle(Optimizer& optimizer, OneCycleOptions options)
    : Schedule(optimizer, with_checked_rates("OneCycle", one_cycle_formula(options))) {}

ReduceOnPlateau::ReduceOnPlateau(Optimizer& optimizer, PlateauOptions options)
    : optimizer_(&optimizer),
      options_(options),
      state_{.best = options.larger_is_better ? -std::numeric_limits<double>::infinity()
                                              : std::numeric_limits<double>::infinity()} {
  if (!(options.factor >= 0 && options.factor < 1))
    fail<ValueError>("ReduceOnPlateau", "factor is {}; it must be in [0, 1)", options.factor);
  require_not_negative("ReduceOnPlateau", "patience", real(options.patience));
  require_not_negative("ReduceOnPlateau", "threshold", options.threshold);
  require_not_negative("ReduceOnPlateau", "cooldown", real(options.cooldown));
  require_not_negative("ReduceOnPlateau", "lowest", options.lowest);
  require_not_negative("ReduceOnPlateau", "epsilon", options.epsilon);
}

void ReduceOnPlateau::step(double metric) {
  if (improves(metric)) {
    state_.best = metric;
    state_.bad_steps = 0;
  } else {
    ++state_.bad_steps;
  }
  if (state_.cooldown_left > 0) {
    --state_.cooldown_left;
    state_.bad_steps = 0;
  }
  if (state_.bad_steps <= options_.patience) return;
  reduce();
  state_.cooldown_left = options_.cooldown;
  state_.bad_steps = 0;
}

void ReduceOnPlateau::load(const PlateauState& state) {
  require_steps("ReduceOnPlateau", "bad_steps", state.bad_steps);
  require_steps("ReduceOnPlateau", "cooldown_left", state.cooldown_left);
  state_ = state;
}

bool ReduceOnPlateau::improves(double metric) const {
  const double sign = options_.larger_is_better ? 1 : -1;
  const double margin = options_.threshold * sign;
  const double wanted = options_.relative ? state_.best * (1 + margin) : state_.best + margin;
  return options_.larger_is_better ? metric > wanted : metric < wanted;
}

void ReduceOnPlateau::reduce() {
  for (std::size_t group = 0; group < optimizer_->groups(); ++group) {
    const double before = optimizer_->learning_rate(group);
    const double after = std::max(before * options_.factor, options_.lowest);
    if (before - after > options_.epsilon) optimizer_->set_learning_rate(after, group);
  }
}

}  // namespace tinytorch::nn
