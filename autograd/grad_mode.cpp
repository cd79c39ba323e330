#include "autograd/grad_mode.h"

#include <utility>

namespace tinytorch {
namespace {

thread_local constinit bool enabled = true;
thread_local constinit bool recomputing_now = false;

}  // namespace

bool grad_enabled() { return enabled; }

GradModeGuard::GradModeGuard(bool enabled) : previous_(std::exchange(tinytorch::enabled, enabled)) {}

GradModeGuard::~GradModeGuard() { enabled = previous_; }

bool recomputing() { return recomputing_now; }

RecomputingGuard::RecomputingGuard() : previous_(std::exchange(recomputing_now, true)) {}

RecomputingGuard::~RecomputingGuard() { recomputing_now = previous_; }

}  // namespace tinytorch
