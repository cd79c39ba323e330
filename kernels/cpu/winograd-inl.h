// Convolutions by Winograd's algorithm, declared once for each instruction set: see kernels/cpu/targets.h.

#include "core/ops/convolution.h"
#include "core/tensor.h"

#if defined(TINYTORCH_CPU_WINOGRAD_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TINYTORCH_CPU_WINOGRAD_INL_H
#undef TINYTORCH_CPU_WINOGRAD_INL_H
#else
#define TINYTORCH_CPU_WINOGRAD_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {

// Convolutions of f32 with 3x3 filters, stride and dilation 1 and up to kLongSum terms. The operands are
// those of the slots in core/ops/convolution_kernels.h, or, with one group, slices of channels or filters of
// such operands. Each returns false where the instruction set has no vectors, or is_winograd_convolution() is
// false. An infinity or NaN in an image may make all outputs of a tile NaN.
bool winograd_conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Conv2dOptions& options,
                     Tensor& y);
bool winograd_conv2d_input_gradient(const Tensor& grad, const Tensor& weight, const Conv2dOptions& options,
                                    Tensor& dx);
/// Sums of any length: they are added in f64.
bool winograd_conv2d_weight_gradient(const Tensor& grad, const Tensor& x, const Conv2dOptions& options,
                                     Tensor& dw);

}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
