#pragma once

#include "core/ops/window.h"

// Internal: windows whose image is not known.
namespace tinytorch {

/// @throws ValueError  a kernel, stride or dilation is less than 1, a padding less than 0, or one beyond 2^31
void check_window(const char* op, const Window& window);

namespace detail {
/// The stride of a pooling window, where 0 means the kernel's size.
Pair pooling_stride(const Pair& stride, const Pair& kernel);
}  // namespace detail

}  // namespace tinytorch
