#pragma once

#include "autograd/ops.h"
#include "tests/support/backend.h"

namespace tinytorch::testing {

/// The tensor on the device under test.
inline Tensor here(const Tensor& x) { return x.to(backend()); }
/// A leaf there.
inline Variable leaf(const Tensor& x) { return variable(here(x)); }
inline Variable leaf64(const Tensor& x) { return variable(here(x).to(DType::f64)); }

}  // namespace tinytorch::testing
