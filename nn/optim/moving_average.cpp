#include "nn/optim/moving_average.h"

#include <algorithm>
#include <utility>

#include "core/internal/format.h"
#include "core/internal/snapshot.h"
#include "core/ops/copy.h"
#include "core/ops/optimizer.h"

namespace tinytorch::nn {

namespace {

constexpr const char* kName = "ExponentialMovingAverage";

void check_size(std::size_t given, std::size_t averages) {
  if (given != averages) fail<ShapeError>(kName, "there are {} tensors, but averages of {}", given, averages);
}

void check_shape(const Shape& given, const Shape& average, std::size_t i) {
  if (given != average) fail<ShapeError>(kName, "tensor {} is {}, but its average is {}", i, given, average);
}

void add_all(Snapshot& snapshot, const std::vector<Tensor>& tensors) {
  for (const Tensor& x : tensors) snapshot.add(x);
}

}  // namespace

ExponentialMovingAverage::ExponentialMovingAverage(std::vector<Variable> parameters, double decay)
    : parameters_(std::move(parameters)), decay_(decay) {
  const OpScope scope(kName);
  if (parameters_.empty())
    fail<ValueError>(kName, "there are no parameters to average; pass model.parameters()");
  if (!(decay >= 0 && decay <= 1)) fail<ValueError>(kName, "decay is {}; it must be in [0, 1]", decay);
  for (const Variable& parameter : parameters_) averages_.push_back(clone(contiguous(parameter.value())));
}

void ExponentialMovingAverage::update() {
  const OpScope scope(kName);
  for (std::size_t i = 0; i < parameters_.size(); ++i)
    check_shape(parameters_[i].shape(), averages_[i].shape(), i);
  std::vector<Tensor> averages, values;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    values.push_back(contiguous(parameters_[i].value()));
    averages.push_back(averages_[i].to({.dtype = values[i].dtype(), .device = values[i].device()}));
  }
  Snapshot snapshot;
  // The averages of one device are updated in one call, which needs no copies.
  const auto is_elsewhere = [&](const Tensor& x) { return x.device() != averages.front().device(); };
  if (std::any_of(averages.begin(), averages.end(), is_elsewhere)) add_all(snapshot, averages);
  std::vector<ParameterUpdate> updates;
  // a - (1 - decay) (a - p) as a step of SGD: with the rate decay - 1, the gradient p and the weight decay
  // -1.
  const SgdStep step{.learning_rate = decay_ - 1, .momentum = 0, .weight_decay = -1, .nesterov = false};
  for (std::size_t i = 0; i < averages.size(); ++i) {
    if (!updates.empty() && updates.back().device() != averages[i].device()) {
      sgd_step(step, updates);
      updates.clear();
    }
    updates.push_back({.parameter = averages[i], .gradient = values[i]});
  }
  sgd_step(step, updates);
  snapshot.commit();
  averages_ = std::move(averages);
}

void ExponentialMovingAverage::copy_to(std::vector<Variable> parameters) const {
  const OpScope scope(kName);
  check_size(parameters.size(), averages_.size());
  for (std::size_t i = 0; i < parameters.size(); ++i)
    check_shape(parameters[i].shape(), averages_[i].shape(), i);
  Snapshot snapshot;
  for (const Variable& parameter : parameters) snapshot.add(parameter.value());
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    Tensor value = parameters[i].value();  // a handle to the same elements
    assign(value, averages_[i]);
  }
  snapshot.commit();
}

std::vector<Tensor> ExponentialMovingAverage::averages() const {
  const OpScope scope(kName);
  std::vector<Tensor> copies;
  for (const Tensor& average : averages_) copies.push_back(clone(average));
  return copies;
}

void ExponentialMovingAverage::load(const std::vector<Tensor>& averages) {
  const OpScope scope(kName);
  check_size(averages.size(), averages_.size());
  for (std::size_t i = 0; i < averages.size(); ++i) check_shape(averages[i].shape(), averages_[i].shape(), i);
  Snapshot snapshot;
  add_all(snapshot, averages_);
  for (std::size_t i = 0; i < averages.size(); ++i) assign(averages_[i], averages[i]);
  snapshot.commit();
}

}  // namespace tinytorch::nn
