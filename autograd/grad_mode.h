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

/// While it lives, this thread's ops on Variables give constants.
class NoGrad : public GradModeGuard {
 public:
  NoGrad() : GradModeGuard(false) {}
};

}  // namespace tinytorch
