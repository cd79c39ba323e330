#pragma once

#include "core/ops/creation.h"
#include "tests/support/backend.h"

namespace tinytorch::testing {

/// A tensor of ones on the backend under test, where only its shape and dtype matter.
inline Tensor ones_of(const Shape& shape, DType dtype = DType::f32) {
  return ones(shape, {.dtype = dtype, .device = backend()});
}

}  // namespace tinytorch::testing
