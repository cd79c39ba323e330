#pragma once

#include "core/kernel.h"
#include "core/ops/normalization.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

/// y = x normalised by the statistics of its sets, times weight, plus bias; where form.from_elements these
/// are computed first, else given. x and y are contiguous and not empty, weight and bias contiguous or
/// undefined; all of one floating type. Statistics [3, sets] as in Normalized, contiguous.
inline Kernel<void(const detail::Normalization& form, const Tensor& x, const Tensor& weight,
                   const Tensor& bias, Tensor& statistics, Tensor& y)>
    normalize{"normalize"};

/// With n = the normalised x, g = grad weight and m the mean over a set: dx = (g - m(g) - n m(g n)) /
/// sqrt(variance + epsilon), without m(g) where not centered, and without either where the statistics are
/// constants; dweight and dbias, where defined, are the sums of grad n and of grad over each channel. All
/// contiguous, not empty, of one floating type; the weight may be undefined.
inline Kernel<void(const detail::Normalization& form, const Tensor& grad, const Tensor& x,
                   const Tensor& statistics, const Tensor& weight, Tensor& dweight, Tensor& dbias,
                   Tensor& dx)>
    normalize_gradient{"normalize_gradient"};

}  // namespace tinytorch::kernels
