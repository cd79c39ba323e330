#pragma once

#include "core/tensor.h"

// Internal: copies between devices.
namespace tinytorch {

/// y[...] = x[...]. Same shape, not empty; any strides, dtypes and devices.
void transfer(const Tensor& x, Tensor& y);

}  // namespace tinytorch
