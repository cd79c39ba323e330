#pragma once

#include "core/tensor.h"

// Internal: a recurrent cell at each step of a sequence, as one op. nn/recurrent.h has the layers.
namespace tinytorch::detail {

enum class CellType { tanh, relu, lstm, gru };

/// The operands of scan_cells(), of a cell with G gates and S states: the hidden one, and in an LSTM the
/// cell. All have one floating dtype and one device.
template <TensorLike T>
struct CellScan {
  CellType cell;
  bool in_reverse;  ///< the last step comes first
  T from_input;     ///< the products of the sequence and the input's weight, [steps, N, G * H]
  T initial;        ///< the states before the first step, [S, N, H]
  T weight;         ///< of the hidden state, [G * H, H]
  T bias;           ///< [G * H], or undefined
};

/// The states after each step, [steps, S, N, H], in the order of the sequence.
/// @param products  undefined, or an output of the shape of from_input: the products of the hidden states and
///                  the weight, plus bias
Tensor scan_cells(const CellScan<Tensor>& scan, const Tensor& products = {});

/// The gradients of scan_cells()'s operands; that of the bias is the sum of from_hidden's.
struct CellScanGradients {
  Tensor from_input, from_hidden, initial, weight;
};
CellScanGradients scan_cells_gradient(const CellScan<Tensor>& scan, const Tensor& states,
                                      const Tensor& products, const Tensor& grad);

}  // namespace tinytorch::detail
