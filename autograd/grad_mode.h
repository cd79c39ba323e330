#pragma once

namespace tinytorch {

/// Whether ops on this thread record gradient rules.
bool grad_enabled();

/// Sets grad_enabled() for this thread while it lives.
class GradModeGuard {
 public:
  explicit GradModeGuard(bool enabled);
  ~GradModeGuard();
  GradModeGuard(const GradModeGuard&) = delete;
  GradModeGuard& operator=(const GradModeGuard&) = delete;

 private:
  bool before_;
};

/// Whether this thread computes once more what was computed before, as a checkpoint() does for its gradient:
/// what has side effects, such as the running statistics of BatchNorm, then leaves them out.
bool recomputing();

/// Makes recomputing() true for this thread while it lives.
class RecomputingGuard {
 public:
  RecomputingGuard();
  ~RecomputingGuard();
  RecomputingGuard(const RecomputingGuard&) = delete;
  RecomputingGuard& operator=(const RecomputingGuard&) = delete;

 private:
  bool before_;
};

/// While it lives, this thread's ops on Variables give constants.
class NoGrad : public GradModeGuard {
 public:
  NoGrad() : GradModeGuard(false) {}
};

}  // namespace tinytorch
