#pragma once

#include "core/kernel.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

/// The loss of each element, as a function of a prediction and a target: see core/ops/loss.h.
enum class LossKind {
  squared_error,
  absolute_error,
  huber,  ///< with the parameters delta and divisor, which is 1, or delta for smooth_l1_loss()
  binary_cross_entropy,
  binary_cross_entropy_with_logits,
  divergence,                ///< kl_div()
  divergence_of_logarithms,  ///< kl_div() with log_target
  hinge,                     ///< with the parameter margin
  hinge_embedding            ///< with the parameter margin
};
struct LossForm {
  LossKind kind;
  double parameter = 0;
  double divisor = 1;
};

// The prediction, the target and the results have one floating dtype.

/// losses = the losses of the elements. Three tensors of one shape and any strides.
inline Kernel<void(const LossForm& form, const Tensor& prediction, const Tensor& target, Tensor& losses)>
    losses{"losses"};
/// total = the sum of the losses, divided by n: of shape []. The sum is f64 and rounded once. The prediction
/// and the target are contiguous, of one shape, and not empty.
inline Kernel<void(const LossForm& form, const double& n, const Tensor& prediction, const Tensor& target,
                   Tensor& total)>
    total_loss{"total_loss"};
/// dx = grad times the derivative of the losses with respect to the prediction. Four tensors of one shape and
/// any strides: those of grad are 0 where it is a scalar.
inline Kernel<void(const LossForm& form, const Tensor& prediction, const Tensor& target, const Tensor& grad,
                   Tensor& dx)>
    loss_gradient{"loss_gradient"};

}  // namespace tinytorch::kernels
