#pragma once

#include "core/ops/arithmetic.h"

namespace tinytorch {

/// Elementwise functions of real numbers: same shape, type, device and order in memory as x. Outside a
/// function's domain the result is NaN, at its poles infinite, as in C++'s <cmath>.
/// @throws DTypeError  x is not floating
Tensor exp(const Tensor& x);
Tensor log(const Tensor& x);
Tensor sqrt(const Tensor& x);
Tensor sin(const Tensor& x);
Tensor cos(const Tensor& x);
Tensor tanh(const Tensor& x);

namespace kernels {
// Floating types; y has x's.
inline UnaryKernel exp{"exp"};
inline UnaryKernel log{"log"};
inline UnaryKernel sqrt{"sqrt"};
inline UnaryKernel sin{"sin"};
inline UnaryKernel cos{"cos"};
inline UnaryKernel tanh{"tanh"};
}  // namespace kernels

}  // namespace tinytorch
