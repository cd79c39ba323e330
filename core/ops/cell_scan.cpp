#include "core/ops/internal/cell_scan.h"

#include "core/ops/activation_kernels.h"
#include "core/ops/arithmetic_kernels.h"
#include "core/ops/composite.h"
#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/math_kernels.h"
#include "core/ops/matmul.h"
#include "core/ops/matmul_kernels.h"
#include "core/ops/recurrent_kernels.h"
#include "core/ops/shape.h"

namespace tinytorch::detail {
namespace {

Options like(const Tensor& x) { return {.dtype = x.dtype(), .device = x.device()}; }

/// Row i of the first axis, which is contiguous if x is.
Tensor row(const Tensor& x, std::int64_t i) { return select(x, 0, i); }

/// The steps of a scan in the order of their computation.
class ScanOrder {
 public:
  ScanOrder(const CellScan<Tensor>& scan, const Tensor& states) : scan_(scan), states_(states) {}

  std::int64_t size() const { return scan_.from_input.size(0); }
  /// Where in the sequence the i-th step is.
  std::int64_t position(std::int64_t i) const { return scan_.in_reverse ? size() - 1 - i : i; }
  /// The states before the i-th step, [S, N, H].
  Tensor states_before(std::int64_t i) const {
    return i == 0 ? scan_.initial : row(states_, position(i - 1));
  }

 private:
  const CellScan<Tensor>& scan_;
  const Tensor& states_;
};

/// The weight as multiply_hidden() reads it best. On the CPU its columns are contiguous: else each step would
/// pack them.
Tensor weight_to_multiply(const Tensor& weight) {
  return weight.device().type == DeviceType::cpu ? transpose(contiguous(transpose(weight)))
                                                 : contiguous(weight);
}

/// y = hidden times the transposed weight, plus bias.
void multiply_hidden(const CellScan<Tensor>& scan, const Tensor& hidden, Tensor& y) {
  if (scan.bias.defined() && scan.weight.is_contiguous())
    return kernels::linear(hidden, scan.weight, scan.bias, Activation::none, y);
  kernels::matmul(hidden, transpose(scan.weight), y);
  if (scan.bias.defined()) kernels::add(y, expand(scan.bias, y.shape()), y);
}

/// The states [S, N, H] after a step.
void apply_cell(CellType cell, const Tensor& from_input, const Tensor& from_hidden, const Tensor& before,
                Tensor& after) {
  if (cell == CellType::lstm) return kernels::lstm_gates(from_input, from_hidden, row(before, 1), after);
  Tensor hidden = row(after, 0);
  if (cell == CellType::gru) return kernels::gru_gates(from_input, from_hidden, row(before, 0), hidden);
  kernels::add(from_input, from_hidden, hidden);
  cell == CellType::tanh ? kernels::tanh(hidden, hidden) : kernels::relu(hidden, hidden);
}

/// One step of scan_cells_gradient(): from the gradient of the states after the step, those of its products,
/// and in `before` that of the states before it, without what comes through the product.
void apply_gradient(CellType cell, const Tensor& grad, const Tensor& from_input, const Tensor& from_hidden,
                    const Tensor& states, const Tensor& after, Tensor& dfrom_input, Tensor& dfrom_hidden,
                    Tensor& before) {
  if (cell == CellType::lstm) {
    Tensor dcell = row(before, 1);
    kernels::lstm_gates_gradient(grad, from_input, from_hidden, row(states, 1), dfrom_hidden, dcell);
    return;
  }
  if (cell == CellType::gru) {
    Tensor dhidden = row(before, 0);
    return kernels::gru_gates_gradient(row(grad, 0), from_input, from_hidden, row(states, 0), dfrom_input,
                                       dfrom_hidden, dhidden);
  }
  const auto& activation = cell == CellType::tanh ? kernels::tanh_gradient : kernels::relu_gradient;
  activation(row(after, 0), row(grad, 0), dfrom_hidden);
}

/// The gradient of the weight: one product over all steps.
Tensor weight_gradient(const CellScan<Tensor>& scan, const Tensor& states, const Tensor& from_hidden) {
  const std::int64_t steps = states.size(0), gates = from_hidden.size(2), hidden = states.size(3);
  const Tensor all = select(states, 1, 0), first = unsqueeze(row(scan.initial, 0), 0);
  const Tensor before = scan.in_reverse ? concat({slice(all, 0, 1, steps), first}, 0)
                                        : concat({first, slice(all, 0, 0, steps - 1)}, 0);
  return matmul(transpose(reshape(from_hidden, {-1, gates})), reshape(before, {-1, hidden}));
}

}  // namespace

Tensor scan_cells(const CellScan<Tensor>& operands, const Tensor& products) {
  const CellScan<Tensor> scan{operands.cell,
                              operands.in_reverse,
                              contiguous(operands.from_input),
                              contiguous(operands.initial),
                              weight_to_multiply(operands.weight),
                              operands.bias.defined() ? contiguous(operands.bias) : Tensor()};
  Shape shape = scan.initial.shape();
  shape.insert(0, scan.from_input.size(0));
  Tensor states = empty(shape, like(scan.from_input));
  if (states.numel() == 0) return states;
  const ScanOrder order(scan, states);
  Tensor product =
      products.defined() ? Tensor() : empty(row(scan.from_input, 0).shape(), like(scan.from_input));
  for (std::int64_t i = 0; i < order.size(); ++i) {
    const std::int64_t position = order.position(i);
    const Tensor before = order.states_before(i);
    Tensor after = row(states, position);
    if (products.defined()) product = row(products, position);
    multiply_hidden(scan, row(before, 0), product);
    apply_cell(scan.cell, row(scan.from_input, position), product, before, after);
  }
  return states;
}

CellScanGradients scan_cells_gradient(const CellScan<Tensor>& operands, const Tensor& states,
                                      const Tensor& products, const Tensor& grad) {
  const CellScan<Tensor> scan{operands.cell,
                              operands.in_reverse,
                              contiguous(operands.from_input),
                              contiguous(operands.initial),
                              contiguous(operands.weight),
                              {}};
  const Tensor grads = contiguous(grad);
  const bool same = scan.cell != CellType::gru;  // the products have the gradient of from_input
  Tensor from_hidden = empty(scan.from_input.shape(), like(grads)),
         from_input = same ? from_hidden : empty(scan.from_input.shape(), like(grads)),
         before = zeros(scan.initial.shape(), like(grads));
  if (states.numel() == 0)
    return {zeros_like(from_input), zeros_like(from_hidden), before, zeros_like(scan.weight)};
  const ScanOrder order(scan, states);
  Tensor total = empty_like(before), through_product = empty_like(row(before, 0));
  for (std::int64_t i = order.size() - 1; i >= 0; --i) {
    const std::int64_t position = order.position(i);
    Tensor dfrom_input = row(from_input, position), dfrom_hidden = row(from_hidden, position),
           dhidden = row(before, 0);
    kernels::add(row(grads, position), before, total);
    apply_gradient(scan.cell, total, row(scan.from_input, position), row(products, position),
                   order.states_before(i), row(states, position), dfrom_input, dfrom_hidden, before);
    if (scan.cell == CellType::gru) {
      kernels::matmul(dfrom_hidden, scan.weight, through_product);
      kernels::add(dhidden, through_product, dhidden);
    } else {
      kernels::matmul(dfrom_hidden, scan.weight, dhidden);
    }
  }
  return {from_input, from_hidden, before, weight_gradient(scan, states, from_hidden)};
}

}  // namespace tinytorch::detail
