#include "autograd/internal/cell_scan.h"

#include <array>
#include <utility>
#include <vector>

#include "autograd/ops.h"
#include "autograd/tape.h"
#include "core/ops/internal/recurrent.h"

namespace tinytorch::detail {
namespace {

CellScan<Tensor> values_of(const CellScan<Variable>& scan) {
  return {scan.cell,           scan.in_reverse,  scan.from_input.value(), scan.initial.value(),
          scan.weight.value(), scan.bias.value()};
}

CellState<Variable> next_state(CellType cell, const Variable& from_input, const CellState<Variable>& state,
                               const CellWeights<Variable>& weights) {
  if (cell == CellType::lstm) return lstm_step(from_input, state, weights);
  if (cell == CellType::gru) return gru_step(from_input, state, weights);
  return rnn_step(from_input, state, weights,
                  cell == CellType::relu ? Nonlinearity::relu : Nonlinearity::tanh);
}

/// scan_cells() in ops that can be differentiated again.
Variable composed_scan(const CellScan<Variable>& scan) {
  const std::int64_t steps = scan.from_input.size(0);
  const CellWeights<Variable> weights{{}, scan.weight, {}, scan.bias};
  CellState<Variable> state{select(scan.initial, 0, 0)};
  if (scan.cell == CellType::lstm) state.cell = select(scan.initial, 0, 1);
  std::vector<Variable> states(static_cast<std::size_t>(steps));
  for (std::int64_t i = 0; i < steps; ++i) {
    const std::int64_t position = scan.in_reverse ? steps - 1 - i : i;
    state = next_state(scan.cell, select(scan.from_input, 0, position), state, weights);
    states[static_cast<std::size_t>(position)] =
        scan.cell == CellType::lstm ? stack({state.hidden, state.cell}) : unsqueeze(state.hidden, 0);
  }
  return stack(states);
}

/// The gradients by the rules of composed_scan()'s ops.
Gradients composed_gradients(const CellScan<Variable>& scan, const Variable& grad) {
  const Variable states = composed_scan(scan);
  return Gradients(partial_gradients(states,
                                     std::array{scan.from_input, scan.initial, scan.weight, scan.bias},
                                     {.create_graph = true}, grad));
}

}  // namespace

Variable scan_cells(const CellScan<Variable>& scan) {
  const CellScan<Tensor> values = values_of(scan);
  Inputs inputs{scan.from_input, scan.initial, scan.weight, scan.bias};
  if (!inputs.recording()) return scan_cells(values);
  const Tensor products = empty(values.from_input.shape(),
                                {.dtype = values.from_input.dtype(), .device = values.from_input.device()});
  Tensor states = scan_cells(values, products);
  return record_with_output(
      "scan_cells", std::move(states), std::move(inputs),
      [cell = scan.cell, in_reverse = scan.in_reverse, from_input = Saved(scan.from_input),
       initial = Saved(scan.initial), weight = Saved(scan.weight), bias = Saved(scan.bias),
       products](const RuleArguments& at, InputGradient dfrom_input, InputGradient dinitial,
                 InputGradient dweight, InputGradient dbias) {
        const CellScan<Variable> saved{cell, in_reverse, *from_input, *initial, *weight, *bias};
        if (grad_enabled()) return composed_gradients(saved, at.grad);
        const CellScanGradients fused =
            scan_cells_gradient(values_of(saved), at.output().value(), products, at.grad.value());
        return Gradients(dfrom_input([&] { return Variable(fused.from_input); }),
                         dinitial([&] { return Variable(fused.initial); }),
                         dweight([&] { return Variable(fused.weight); }), dbias([&] {
                           return Variable(sum(fused.from_hidden, {0, 1}));
                         }));
      });
}

}  // namespace tinytorch::detail
