#pragma once

#include "core/ops/convolution.h"

namespace tinytorch::cpu {

/// How f32 convolutions are computed: the faster way, directly, or by Winograd's algorithm where it can.
enum class ConvolutionChoice { automatic, direct, winograd };

/// Reads the choice from TINYTORCH_CONVOLUTION. Called before kernels are registered.
/// @throws ValueError  it is none of "auto", "direct" and "winograd"
void choose_convolution();

/// Whether the convolution of x to y, or one of its gradients, is computed by Winograd's algorithm; see
/// kernels/cpu/winograd-inl.h.
bool is_winograd_convolution(const Tensor& x, const Tensor& weight, const Conv2dOptions& options,
                             const Tensor& y);

// f32 convolutions by oneDNN; only defined in builds with it. The operands are those of the slots in
// core/ops/convolution_kernels.h, or, with one group, slices of channels or filters of such operands. Each
// returns false where oneDNN does not support the convolution.
bool library_conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Conv2dOptions& options,
                    Tensor& y);
bool library_conv2d_input_gradient(const Tensor& grad, const Tensor& weight, const Conv2dOptions& options,
                                   Tensor& dx);
bool library_conv2d_weight_gradient(const Tensor& grad, const Tensor& x, const Conv2dOptions& options,
                                    Tensor& dw);

}  // namespace tinytorch::cpu
