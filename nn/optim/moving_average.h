#pragma once

#include <cstdint>
#include <vector>

#include "autograd/variable.h"
#include "core/tensor.h"

namespace tinytorch::nn {

/// Running means of parameters, which often do better than what was trained last (Polyak and Juditsky 1992):
/// average = decay average + (1 - decay) parameter, from the parameters as they are at first.
///
///     nn::ExponentialMovingAverage average(model.parameters());
///     for (...) { ...; optimizer.step(); average.update(); }
///     average.copy_to(model.parameters());
class ExponentialMovingAverage {
 public:
  /// The averages are copies of their own. @throws ValueError  no parameters, or decay is not in [0, 1]
  explicit ExponentialMovingAverage(std::vector<Variable> parameters, double decay = 0.999);

  // A copy would share the averages that update() changes.
  ExponentialMovingAverage(const ExponentialMovingAverage&) = delete;
  ExponentialMovingAverage& operator=(const ExponentialMovingAverage&) = delete;
  ExponentialMovingAverage(ExponentialMovingAverage&&) = default;
  ExponentialMovingAverage& operator=(ExponentialMovingAverage&&) = default;
  ~ExponentialMovingAverage() = default;

  /// Takes in the parameters as they are now, all in one call of the device. Follows a model that was moved.
  /// @throws ShapeError  a parameter was given a value of another shape; nothing was changed
  void update();

  /// Copies the averages into these parameters, which have the shapes of those that were averaged.
  /// @throws ShapeError  they have not, or are of another number; nothing was changed
  void copy_to(std::vector<Variable> parameters) const;

  /// Copies of the averages, in the order of the parameters: the state for checkpoints.
  std::vector<Tensor> averages() const;
  /// Goes on from averages that were stored. @throws ShapeError  they are of other shapes, or another number
  void load(const std::vector<Tensor>& averages);
  double decay() const { return decay_; }

 private:
  std::vector<Variable> parameters_;
  std::vector<Tensor> averages_;
  double decay_;
};

}  // namespace tinytorch::nn
