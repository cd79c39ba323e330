#pragma once

namespace tinytorch {

/// True if ops on this thread record gradient rules.
bool grad_enabled();

/// Sets grad_enabled() for this thread during its lifetime.
class GradModeGuard {
 public:
  explicit GradModeGuard(bool enabled);
  ~GradModeGuard();
  GradModeGuard(const GradModeGuard&) = delete;
  GradModeGuard& operator=(const GradModeGuard&) = delete;

 private:
  bool previous_;
};

/// True while checkpoint() computes a function again on this thread. Side effects, such as updates of
/// BatchNorm's running statistics, are then left out.
bool recomputing();

/// Makes recomputing() true for this thread during its lifetime.
class RecomputingGuard {
 public:
  RecomputingGuard();
  ~RecomputingGuard();
  RecomputingGuard(const RecomputingGuard&) = delete;
  RecomputingGuard& operator=(const RecomputingGuard&) = delete;

 private:
  bool previous_;
};

/// Disables recording on this thread during its lifetime: ops on Variables give constants.
/// ```cpp
/// const Variable x = variable({1.0, 2.0});
/// const NoGrad guard;
/// std::cout << (x * x).requires_grad();  // 0
/// ```
class NoGrad : public GradModeGuard {
 public:
  NoGrad() : GradModeGuard(false) {}
};

}  // namespace tinytorch
