#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "autograd/variable.h"
#include "core/ops/optimizer.h"

/// The base of the optimizers.
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

/// Parameters with options of their own; an option that is left out is the optimizer's.
struct ParameterGroup {
  std::vector<Variable> parameters;
  std::optional<double> learning_rate = {};
  std::optional<double> weight_decay = {};
};

/// What changes between the steps of an optimizer.
struct OptimizerStep {
  std::int64_t t;  ///< the number of the step, from 1, among the steps of these parameters
  double learning_rate;
  double weight_decay;
  bool operator==(const OptimizerStep&) const = default;
};

/// Updates parameters by their gradients. It holds handles to the model's own parameters: Module::to() may
/// move them later, and the optimizer's moments follow.
class Optimizer {
 public:
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;
  Optimizer(Optimizer&&) noexcept = default;
  Optimizer& operator=(Optimizer&&) noexcept = default;

  /// Updates each parameter that has a gradient, and no other. Allocates only the moments, in the first step.
  /// @throws ShapeError  a parameter was given a value of another shape since its last step; nothing is
  ///                     changed or counted
  void step();
  /// Discards the gradients of all parameters.
  void zero_grad();

  /// The parameters of all groups, one group after another.
  const std::vector<Variable>& parameters() const { return parameters_; }
  /// The number of steps so far.
  std::int64_t step_count() const { return step_count_; }
  /// The number of parameter groups: one, unless it was made of several.
  std::size_t groups() const { return groups_.size(); }
  /// The learning rate of a group.
  /// @throws ValueError  no such group
  double learning_rate(std::size_t group = 0) const;
  /// Sets the learning rate of all groups, or of one.
  /// @throws ValueError  it is negative or not finite, or there is no such group
  void set_learning_rate(double learning_rate);
  void set_learning_rate(double learning_rate, std::size_t group);
  /// Checks a learning rate.
  /// @throws ValueError  it is negative or not finite
  void check_learning_rate(double learning_rate) const {
    require_not_negative("learning_rate", learning_rate);
  }

 protected:
  /// @param name     the optimizer's, for messages
  /// @param learning_rate, weight_decay  of groups that have none of their own
  /// @param moments  how many of ParameterUpdate's tensors first, second and third the optimizer keeps
  /// @throws ValueError  there are no parameters, one does not require a gradient or is no leaf, or is there
  ///                     twice; learning_rate or weight_decay is negative or not finite
  Optimizer(const char* name, std::vector<ParameterGroup> groups, double learning_rate, double weight_decay,
            int moments);

  /// The parameters as the only group.
  static std::vector<ParameterGroup> one_group(std::vector<Variable> parameters);

  /// Updates parameters that are on one device.
  virtual void update(const OptimizerStep& step, std::span<ParameterUpdate> updates) = 0;

  /// @throws ValueError  unless value is in [0, 1), as decay rates are
  void require_rate(const char* what, double value) const;
  /// @throws ValueError  unless value is finite and not negative
  void require_not_negative(const char* what, double value) const;

 private:
  struct Group {
    std::size_t end;  // of its parameters in parameters_
    double learning_rate;
    double weight_decay;
  };
  struct Moments {
    Tensor first;
    Tensor second;
    Tensor third;
    std::int64_t steps = 0;
  };
  /// Updates that are made in one call, from the end of the batch before.
  struct Batch {
    std::size_t end;
    OptimizerStep step;
  };

  void add_group(ParameterGroup& group, double learning_rate, double weight_decay);
  void check_parameters() const;
  void check_group(std::size_t group) const;
  void check_shape(std::size_t i) const;
  void add_update(std::size_t i, const Group& group);
  static void convert_like(Tensor& moment, const Tensor& parameter);
  void run_batches();

  const char* name_;
  std::vector<Variable> parameters_;
  std::vector<Group> groups_;
  std::vector<Moments> moments_;  // of each parameter
  // Of the current step; members so that their memory is reused.
  std::vector<ParameterUpdate> updates_;
  std::vector<std::size_t> updated_;  // the index of each update's parameter
  std::vector<Batch> batches_;
  std::int64_t step_count_ = 0;
  int moments_kept_;
};

}  // namespace tinytorch::nn
