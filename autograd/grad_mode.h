#pragma once

namespace tinytorch {

/// True if ops on this thread record gradient rules.
bool grad_enabled();

/// Sets grad_enabled() for this thread until the guard is destroyed.
class GradModeGuard {
 public:
  explicit GradModeGuard(bool enabled);
  ~GradModeGuard();
  GradModeGuard(const GradModeGuard&) = delete;
  GradModeGuard& operator=(const GradModeGuard&) = delete;

 private:
  bool previous_;
};

/// True while checkpoint() recomputes a function on this thread. Layers then skip their side effects, such as
/// the update of BatchNorm's running statistics.
bool recomputing();

/// Makes recomputing() true for this thread until the guard is destroyed.
class RecomputingGuard {
 public:
  RecomputingGuard();
  ~RecomputingGuard();
  RecomputingGuard(const RecomputingGuard&) = delete;
  RecomputingGuard& operator=(const RecomputingGuard&) = delete;

 private:
  bool previous_;
};

/// Disables recording on this thread until the guard is destroyed, like PyTorch's no_grad(): ops on Variables
/// give constants.
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
