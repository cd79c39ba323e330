#pragma once

#include "core/kernel.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

/// A slot for reductions. y has x's rank; an axis is reduced if its length is 1 in y and not in x. x has any
/// strides; y is contiguous and has at least one element.
using ReductionKernel = Kernel<void(const Tensor& x, Tensor& y)>;
// Every dtype; y is i64 for integers and bool, otherwise of x's dtype. x may be empty.
inline ReductionKernel sum{"sum"};
inline ReductionKernel nansum{"nansum"};
inline ReductionKernel prod{"prod"};
// Every dtype; y has x's dtype. x is not empty.
inline ReductionKernel max{"max"};
inline ReductionKernel min{"min"};

/// What a moment adds up for each element x.
enum class Summand { element, magnitude, squared_distance };  // x, |x|, (x - center)²
/// y = s / divisor, or its square root, where s is the sum over the elements.
struct MomentForm {
  Summand summand = Summand::element;
  double divisor = 1;
  bool root = false;
};
/// x and y as in a ReductionKernel, with floating dtypes; y is of x's dtype or f64. x may be empty. Computed
/// in f64 and rounded once. center is f64, contiguous and of y's shape; undefined, it is 0.
inline Kernel<void(const Tensor& x, const Tensor& center, const MomentForm& form, Tensor& y)> moment{
    "moment"};
/// dx = (x - center) scale, the gradient of a moment of squared distances, computed in f64 and rounded once.
/// Four tensors of one shape and any strides; x and dx have one floating dtype, center and scale are f64. A
/// center whose strides are all 0 may be on the CPU.
inline Kernel<void(const Tensor& x, const Tensor& center, const Tensor& scale, Tensor& dx)> moment_gradient{
    "moment_gradient"};

/// A slot for the index of the first largest or smallest element along an axis. x is not empty, and has any
/// strides and dtype; y is i64, contiguous, of x's shape with length 1 along the axis.
using ArgReductionKernel = Kernel<void(const Tensor& x, const int& axis, Tensor& y)>;
inline ArgReductionKernel argmax{"argmax"};
inline ArgReductionKernel argmin{"argmin"};

}  // namespace tinytorch::kernels
