#pragma once

#include "core/kernel.h"
#include "core/random.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

/// y[i] = u(i) >= p ? x[i] / (1 - p) : 0, where u(i) is the i-th f32 number of random_uniform from the
/// stream. x and y are contiguous, not empty and of one floating dtype; p is in [0, 1].
inline Kernel<void(const RandomStream& stream, const double& p, const Tensor& x, Tensor& y)> dropout{
    "dropout"};

}  // namespace tinytorch::kernels
