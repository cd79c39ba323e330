#include "nn/optim/optimizer.h"

#include <algorithm>
#include <cmath>
#include <unordered_set>
#include <utility>

#include "autograd/tape.h"
#include "core/internal/format.h"
#include "core/internal/snapshot.h"
#include "core/ops/copy.h"
#include "core/ops/creation.h"

namespace tinytorch::nn {
namespace {

constexpr std::int64_t kMostSteps = std::int64_t{1} << 53;

}  // namespace

Optimizer::Optimizer(const char* name, std::vector<ParameterGroup> groups, double learning_rate,
                     double weight_decay, int moments)
    : name_(name), moments_kept_(moments) {
  require_not_negative("learning_rate", learning_rate);
  require_not_negative("weight_decay", weight_decay);
  for (ParameterGroup& group : groups) add_group(group, learning_rate, weight_decay);
  check_parameters();
  states_.resize(parameters_.size());
  updates_.reserve(parameters_.size());
  updated_.reserve(parameters_.size());
  gradients_.reserve(parameters_.size());
}

std::vector<ParameterGroup> Optimizer::one_group(std::vector<Variable> parameters) {
  std::vector<ParameterGroup> groups;
  groups.push_back({.parameters = std::move(parameters)});
  return groups;
}

void Optimizer::add_group(ParameterGroup& group, double learning_rate, double weight_decay) {
  for (Variable& parameter : group.parameters) parameters_.push_back(std::move(parameter));
  groups_.push_back({.end = parameters_.size(),
                     .learning_rate = group.learning_rate.value_or(learning_rate),
                     .weight_decay = group.weight_decay.value_or(weight_decay)});
  require_not_negative("learning_rate", groups_.back().learning_rate);
  require_not_negative("weight_decay", groups_.back().weight_decay);
}

void Optimizer::check_parameters() const {
  if (parameters_.empty())
    fail<ValueError>(name_,
                     "there are no parameters to train; pass model.parameters(); a layer of your own lists "
                     "them in visit()");
  std::unordered_set<const Node*> seen;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const Variable& parameter = parameters_[i];
    if (parameter.node() == nullptr || !parameter.is_leaf()) {
      fail<ValueError>(name_, "parameter {} is not a leaf that requires a gradient; make it with variable()",
                       i);
    }
    if (!seen.insert(parameter.node().get()).second)
      fail<ValueError>(name_, "parameter {} is there twice", i);
  }
}

void Optimizer::check_group(std::size_t group) const {
  if (group >= groups_.size())
    fail<ValueError>(name_, "there is no group {}; there are {}, from 0", group, groups_.size());
}

double Optimizer::learning_rate(std::size_t group) const {
  check_group(group);
  return groups_[group].learning_rate;
}

void Optimizer::set_learning_rate(double learning_rate) {
  for (std::size_t group = 0; group < groups_.size(); ++group) set_learning_rate(learning_rate, group);
}

void Optimizer::set_learning_rate(double learning_rate, std::size_t group) {
  check_group(group);
  require_not_negative("learning_rate", learning_rate);
  groups_[group].learning_rate = learning_rate;
}

OptimizerState Optimizer::state() const {
  OptimizerState state{.steps = step_count_};
  for (const Group& group : groups_) state.learning_rates.push_back(group.learning_rate);
  state.parameters = states_;
  for (ParameterState& parameter : state.parameters) {
    for (Tensor* moment : {&parameter.first, &parameter.second, &parameter.third}) {
      if (moment->defined()) *moment = clone(*moment);
    }
  }
  return state;
}

void Optimizer::load(const OptimizerState& state) {
  const OpScope scope(name_);
  if (state.parameters.size() != states_.size() || state.learning_rates.size() != groups_.size()) {
    fail<ValueError>(name_, "the state has {} parameters in {} groups, but the optimizer has {} in {}",
                     state.parameters.size(), state.learning_rates.size(), states_.size(), groups_.size());
  }
  if (state.steps < 0 || state.steps > kMostSteps)
    fail<ValueError>(name_, "the state has {} steps; it must be in [0, 2^53]", state.steps);
  for (const double rate : state.learning_rates) check_learning_rate(rate);
  std::vector<ParameterState> states;
  for (std::size_t i = 0; i < states_.size(); ++i) states.push_back(checked(state.parameters[i], i));
  for (std::size_t i = 0; i < groups_.size(); ++i) groups_[i].learning_rate = state.learning_rates[i];
  states_ = std::move(states);
  step_count_ = state.steps;
}

// A copy like the parameter.
ParameterState Optimizer::checked(const ParameterState& state, std::size_t i) const {
  if (state.steps < 0 || state.steps > kMostSteps) {
    fail<ValueError>(name_, "the state of parameter {} has {} steps; it must be in [0, 2^53]", i,
                     state.steps);
  }
  ParameterState own = state;
  int number = 0;
  for (Tensor* moment : {&own.first, &own.second, &own.third}) {
    const bool is_kept = number++ < moments_kept_;
    if (moment->defined() ? !is_kept : is_kept && state.steps > 0) {
      fail<ValueError>(name_, "the state of parameter {} is that of another optimizer: moment {} is {}", i,
                       number, moment->defined() ? "not one of this optimizer" : "missing");
    }
    if (!moment->defined()) continue;
    const Tensor& parameter = parameters_[i].value();
    if (moment->shape() != parameter.shape()) {
      fail<ShapeError>(name_, "the state of parameter {} is of shape {}, but the parameter is {}", i,
                       moment->shape(), parameter.shape());
    }
    if (!is_floating(moment->dtype())) {
      fail<DTypeError>(name_, "the state of parameter {} is {}; it must be floating", i, moment->dtype());
    }
    *moment = contiguous(clone(moment->to({.dtype = parameter.dtype(), .device = parameter.device()})));
  }
  return own;
}

