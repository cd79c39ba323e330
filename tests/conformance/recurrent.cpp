#include "core/ops/internal/recurrent.h"
#include "core/ops/recurrent_kernels.h"

#include <array>
#include <cmath>

#include "tests/conformance/op_table.h"
#include "tests/conformance/rows.h"

namespace tinytorch::conformance {
namespace {

using Real = long double;

Real sigmoid_of(Real x) { return 1 / (1 + std::exp(-x)); }

/// What one element of a new state depends on: the gates of the input, those of the hidden state, and the old
/// state.
template <std::size_t kGates>
struct CellInputs {
  std::array<Real, kGates> a, b;
  Real state;
};

std::array<Real, 2> lstm(const CellInputs<4>& e) {
  const auto sum = [&](std::size_t gate) { return e.a[gate] + e.b[gate]; };
  const Real cell = sigmoid_of(sum(1)) * e.state + sigmoid_of(sum(0)) * std::tanh(sum(2));
  return {sigmoid_of(sum(3)) * std::tanh(cell), cell};
}

std::array<Real, 1> gru(const CellInputs<3>& e) {
  const Real reset = sigmoid_of(e.a[0] + e.b[0]), update = sigmoid_of(e.a[1] + e.b[1]);
  return {(1 - update) * std::tanh(e.a[2] + reset * e.b[2]) + update * e.state};
}

/// The inputs of each element of the state.
template <std::size_t kGates>
std::vector<CellInputs<kGates>> cell_inputs(const Array& a, const Array& b, const Array& state) {
  const auto width = static_cast<std::size_t>(state.shape.back());
  std::vector<CellInputs<kGates>> inputs(state.values.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const std::size_t row = i / width, j = i % width;
    inputs[i].state = state.values[i];
    for (std::size_t gate = 0; gate < kGates; ++gate) {
      const std::size_t at = (row * kGates + gate) * width + j;
      inputs[i].a[gate] = a.values[at];
      inputs[i].b[gate] = b.values[at];
    }
  }
  return inputs;
}

/// d(step(e) . grad)/d(x) by a central difference; x is a member of e.
template <class E, std::size_t kOutputs>
double derivative(std::array<Real, kOutputs> (*step)(const E&), const std::array<Real, kOutputs>& grad, E& e,
                  Real& x) {
  constexpr Real kStep = 1e-6L;
  const Real before = x;
  Real difference = 0;
  for (const Real sign : {1.0L, -1.0L}) {
    x = before + sign * kStep;
    const auto y = step(e);
    for (std::size_t k = 0; k < kOutputs; ++k) difference += sign * y[k] * grad[k];
  }
  x = before;
  return static_cast<double>(difference / (2 * kStep));
}

/// The gradients of both gates and of the state.
struct CellGradients {
  Array a, b, state;
};

template <std::size_t kGates, std::size_t kOutputs>
CellGradients cell_gradients(std::array<Real, kOutputs> (*step)(const CellInputs<kGates>&), const Array& grad,
                             const Array& a, const Array& b, const Array& state) {
  CellGradients gradients{a, b, state};
  const auto width = static_cast<std::size_t>(state.shape.back());
  auto inputs = cell_inputs<kGates>(a, b, state);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    CellInputs<kGates>& e = inputs[i];
    std::array<Real, kOutputs> output_grad;
    for (std::size_t k = 0; k < kOutputs; ++k) output_grad[k] = grad.values[k * inputs.size() + i];
    for (std::size_t gate = 0; gate < kGates; ++gate) {
      const std::size_t at = (i / width * kGates + gate) * width + i % width;
      gradients.a.values[at] = derivative(step, output_grad, e, e.a[gate]);
      gradients.b.values[at] = derivative(step, output_grad, e, e.b[gate]);
    }
    gradients.state.values[i] = derivative(step, output_grad, e, e.state);
  }
  return gradients;
}

/// The concatenation of flattened arrays.
Array flat_concat(const std::vector<Array>& arrays) {
  Array all{{0}, {}};
  for (const Array& x : arrays) all.values.insert(all.values.end(), x.values.begin(), x.values.end());
  all.shape = {static_cast<std::int64_t>(all.values.size())};
  return all;
}
Tensor flat_concat(const std::vector<Tensor>& tensors) {
  std::vector<Tensor> flat;
  for (const Tensor& x : tensors) flat.push_back(reshape(x, {x.numel()}));
  return concat(flat);
}

/// The shapes of both gates and of the state.
std::vector<std::vector<Shape>> shapes_of(std::int64_t gates) {
  std::vector<std::vector<Shape>> result;
  for (const Shape& state : {Shape{1}, Shape{3}, Shape{2, 2}, Shape{2, 1, 2}, Shape{0, 2}, Shape{2, 0},
                             Shape{33, 70}, Shape{3, 1003}}) {
    Shape all_gates = state;
    all_gates.back() *= gates;
    result.push_back({all_gates, all_gates, state});
  }
  return result;
}

std::vector<std::vector<Shape>> with_gradient_first(std::vector<std::vector<Shape>> lists, bool two_states) {
  for (auto& shapes : lists) {
    Shape grad = shapes.back();
    if (two_states) grad.insert(0, 2);
    shapes.insert(shapes.begin(), grad);
  }
  return lists;
}

/// x wᵀ + b of a matrix x.
Array affine_of(const Array& x, const Array& w, const Array& b) {
  return generate({x.shape[0], w.shape[0]}, [&](const Dims& at) {
    double sum = b({at[1]});
    for (std::int64_t k = 0; k < x.shape[1]; ++k) sum += x({at[0], k}) * w({at[1], k});
    return sum;
  });
}

/// The operands of a cell with G gates: x, the states, then the weights and biases of both products.
std::vector<std::vector<Shape>> cell_shapes(std::int64_t gates, std::size_t states) {
  std::vector<std::vector<Shape>> result;
  for (const auto& [batch, in, hidden] :
       {std::array<std::int64_t, 3>{2, 3, 2}, {1, 1, 1}, {0, 2, 3}, {5, 9, 33}}) {
    std::vector<Shape> shapes{{batch, in}};
    for (std::size_t i = 0; i < states; ++i) shapes.push_back({batch, hidden});
    for (const Shape& shape : {Shape{gates * hidden, in}, Shape{gates * hidden, hidden},
                               Shape{gates * hidden}, Shape{gates * hidden}})
      shapes.push_back(shape);
    result.push_back(shapes);
  }
  return result;
}

template <class T>
CellWeights<T> weights_of(const T& w, const T& u, const T& b, const T& c) {
  return {.input = w, .hidden = u, .input_bias = b, .hidden_bias = c};
}

Row& cell_row(const char* name, std::int64_t gates, std::size_t states) {
  Row& added = row(name)
                   .operand_shapes(cell_shapes(gates, states))
                   .tolerances({2e-5, 1e-5}, {1e-12, 1e-12})
                   .skip_dtype_errors();
  return added.gradient(differentiable);
}

void cell_rows() {
  const Domain few = real(-1, 1);
  cell_row("rnn_cell", 1, 1)
      .inputs(few, few, few, few, few, few)
      .reference(
          [](const Array& x, const Array& h, const Array& w, const Array& u, const Array& b, const Array& c) {
            const Array a = affine_of(x, w, b), d = affine_of(h, u, c);
            return generate(h.shape, [&](const Dims& at) { return std::tanh(a(at) + d(at)); });
          })
      .calls([](const auto& x, const auto& h, const auto& w, const auto& u, const auto& b, const auto& c) {
        return rnn_cell(x, h, weights_of(w, u, b, c));
      });
  cell_row("gru_cell", 3, 1)
      .inputs(few, few, few, few, few, few)
      .reference(
          [](const Array& x, const Array& h, const Array& w, const Array& u, const Array& b, const Array& c) {
            Array y = h;
            const auto inputs = cell_inputs<3>(affine_of(x, w, b), affine_of(h, u, c), h);
            for (std::size_t i = 0; i < inputs.size(); ++i)
              y.values[i] = static_cast<double>(gru(inputs[i])[0]);
            return y;
          })
      .calls([](const auto& x, const auto& h, const auto& w, const auto& u, const auto& b, const auto& c) {
        return gru_cell(x, h, weights_of(w, u, b, c));
      });
  cell_row("lstm_cell", 4, 2)
      .inputs(few, few, few, few, few, few, few)
      .reference([](const Array& x, const Array& h, const Array& state, const Array& w, const Array& u,
                    const Array& b, const Array& c) {
        Array y = h;
        y.shape.insert(0, 2);
        const auto inputs = cell_inputs<4>(affine_of(x, w, b), affine_of(h, u, c), state);
        y.values.resize(2 * inputs.size());
        for (std::size_t i = 0; i < inputs.size(); ++i) {
          const auto next = lstm(inputs[i]);
          y.values[i] = static_cast<double>(next[0]);
          y.values[inputs.size() + i] = static_cast<double>(next[1]);
        }
        return y;
      })
      .calls([](const auto& x, const auto& h, const auto& state, const auto& w, const auto& u, const auto& b,
                const auto& c) {
        const auto next = lstm_cell(x, {h, state}, weights_of(w, u, b, c));
        return stack(std::vector{next.hidden, next.cell});
      });
}

const Domain kValues = real(-3, 3), kWithNonFinite = kValues.including({30.0, -30.0, 0.0, inf, nan});

void lstm_rows() {
  row("lstm_gates")
      .inputs(kWithNonFinite, kWithNonFinite, kWithNonFinite)
      .operand_shapes(shapes_of(4))
      .covers(kernels::lstm_gates)
      .covers(kernels::lstm_gates_gradient)
      .reference([](const Array& a, const Array& b, const Array& cell) {
        Array y{cell.shape, {}};
        y.shape.insert(0, 2);
        for (const std::size_t k : {0u, 1u}) {
          for (const auto& e : cell_inputs<4>(a, b, cell))
            y.values.push_back(static_cast<double>(lstm(e)[k]));
        }
        return y;
      })
      .gradient(differentiable)
      .calls([](const auto& a, const auto& b, const auto& cell) { return lstm_gates(a, b, cell); });
  row("lstm_gates_gradient")
      .inputs(kValues, kValues, kValues, kValues)
      .operand_shapes(with_gradient_first(shapes_of(4), true))
      .skip_dtype_errors()
      .reference([](const Array& grad, const Array& a, const Array& b, const Array& cell) {
        const CellGradients g = cell_gradients(lstm, grad, a, b, cell);
        return flat_concat({g.a, g.state});
      })
      .tolerances({4e-6, 4e-6}, {1e-9, 1e-9})
      .gradient(not_differentiable)
      .calls([](const Tensor& grad, const Tensor& a, const Tensor& b, const Tensor& cell) {
        const tinytorch::detail::LstmGatesGradients gradients =
            tinytorch::detail::lstm_gates_gradient(grad, a, b, cell);
        return flat_concat({gradients.gates, gradients.cell});
      });
}

void gru_rows() {
  row("gru_gates")
      .inputs(kWithNonFinite, kWithNonFinite, kWithNonFinite)
      .operand_shapes(shapes_of(3))
      .covers(kernels::gru_gates)
      .covers(kernels::gru_gates_gradient)
      .reference([](const Array& a, const Array& b, const Array& hidden) {
        Array y{hidden.shape, {}};
        for (const auto& e : cell_inputs<3>(a, b, hidden)) y.values.push_back(static_cast<double>(gru(e)[0]));
        return y;
      })
      .tolerances({2e-6, 2e-6}, {1e-13, 1e-13})  // of two terms that may cancel
      .gradient(differentiable)
      .calls([](const auto& a, const auto& b, const auto& hidden) { return gru_gates(a, b, hidden); });
  row("gru_gates_gradient")
      .inputs(kValues, kValues, kValues, kValues)
      .operand_shapes(with_gradient_first(shapes_of(3), false))
      .skip_dtype_errors()
      .reference([](const Array& grad, const Array& a, const Array& b, const Array& hidden) {
        const CellGradients g = cell_gradients(gru, grad, a, b, hidden);
        return flat_concat({g.a, g.b, g.state});
      })
      .tolerances({4e-6, 4e-6}, {1e-9, 1e-9})
      .gradient(not_differentiable)
      .calls([](const Tensor& grad, const Tensor& a, const Tensor& b, const Tensor& hidden) {
        const tinytorch::detail::GruGatesGradients gradients =
            tinytorch::detail::gru_gates_gradient(grad, a, b, hidden);
        return flat_concat({gradients.from_input, gradients.from_hidden, gradients.hidden});
      });
}

}  // namespace

void recurrent_rows() {
  cell_rows();
  lstm_rows();
  gru_rows();

  time_row("rnn_cell", {{{32, 256}, {32, 256}, {256, 256}, {256, 256}, {256}, {256}}});
  time_row("gru_cell", {{{32, 256}, {32, 256}, {768, 256}, {768, 256}, {768}, {768}}});
  time_row("lstm_cell", {{{32, 256}, {32, 256}, {32, 256}, {1024, 256}, {1024, 256}, {1024}, {1024}}});
  time_row("lstm_gates", {{{32, 1024}, {32, 1024}, {32, 256}}});
  time_row("gru_gates", {{{32, 768}, {32, 768}, {32, 256}}});
}

}  // namespace tinytorch::conformance
