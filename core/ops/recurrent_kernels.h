#pragma once

#include "core/kernel.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

/// As the function of its name: y is [2, ..., H]. All contiguous, not empty, of one floating type.
inline Kernel<void(const Tensor& from_input, const Tensor& from_hidden, const Tensor& cell, Tensor& y)>
    lstm_gates{"lstm_gates"};
/// From the gradient of that y those of the gates [..., 4 H] and of the cell [..., H]. All as there.
inline Kernel<void(const Tensor& grad, const Tensor& from_input, const Tensor& from_hidden,
                   const Tensor& cell, Tensor& dgates, Tensor& dcell)>
    lstm_gates_gradient{"lstm_gates_gradient"};

/// As the function of its name. All contiguous, not empty, of one floating type.
inline Kernel<void(const Tensor& from_input, const Tensor& from_hidden, const Tensor& hidden, Tensor& y)>
    gru_gates{"gru_gates"};
/// From the gradient of that y those of the operands. All as there.
inline Kernel<void(const Tensor& grad, const Tensor& from_input, const Tensor& from_hidden,
                   const Tensor& hidden, Tensor& dinput, Tensor& dhidden_part, Tensor& dhidden)>
    gru_gates_gradient{"gru_gates_gradient"};

}  // namespace tinytorch::kernels
