#include "autograd/grad_mode.h"

#include <utility>

namespace tinytorch {
namespace {

thread_local constinit bool enabled = true;
thread_local constinit bool again = false;

}  // namespace

bool grad_enabled() { return enabled; }

GradModeGuard::GradModeGuard(bool enabled) : before_(std::exchange(tinytorch::enabled, enabled)) {}

GradModeGuard::~GradModeGuard() { enabled = before_; }

bool recomputing() { return again; }

RecomputingGuard::RecomputingGuard() : before_(std::exchange(again, true)) {}

RecomputingGuard::~RecomputingGuard() { again = before_; }

}  // namespace tinytorch