void Optimizer::zero_grad() {
  for (Variable& parameter : parameters_) parameter.zero_grad();
}

void Optimizer::step() {
  const OpScope scope(name_);
  // An exception may have left them full.
  updates_.clear();
  updated_.clear();
  batches_.clear();
  gradients_.clear();
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    gradients_.push_back(parameters_[i].grad());
    if (gradients_[i].defined()) check_shape(i);
  }
  std::size_t i = 0;
  for (const Group& group : groups_) {
    for (; i < group.end; ++i) {
      if (gradients_[i].defined()) add_update(i, group);
    }
  }
  run_batches();
  ++step_count_;
  for (const std::size_t updated : updated_) ++states_[updated].steps;
  replace_copied_parameters();
  updates_.clear();  // releases the gradients too, so that backward() may reuse their memory
  gradients_.clear();
}

void Optimizer::check_shape(std::size_t i) const {
  const Tensor& moment = states_[i].first;
  if (moment.defined() && moment.shape() != parameters_[i].shape()) {
    fail<ShapeError>(name_, "parameter {} was {} in the step before and is {} now; make a new optimizer", i,
                     moment.shape(), parameters_[i].shape());
  }
}

void Optimizer::add_update(std::size_t i, const Group& group) {
  const Variable& parameter = parameters_[i];
  ParameterState& state = states_[i];
  Tensor gradient = contiguous(gradients_[i]);
  const Tensor value = contiguous(parameter.value());  // a copy replaces the parameter after the step
  if (moments_kept_ > 0) convert_like(state.first, value);
  if (moments_kept_ > 1) convert_like(state.second, value);
  if (moments_kept_ > 2) convert_like(state.third, value);
  const OptimizerStep step{state.steps + 1, group.learning_rate, group.weight_decay};
  const bool joins =
      !batches_.empty() && batches_.back().step == step && updates_.back().device() == value.device();
  updates_.push_back({.parameter = value,
                      .gradient = std::move(gradient),
                      .first = state.first,
                      .second = state.second,
                      .third = state.third});
  updated_.push_back(i);
  if (!joins) batches_.push_back({.begin = updates_.size() - 1, .end = 0, .numel = 0, .step = step});
  batches_.back().end = updates_.size();
  batches_.back().numel += value.numel();
}

// Zeros at first; then in the parameter's dtype, on its device.
void Optimizer::convert_like(Tensor& moment, const Tensor& parameter) {
  if (!moment.defined()) {
    moment = zeros_like(parameter);
  } else if (moment.device() != parameter.device() || moment.dtype() != parameter.dtype()) {
    moment = moment.to({.dtype = parameter.dtype(), .device = parameter.device()});
  }
}

std::span<ParameterUpdate> Optimizer::updates_of(const Batch& batch) {
  return std::span(updates_).subspan(batch.begin, batch.end - batch.begin);
}

// The largest batch is the last, so that the smaller ones are copied, in case that a later one fails.
void Optimizer::run_batches() {
  if (batches_.empty()) return;
  const auto is_smaller = [](const Batch& a, const Batch& b) { return a.numel < b.numel; };
  std::swap(*std::max_element(batches_.begin(), batches_.end(), is_smaller), batches_.back());
  Snapshot snapshot;
  for (const Batch& batch : std::span(batches_).first(batches_.size() - 1)) {
    for (const ParameterUpdate& update : updates_of(batch)) {
      for (const Tensor* x : {&update.parameter, &update.first, &update.second, &update.third})
        snapshot.add(*x);
    }
  }
  for (const Batch& batch : batches_) update(batch.step, updates_of(batch));
  snapshot.commit();
}

// The updates of parameters that are not contiguous were made in copies. They keep their gradients, as the
// others do.
void Optimizer::replace_copied_parameters() {
  for (std::size_t i = 0; i < updates_.size(); ++i) {
    Variable& parameter = parameters_[updated_[i]];
    if (parameter.value().is_contiguous()) continue;
    Variable gradient = parameter.grad_variable();
    parameter.set_value(updates_[i].parameter);
    parameter.node()->grad->replace(std::move(gradient));
  }
}

void Optimizer::require_rate(const char* what, double value) const {
  if (!(value >= 0 && value < 1)) fail<ValueError>(name_, "{} is {}; it must be in [0, 1)", what, value);
}

void Optimizer::require_not_negative(const char* what, double value) const {
  if (!std::isfinite(value) || value < 0)
    fail<ValueError>(name_, "{} is {}; it must be finite and not negative", what, value);
}

}  // namespace tinytorch::nn
