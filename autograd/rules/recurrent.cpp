#include "core/ops/internal/recurrent.h"

#include "autograd/ops.h"
#include "autograd/tape.h"

namespace tinytorch {
namespace {

/// Chunk `i` of the last axis, cut into `chunks`.
Variable gate(const Variable& x, std::int64_t i, std::int64_t chunks) {
  const std::int64_t length = x.shape().back() / chunks;
  return slice(x, -1, i * length, (i + 1) * length);
}

/// The derivatives of sigmoid and tanh, from their results.
Variable sigmoid_slope(const Variable& y) { return y * (1 - y); }
Variable tanh_slope(const Variable& y) { return 1 - square(y); }

/// The rule of lstm_gates() in ops that can be differentiated again.
Gradients composed_lstm(const Variable& grad, const Variable& gates, const Variable& cell,
                        const InputGradient& dfrom_input, const InputGradient& dfrom_hidden,
                        const InputGradient& dcell) {
  const Variable i = sigmoid(gate(gates, 0, 4)), f = sigmoid(gate(gates, 1, 4)), g = tanh(gate(gates, 2, 4)),
                 o = sigmoid(gate(gates, 3, 4));
  const Variable squashed = tanh(f * cell + i * g);
  const Variable dhidden = select(grad, 0, 0);
  const Variable dnew = select(grad, 0, 1) + dhidden * o * tanh_slope(squashed);
  Variable dgates =
      concat(std::vector<Variable>{dnew * g * sigmoid_slope(i), dnew * cell * sigmoid_slope(f),
                                   dnew * i * tanh_slope(g), dhidden * squashed * sigmoid_slope(o)},
             -1);
  return Gradients(dfrom_input([&] { return dgates; }), dfrom_hidden([&] { return dgates; }),
                   dcell([&] { return dnew * f; }));
}

/// The same of gru_gates().
Gradients composed_gru(const Variable& grad, const Variable& a, const Variable& b, const Variable& hidden,
                       const InputGradient& da, const InputGradient& db, const InputGradient& dhidden) {
  const Variable r = sigmoid(gate(a, 0, 3) + gate(b, 0, 3)), z = sigmoid(gate(a, 1, 3) + gate(b, 1, 3));
  const Variable from_hidden = gate(b, 2, 3);
  const Variable n = tanh(gate(a, 2, 3) + r * from_hidden);
  const Variable dn = grad * (1 - z) * tanh_slope(n);
  const Variable dr = dn * from_hidden * sigmoid_slope(r), dz = grad * (hidden - n) * sigmoid_slope(z);
  const auto gates = [&](const Variable& last) { return concat(std::vector<Variable>{dr, dz, last}, -1); };
  return Gradients(da([&] { return gates(dn); }), db([&] { return gates(dn * r); }),
                   dhidden([&] { return grad * z; }));
}

}  // namespace

Variable lstm_gates(const Variable& from_input, const Variable& from_hidden, const Variable& cell) {
  return record("lstm_gates", lstm_gates(from_input.value(), from_hidden.value(), cell.value()),
                {from_input, from_hidden, cell},
                [a = Saved(from_input), b = Saved(from_hidden), cell = Saved(cell)](
                    const RuleArguments& at, InputGradient da, InputGradient db, InputGradient dcell) {
                  if (grad_enabled()) return composed_lstm(at.grad, *a + *b, *cell, da, db, dcell);
                  const detail::LstmGatesGradients fused =
                      detail::lstm_gates_gradient(at.grad.value(), a->value(), b->value(), cell->value());
                  const auto gates = [&] { return Variable(fused.gates); };
                  return Gradients(da(gates), db(gates), dcell([&] { return Variable(fused.cell); }));
                });
}

Variable gru_gates(const Variable& from_input, const Variable& from_hidden, const Variable& hidden) {
  return record("gru_gates", gru_gates(from_input.value(), from_hidden.value(), hidden.value()),
                {from_input, from_hidden, hidden},
                [a = Saved(from_input), b = Saved(from_hidden), hidden = Saved(hidden)](
                    const RuleArguments& at, InputGradient da, InputGradient db, InputGradient dhidden) {
                  if (grad_enabled()) return composed_gru(at.grad, *a, *b, *hidden, da, db, dhidden);
                  const detail::GruGatesGradients fused =
                      detail::gru_gates_gradient(at.grad.value(), a->value(), b->value(), hidden->value());
                  return Gradients(da([&] { return Variable(fused.from_input); }),
                                   db([&] { return Variable(fused.from_hidden); }),
                                   dhidden([&] { return Variable(fused.hidden); }));
                });
}

TINYTORCH_INSTANTIATE_RECURRENT(Variable);

}  // namespace tinytorch
