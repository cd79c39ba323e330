#pragma once

#include "core/ops/creation.h"
#include "core/tensor.h"

// Internal: weakly typed scalars where a dtype is needed.
namespace tinytorch {

/// A tensor [] of the value of a weakly typed scalar.
inline Tensor ordinary(const Tensor& scalar, Options options) {
  return full({}, scalar.item<double>(), options);
}

}  // namespace tinytorch
