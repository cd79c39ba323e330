#include "autograd/grad_mode.h"

#include <utility>

namespace tinytorch {
namespace {

thread_local constinit bool enabled = true;

}  // namespace

bool grad_enabled() { return enabled; }

GradModeGuard::GradModeGuard(bool enabled) : before_(std::exchange(tinytorch::enabled, enabled)) {}

GradModeGuard::~GradModeGuard() { enabled = before_; }

}  // namespace tinytorch
