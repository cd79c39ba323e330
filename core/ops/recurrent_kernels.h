#pragma once

#include "core/kernel.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

// In these slots the tensors of a call are contiguous, not empty and of one floating dtype. Shapes are as in
// core/ops/recurrent.h.

/// y [2, ..., H] = lstm_gates(from_input, from_hidden, cell).
inline Kernel<void(const Tensor& from_input, const Tensor& from_hidden, const Tensor& cell, Tensor& y)>
    lstm_gates{"lstm_gates"};
/// dgates [..., 4 * H], the gradient of both from_input and from_hidden, and dcell [..., H], the gradient of
/// cell, from the gradient `grad` of y.
inline Kernel<void(const Tensor& grad, const Tensor& from_input, const Tensor& from_hidden,
                   const Tensor& cell, Tensor& dgates, Tensor& dcell)>
    lstm_gates_gradient{"lstm_gates_gradient"};

/// y [..., H] = gru_gates(from_input, from_hidden, hidden).
inline Kernel<void(const Tensor& from_input, const Tensor& from_hidden, const Tensor& hidden, Tensor& y)>
    gru_gates{"gru_gates"};
/// The gradients of from_input, from_hidden and hidden, from the gradient `grad` of y.
inline Kernel<void(const Tensor& grad, const Tensor& from_input, const Tensor& from_hidden,
                   const Tensor& hidden, Tensor& dfrom_input, Tensor& dfrom_hidden, Tensor& dhidden)>
    gru_gates_gradient{"gru_gates_gradient"};

}  // namespace tinytorch::kernels
