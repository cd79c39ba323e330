#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "autograd/variable.h"
#include "core/ops/optimizer.h"

namespace tinytorch::nn {

/// Parameters that are trained with numbers of their own; what is left out is the optimizer's.
struct ParameterGroup {
  std::vector<Variable> parameters;
  std::optional<double> learning_rate = {};
  std::optional<double> weight_decay = {};
};

/// What an optimizer may need to know of a step besides its options.
struct StepNumbers {
  std::int64_t count;  ///< from 1, counted for the parameters that make it
  double learning_rate;
  double weight_decay;
  bool operator==(const StepNumbers&) const = default;
};

/// Changes parameters along their gradients. It holds handles to them, so that they stay the model's own:
/// Module::to() may move them later, and what the optimizer remembers of them follows.
class Optimizer {
 public:
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;
  Optimizer(Optimizer&&) noexcept = default;
  Optimizer& operator=(Optimizer&&) noexcept = default;

  /// Updates each parameter that has a gradient; those without are left alone. Allocates nothing but, in the
  /// first step, the moments.
  /// @throws ShapeError  a parameter was given a value of another shape since its last step; nothing was
  ///                     changed or counted
  void step();
  /// Forgets the gradients.
  void zero_grad();

  /// Of all groups, one after another.
  const std::vector<Variable>& parameters() const { return parameters_; }
  /// How many steps were made.
  std::int64_t step_count() const { return step_count_; }
  /// How many groups of parameters there are: one, unless it was made of several.
  std::size_t groups() const { return groups_.size(); }
  /// @throws ValueError  no such group
  double learning_rate(std::size_t group = 0) const;
  /// For schedules: of all groups, or of one. @throws ValueError  negative or not finite, or no such group
  void set_learning_rate(double learning_rate);
  void set_learning_rate(double learning_rate, std::size_t group);
  /// @throws ValueError  set_learning_rate() would
  void check_learning_rate(double learning_rate) const {
    require_not_negative("learning_rate", learning_rate);
  }

 protected:
  /// `name` is the optimizer's, for messages. The numbers are those of groups that have none of their own.
  /// @throws ValueError  no parameters, a constant among them, one twice; or a number is negative or not
  /// finite
  Optimizer(const char* name, std::vector<ParameterGroup> groups, double learning_rate, double weight_decay,
            int moments);

  /// The parameters as the only group.
  static std::vector<ParameterGroup> one_group(std::vector<Variable> parameters);

  /// Makes a step on parameters of one device.
  virtual void update(const StepNumbers& step, std::span<ParameterUpdate> updates) = 0;

  /// @throws ValueError  unless value is in [0, 1), as decay rates are
  void require_rate(const char* what, double value) const;
  /// @throws ValueError  unless value is finite and not negative
  void require_not_negative(const char* what, double value) const;

 private:
  struct Group {
    std::size_t end;  // of its parameters
    double learning_rate;
    double weight_decay;
  };
  struct Moments {
    Tensor first;
    Tensor second;
    Tensor third;
    std::int64_t steps = 0;
  };
  /// Updates that are made in one call: from the place where the one before ends.
  struct Batch {
    std::size_t end;
    StepNumbers step;
  };

  void add_group(ParameterGroup& group, double learning_rate, double weight_decay);
  void check_parameters() const;
  void check_group(std::size_t group) const;
  void check_shape(std::size_t i) const;
  void add_update(std::size_t i, const Group& group);
  static void follow(Tensor& moment, const Tensor& parameter);
  void run_batches();

  const char* name_;
  std::vector<Variable> parameters_;
  std::vector<Group> groups_;
  std::vector<Moments> moments_;  // one a parameter
  // Of the step that is being made; kept for their memory.
  std::vector<ParameterUpdate> updates_;
  std::vector<std::size_t> updated_;  // whose updates they are
  std::vector<Batch> batches_;
  std::int64_t step_count_ = 0;
  int moments_wanted_;
};

}  // namespace tinytorch::nn
