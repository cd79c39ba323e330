#pragma once

#include <cstdint>
#include <vector>

#include "autograd/variable.h"
#include "core/tensor.h"

namespace tinytorch::nn {

/// Exponential moving averages of parameters, which often generalize better than the final parameters (Polyak
/// and Juditsky 1992). They start as the initial parameters; an update is average = decay * average +
/// (1 - decay) * parameter.
///
/// ```cpp
/// nn::Dense model(2, 1);
/// nn::ExponentialMovingAverage average(model.parameters());
/// average.update();                     // after each optimizer.step()
/// average.copy_to(model.parameters());  // after the training
/// ```
class ExponentialMovingAverage {
 public:
  /// Starts from copies of the parameters.
  /// @throws ValueError  there are no parameters, or decay is not in [0, 1]
  explicit ExponentialMovingAverage(std::vector<Variable> parameters, double decay = 0.999);

  // A copy would share the averages that update() changes.
  ExponentialMovingAverage(const ExponentialMovingAverage&) = delete;
  ExponentialMovingAverage& operator=(const ExponentialMovingAverage&) = delete;
  ExponentialMovingAverage(ExponentialMovingAverage&&) = default;
  ExponentialMovingAverage& operator=(ExponentialMovingAverage&&) = default;
  ~ExponentialMovingAverage() = default;

  /// Updates the averages by the current parameters. If parameters have moved to another device or dtype,
  /// their averages follow.
  /// @throws ShapeError  the shape of a parameter has changed; nothing is updated
  void update();

  /// Copies the averages into the given parameters.
  /// @throws ShapeError  their number or shapes differ from those of the averages; nothing is changed
  void copy_to(std::vector<Variable> parameters) const;

  /// Copies of the averages, in the order of the parameters: the state to save.
  std::vector<Tensor> averages() const;
  /// Continues from saved averages().
  /// @throws ShapeError  their number or shapes differ; nothing is changed
  void load(const std::vector<Tensor>& averages);
  double decay() const { return decay_; }

 private:
  std::vector<Variable> parameters_;
  std::vector<Tensor> averages_;
  double decay_;
};

}  // namespace tinytorch::nn
