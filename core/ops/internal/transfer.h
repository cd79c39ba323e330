#pragma once

#include "core/tensor.h"

// Internal: copies from one device to another.
namespace tinytorch {

/// y[...] = x[...]. Same shape, not empty; any strides, element types and devices.
void transfer(const Tensor& x, Tensor& y);

}  // namespace tinytorch
