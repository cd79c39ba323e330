#include "autograd/ops.h"
#include "autograd/tape.h"

namespace tinytorch {
namespace {

/// Part `i` of [..., parts n].
Variable part(const Variable& x, std::int64_t i, std::int64_t parts) {
  const std::int64_t length = x.shape().back() / parts;
  return slice(x, -1, i * length, (i + 1) * length);
}

Variable sigmoid_slope(const Variable& y) { return y * (1 - y); }
Variable tanh_slope(const Variable& y) { return 1 - square(y); }

/// The rule of lstm_gates by ops that can be differentiated again.
Gradients composed_lstm(const RuleArguments& at, const Variable& sum, const Variable& before) {
  const Variable i = sigmoid(part(sum, 0, 4)), f = sigmoid(part(sum, 1, 4)), g = tanh(part(sum, 2, 4)),
                 o = sigmoid(part(sum, 3, 4));
  const Variable squashed = tanh(f * before + i * g);
  const Variable dhidden = select(at.grad, 0, 0);
  const Variable dcell = select(at.grad, 0, 1) + dhidden * o * tanh_slope(squashed);
  Variable dgates =
      concat(std::vector<Variable>{dcell * g * sigmoid_slope(i), dcell * before * sigmoid_slope(f),
                                   dcell * i * tanh_slope(g), dhidden * squashed * sigmoid_slope(o)},
             -1);
  return Gradients(at.gradient(0, [&] { return dgates; }), at.gradient(1, [&] { return dgates; }),
                   at.gradient(2, [&] { return dcell * f; }));
}

/// The same of gru_gates.
Gradients composed_gru(const RuleArguments& at, const Variable& a, const Variable& b,
                       const Variable& before) {
  const Variable r = sigmoid(part(a, 0, 3) + part(b, 0, 3)), z = sigmoid(part(a, 1, 3) + part(b, 1, 3));
  const Variable from_hidden = part(b, 2, 3);
  const Variable n = tanh(part(a, 2, 3) + r * from_hidden);
  const Variable dn = at.grad * (1 - z) * tanh_slope(n);
  const Variable dr = dn * from_hidden * sigmoid_slope(r), dz = at.grad * (before - n) * sigmoid_slope(z);
  return Gradients(at.gradient(0,
                               [&] {
                                 return concat(std::vector<Variable>{dr, dz, dn}, -1);
                               }),
                   at.gradient(1,
                               [&] {
                                 return concat(std::vector<Variable>{dr, dz, dn * r}, -1);
                               }),
                   at.gradient(2, [&] { return at.grad * z; }));
}

}  // namespace

Variable lstm_gates(const Variable& from_input, const Variable& from_hidden, const Variable& cell) {
  constexpr const char* kOp = "lstm_gates";
  return record(kOp, lstm_gates(from_input.value(), from_hidden.value(), cell.value()),
                {from_input, from_hidden, cell},
                [a = Saved(from_input), b = Saved(from_hidden), cell = Saved(cell)](const RuleArguments& at) {
                  if (grad_enabled()) return composed_lstm(at, *a + *b, *cell);
                  const detail::LstmGatesGradients fused =
                      detail::lstm_gates_gradient(at.grad.value(), a->value(), b->value(), cell->value());
                  return Gradients(at.gradient(0, [&] { return Variable(fused.gates); }),
                                   at.gradient(1, [&] { return Variable(fused.gates); }),
                                   at.gradient(2, [&] { return Variable(fused.cell); }));
                });
}

Variable gru_gates(const Variable& from_input, const Variable& from_hidden, const Variable& hidden) {
  constexpr const char* kOp = "gru_gates";
  return record(
      kOp, gru_gates(from_input.value(), from_hidden.value(), hidden.value()),
      {from_input, from_hidden, hidden},
      [a = Saved(from_input), b = Saved(from_hidden), hidden = Saved(hidden)](const RuleArguments& at) {
        if (grad_enabled()) return composed_gru(at, *a, *b, *hidden);
        const detail::GruGatesGradients fused =
            detail::gru_gates_gradient(at.grad.value(), a->value(), b->value(), hidden->value());
        return Gradients(at.gradient(0, [&] { return Variable(fused.from_input); }),
                         at.gradient(1, [&] { return Variable(fused.from_hidden); }),
                         at.gradient(2, [&] { return Variable(fused.hidden); }));
      });
}

}  // namespace tinytorch
