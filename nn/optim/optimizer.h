#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "autograd/variable.h"
#include "core/ops/optimizer.h"

namespace tinytorch::nn {

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
  /// @throws ShapeError  a parameter was given a value of another shape since its last step
  void step();
  /// Forgets the gradients.
  void zero_grad();

  const std::vector<Variable>& parameters() const { return parameters_; }
  /// How many times step() was called.
  std::int64_t step_count() const { return step_count_; }
  double learning_rate() const { return learning_rate_; }
  /// For schedules. @throws ValueError  negative or not finite
  void set_learning_rate(double learning_rate);

 protected:
  /// `name` is the optimizer's, for messages. @throws ValueError  no parameters, a constant among them, one
  /// twice; or the learning rate is negative or not finite
  Optimizer(const char* name, std::vector<Variable> parameters, double learning_rate, int moments);

  /// Makes step number `count` (from 1, counted for these parameters) on parameters of one device.
  virtual void update(std::int64_t count, std::span<ParameterUpdate> updates) = 0;

  /// @throws ValueError  unless value is in [0, 1), as decay rates are
  void require_rate(const char* what, double value) const;
  /// @throws ValueError  unless value is finite and not negative
  void require_not_negative(const char* what, double value) const;

 private:
  struct Moments {
    Tensor first;
    Tensor second;
    std::int64_t steps = 0;
  };

  void add_update(std::size_t i);
  void flush(std::int64_t count);
  void follow(Tensor& moment, const Tensor& parameter, std::size_t i) const;

  const char* name_;
  std::vector<Variable> parameters_;
  std::vector<Moments> moments_;          // one a parameter
  std::vector<ParameterUpdate> updates_;  // empty between steps; kept for its memory
  double learning_rate_;
  std::int64_t step_count_ = 0;
  int moments_wanted_;
};

}  // namespace tinytorch::nn
