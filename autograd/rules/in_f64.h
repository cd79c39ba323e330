#pragma once

#include "autograd/ops.h"
#include "core/ops/internal/reduction.h"

// Internal.
namespace tinytorch {

/// x in f64, for rules whose intermediate results would leave the range of f32. A C++ scalar stays as it is:
/// it yields to the other operand's dtype, on any device.
inline Variable in_f64(const Variable& x) { return x.value().is_weakly_typed() ? x : x.to(DType::f64); }

namespace detail {

// Defined in reduction.cpp; declared for all that use it, as a specialization must be.
template <>
Variable sum_in_f64(const Variable& x, const Axes& axes, bool keepdim);

}  // namespace detail
}  // namespace tinytorch
