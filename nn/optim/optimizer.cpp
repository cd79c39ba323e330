#include "nn/optim/optimizer.h"

#include <cmath>
#include <unordered_set>
#include <utility>

#include "core/format.h"
#include "core/ops/copy.h"
#include "core/ops/creation.h"

namespace tinytorch::nn {

Optimizer::Optimizer(const char* name, std::vector<Variable> parameters, double learning_rate, int moments)
    : name_(name),
      parameters_(std::move(parameters)),
      moments_(parameters_.size()),
      learning_rate_(learning_rate),
      moments_wanted_(moments) {
  if (parameters_.empty())
    fail<ValueError>(name_, "there are no parameters to train; pass model.parameters()");
  std::unordered_set<const Node*> seen;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const Variable& parameter = parameters_[i];
    if (!parameter.requires_grad() || !parameter.is_leaf()) {
      fail<ValueError>(name_, "parameter {} is not a leaf that requires a gradient; make it with variable()",
                       i);
    }
    if (!seen.insert(parameter.node().get()).second)
      fail<ValueError>(name_, "parameter {} is there twice", i);
  }
  require_not_negative("learning_rate", learning_rate_);
  updates_.reserve(parameters_.size());
}

void Optimizer::set_learning_rate(double learning_rate) {
  require_not_negative("learning_rate", learning_rate);
  learning_rate_ = learning_rate;
}

void Optimizer::zero_grad() {
  for (Variable& parameter : parameters_) parameter.zero_grad();
}

void Optimizer::step() {
  updates_.clear();  // what an exception may have left
  ++step_count_;
  std::int64_t count = 0;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    if (!parameters_[i].grad().defined()) continue;
    const std::int64_t own_count = ++moments_[i].steps;
    const bool joins =
        updates_.empty() || (own_count == count && updates_.back().device() == parameters_[i].device());
    if (!joins) flush(count);
    count = own_count;
    add_update(i);
  }
  flush(count);
}

void Optimizer::add_update(std::size_t i) {
  Variable& parameter = parameters_[i];
  Tensor gradient = contiguous(parameter.grad());
  // set_value() forgets the gradient, which is why that is read before.
  if (!parameter.value().is_contiguous()) parameter.set_value(contiguous(parameter.value()));
  const Tensor& value = parameter.value();
  if (moments_wanted_ > 0) follow(moments_[i].first, value, i);
  if (moments_wanted_ > 1) follow(moments_[i].second, value, i);
  updates_.push_back({.parameter = value,
                      .gradient = std::move(gradient),
                      .first = moments_[i].first,
                      .second = moments_[i].second});
}

void Optimizer::follow(Tensor& moment, const Tensor& parameter, std::size_t i) const {
  if (!moment.defined()) {
    moment = zeros_like(parameter);
    return;
  }
  if (moment.shape() != parameter.shape()) {
    fail<ShapeError>(name_, "parameter {} was {} in the step before and is {} now; make a new optimizer", i,
                     moment.shape(), parameter.shape());
  }
  if (moment.device() != parameter.device() || moment.dtype() != parameter.dtype())
    moment = moment.to({.dtype = parameter.dtype(), .device = parameter.device()});
}

void Optimizer::flush(std::int64_t count) {
  if (updates_.empty()) return;
  update(count, updates_);
  updates_.clear();  // also lets go of the gradients, so that backward() may reuse their memory
}

void Optimizer::require_rate(const char* what, double value) const {
  if (!(value >= 0 && value < 1)) fail<ValueError>(name_, "{} is {}; it must be in [0, 1)", what, value);
}

void Optimizer::require_not_negative(const char* what, double value) const {
  if (!std::isfinite(value) || value < 0)
    fail<ValueError>(name_, "{} is {}; it must be finite and not negative", what, value);
}

}  // namespace tinytorch::nn
