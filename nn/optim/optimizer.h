#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "autograd/variable.h"
#include "core/ops/optimizer.h"

/// The base class of the optimizers.
///
/// ```cpp
/// nn::Dense model(2, 1);
/// nn::SGD optimizer(model.parameters(), {.learning_rate = 0.1});
/// const Variable loss = mean(square(model(Variable(randn({8, 2})))));
/// optimizer.zero_grad();
/// loss.backward();
/// optimizer.step();
/// ```
namespace tinytorch::nn {

/// Parameters with their own options. An option that is left out is that of the optimizer.
struct ParameterGroup {
  std::vector<Variable> parameters;
  std::optional<double> learning_rate = {};
  std::optional<double> weight_decay = {};
};

/// The values of a step that can change from step to step.
struct OptimizerStep {
  std::int64_t t;  ///< the number of steps of these parameters, including this one
  double learning_rate;
  double weight_decay;
  bool operator==(const OptimizerStep&) const = default;
};

/// The state of one parameter in an Optimizer. Moments that the optimizer does not have, or that no step has
/// made yet, are undefined.
struct ParameterState {
  std::int64_t steps = 0;  ///< the number of steps that updated this parameter
  Tensor first = {};
  Tensor second = {};
  Tensor third = {};
};

/// The state of an Optimizer, to save and load.
struct OptimizerState {
  std::int64_t steps = 0;                       ///< the number of steps so far
  std::vector<double> learning_rates = {};      ///< of each group
  std::vector<ParameterState> parameters = {};  ///< in the order of Optimizer::parameters()
};

/// Updates parameters by their gradients. An optimizer has handles to the model's own parameters. If
/// Module::to() moves them later, the optimizer's moments follow. A parameter that is frozen by
/// set_trainable() is skipped, and keeps its moments.
class Optimizer {
 public:
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;
  Optimizer(Optimizer&&) noexcept = default;
  Optimizer& operator=(Optimizer&&) noexcept = default;

  /// Updates each parameter that has a gradient, and no other. If it throws, nothing is updated or counted,
  /// so that it can be called again. The first step allocates the moments. Later steps allocate nothing if
  /// the gradients are contiguous and one update() makes the step; otherwise, a step copies the parameters
  /// and moments of all updates but the largest, to put them back if another fails.
  /// @throws ShapeError  the shape of a parameter has changed since its last step
  void step();
  /// Discards the gradients of all parameters.
  void zero_grad();

  /// The parameters of all groups, one group after another.
  const std::vector<Variable>& parameters() const { return parameters_; }
  /// The number of steps so far.
  std::int64_t step_count() const { return step_count_; }
  /// The number of parameter groups; 1 if the optimizer was constructed from parameters.
  std::size_t groups() const { return groups_.size(); }
  /// The learning rate of a group.
  /// @throws ValueError  there is no such group
  double learning_rate(std::size_t group = 0) const;
  /// Sets the learning rate of all groups, or of one group.
  /// @throws ValueError  the rate is negative or not finite, or there is no such group
  void set_learning_rate(double learning_rate);
  void set_learning_rate(double learning_rate, std::size_t group);
  /// A copy of the state, to be saved.
  OptimizerState state() const;
  /// Continues from a saved state, on the device and in the dtype of each parameter. If it throws, nothing is
  /// changed.
  /// @throws ValueError  the state is that of another number of parameters or groups, or another optimizer's:
  ///                     a moment is missing, or there is one that this optimizer does not have; or a number
  ///                     of steps is not in [0, 2^53], or a learning rate negative
  /// @throws ShapeError  a moment has another shape than its parameter
  /// @throws DTypeError  a moment is not floating
  void load(const OptimizerState& state);
  /// Checks a learning rate.
  /// @throws ValueError  the rate is negative or not finite
  void check_learning_rate(double learning_rate) const {
    require_not_negative("learning_rate", learning_rate);
  }

 protected:
  /// @param name     the name of the optimizer, for error messages
  /// @param learning_rate, weight_decay  for groups that do not have their own
  /// @param moments  the number of moments that the optimizer keeps, 0 to 3; see ParameterUpdate
  /// @throws ValueError  there are no parameters; a parameter is not a leaf made by variable(), or is given
  ///                     twice; or learning_rate or weight_decay is negative or not finite
  Optimizer(const char* name, std::vector<ParameterGroup> groups, double learning_rate, double weight_decay,
            int moments);

  /// A list of one group with all parameters.
  static std::vector<ParameterGroup> one_group(std::vector<Variable> parameters);

  /// Updates parameters that are all on one device and have the same `step`: all of them, or none if it
  /// throws.
  virtual void update(const OptimizerStep& step, std::span<ParameterUpdate> updates) = 0;

  /// Checks that a decay rate is in [0, 1).
  /// @param what  the name of the option, for error messages
  /// @throws ValueError  value is not in [0, 1)
  void require_rate(const char* what, double value) const;
  /// Checks that an option is finite and not negative.
  /// @param what  the name of the option, for error messages
  /// @throws ValueError  value is negative or not finite
  void require_not_negative(const char* what, double value) const;

 private:
  struct Group {
    std::size_t end;  // of the group's parameters in parameters_
    double learning_rate;
    double weight_decay;
  };
  /// Updates that are made in one call.
  struct Batch {
    std::size_t begin;
    std::size_t end;
    std::int64_t numel;  // of all their parameters
    OptimizerStep step;
  };

  void add_group(ParameterGroup& group, double learning_rate, double weight_decay);
  void check_parameters() const;
  void check_group(std::size_t group) const;
  void check_shape(std::size_t i) const;
  void add_update(std::size_t i, const Group& group);
  ParameterState checked(const ParameterState& state, std::size_t i) const;
  static void convert_like(Tensor& moment, const Tensor& parameter);
  std::span<ParameterUpdate> updates_of(const Batch& batch);
  void run_batches();
  void replace_copied_parameters();

  const char* name_;
  std::vector<Variable> parameters_;
  std::vector<Group> groups_;
  std::vector<ParameterState> states_;  // of each parameter
  // For the current step; they are members so that their memory is reused.
  std::vector<ParameterUpdate> updates_;
  std::vector<Tensor> gradients_;     // of each parameter; undefined where there is none
  std::vector<std::size_t> updated_;  // the index of each update's parameter
  std::vector<Batch> batches_;
  std::int64_t step_count_ = 0;
  int moments_kept_;
};

}  // namespace tinytorch::nn
