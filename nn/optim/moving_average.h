#pragma once

#include <cstdint>
#include <vector>

#include "autograd/variable.h"
#include "core/tensor.h"

namespace tinytorch::nn {

/// Exponential moving averages of parameters, which often generalise better than the last parameters (Polyak
/// and Juditsky 1992): average = decay average + (1 - decay) parameter, from the initial parameters on.
///
/// ```cpp
/// nn::Dense model(2, 1);
/// nn::ExponentialMovingAverage average(model.parameters());
/// average.update();                     // after each optimizer.step()
/// average.copy_to(model.parameters());  // at the end
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

  /// Updates the averages by the current parameters, in one call if all are on one device. The averages move
  /// to the parameters' devices and dtypes.
  /// @throws ShapeError  a parameter was given a value of another shape; nothing is changed
  void update();

  /// Copies the averages into these parameters.
  /// @throws ShapeError  their number or shapes are not those of the averages; nothing is changed
  void copy_to(std::vector<Variable> parameters) const;

  /// Copies of the averages, in the order of the parameters: the state to store.
  std::vector<Tensor> averages() const;
  /// Continues from averages that were stored.
  /// @throws ShapeError  their number or shapes are others; nothing is changed
  void load(const std::vector<Tensor>& averages);
  double decay() const { return decay_; }

 private:
  std::vector<Variable> parameters_;
  std::vector<Tensor> averages_;
  double decay_;
};

}  // namespace tinytorch::nn
