#pragma once

#include <cmath>
#include <cstdint>

#include "core/ops/arithmetic.h"
#include "core/tensor.h"

// Internal.
namespace tinytorch {

inline bool is_integral(double factor) { return factor == std::floor(factor) && std::abs(factor) <= 0x1p53; }

/// factor * x. An integral factor does not make an integer x floating.
template <TensorLike T>
T scaled(const T& x, double factor) {
  if (factor == 1) return x;
  if (is_floating(x.dtype()) || !is_integral(factor)) return x * T(factor);
  const Tensor whole(static_cast<std::int64_t>(factor));
  return x * T(whole.to({.dtype = x.dtype(), .device = x.device()}));
}

}  // namespace tinytorch
