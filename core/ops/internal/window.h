#pragma once

#include "core/ops/window.h"

// Internal: the check of a window whose image is not known.
namespace tinytorch {

/// @throws ValueError  a kernel, stride or dilation is less than 1, a padding less than 0, or one beyond 2^31
void check_window(const char* op, const Window& window);

}  // namespace tinytorch
