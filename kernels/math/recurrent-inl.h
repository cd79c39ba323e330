// Formulas of core/ops/recurrent.h for one element; the arguments are in the order of the gates; see
// kernels/math/host_device.h.

#include "kernels/math/activation-inl.h"
#include "kernels/math/host_device.h"
#include "kernels/math/math-inl.h"

#if defined(TINYTORCH_MATH_RECURRENT_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TINYTORCH_MATH_RECURRENT_INL_H
#undef TINYTORCH_MATH_RECURRENT_INL_H
#else
#define TINYTORCH_MATH_RECURRENT_INL_H
#endif

BEGIN_MATH

/// The derivatives of sigmoid and tanh in terms of their results.
template <class T>
HOST_DEVICE T sigmoid_slope(T y) {
  return y * (T(1) - y);
}
template <class T>
HOST_DEVICE T tanh_slope(T y) {
  return T(1) - y * y;
}

template <class T>
struct Lstm {
  T input, forget, candidate, output;  // activated
  T previous_cell, cell, tanh_cell;    // squashed = tanh(cell)

  HOST_DEVICE Lstm(T i, T f, T g, T o, T previous)
      : input(Sigmoid{}(i)),
        forget(Sigmoid{}(f)),
        candidate(Tanh{}(g)),
        output(Sigmoid{}(o)),
        previous_cell(previous),
        cell(forget * previous + input * candidate),
        tanh_cell(Tanh{}(cell)) {}

  HOST_DEVICE T hidden() const { return output * tanh_cell; }

  /// The gradient of the new cell, including that by way of the hidden state.
  HOST_DEVICE T cell_gradient(T dhidden, T dcell) const {
    return dcell + dhidden * output * tanh_slope(tanh_cell);
  }
  HOST_DEVICE T input_gradient(T dcell) const { return dcell * candidate * sigmoid_slope(input); }
  HOST_DEVICE T forget_gradient(T dcell) const { return dcell * previous_cell * sigmoid_slope(forget); }
  HOST_DEVICE T candidate_gradient(T dcell) const { return dcell * input * tanh_slope(candidate); }
  HOST_DEVICE T output_gradient(T dhidden) const { return dhidden * tanh_cell * sigmoid_slope(output); }
  HOST_DEVICE T previous_gradient(T dcell) const { return dcell * forget; }
};

template <class T>
struct Gru {
  T reset, update, candidate;  // activated
  T from_hidden, previous;     // the hidden state's part of the candidate, and that state

  HOST_DEVICE Gru(T r, T z, T n_input, T n_hidden, T previous)
      : reset(Sigmoid{}(r)),
        update(Sigmoid{}(z)),
        candidate(Tanh{}(n_input + reset * n_hidden)),
        from_hidden(n_hidden),
        previous(previous) {}

  HOST_DEVICE T hidden() const { return (T(1) - update) * candidate + update * previous; }

  HOST_DEVICE T candidate_gradient(T dhidden) const {
    return dhidden * (T(1) - update) * tanh_slope(candidate);
  }
  HOST_DEVICE T reset_gradient(T dcandidate) const { return dcandidate * from_hidden * sigmoid_slope(reset); }
  HOST_DEVICE T update_gradient(T dhidden) const {
    return dhidden * (previous - candidate) * sigmoid_slope(update);
  }
  HOST_DEVICE T previous_gradient(T dhidden) const { return dhidden * update; }
};

// The work of a kernel on element j of a row of `width` elements; the gates are [rows, gates, width].

template <class T>
struct LstmForward {
  const T* from_input;
  const T* from_hidden;
  const T* cell;
  T* y;
  T* new_cell;

  template <class Index>
  HOST_DEVICE static Lstm<T> at(const T* a, const T* b, const T* cell, Index row, Index j, Index width) {
    const Index i = 4 * row * width + j, f = i + width, g = f + width, o = g + width;
    return Lstm<T>(a[i] + b[i], a[f] + b[f], a[g] + b[g], a[o] + b[o], cell[row * width + j]);
  }

  template <class Index>
  HOST_DEVICE void operator()(Index row, Index j, Index width) const {
    const Lstm<T> cell_step = at(from_input, from_hidden, cell, row, j, width);
    y[row * width + j] = cell_step.hidden();
    new_cell[row * width + j] = cell_step.cell;
  }
};

template <class T>
struct LstmBackward {
  const T* grad;
  const T* cell_grad;
  const T* from_input;
  const T* from_hidden;
  const T* cell;
  T* dgates;
  T* dcell;

  template <class Index>
  HOST_DEVICE void operator()(Index row, Index j, Index width) const {
    const Lstm<T> cell_step = LstmForward<T>::at(from_input, from_hidden, cell, row, j, width);
    const Index at = row * width + j;
    const T dhidden = grad[at], dnew = cell_step.cell_gradient(dhidden, cell_grad[at]);
    T* gate = dgates + 4 * row * width + j;
    gate[0] = cell_step.input_gradient(dnew);
    gate[width] = cell_step.forget_gradient(dnew);
    gate[2 * width] = cell_step.candidate_gradient(dnew);
    gate[3 * width] = cell_step.output_gradient(dhidden);
    dcell[at] = cell_step.previous_gradient(dnew);
  }
};

template <class T>
struct GruForward {
  const T* from_input;
  const T* from_hidden;
  const T* hidden;
  T* y;

  template <class Index>
  HOST_DEVICE static Gru<T> at(const T* a, const T* b, const T* hidden, Index row, Index j, Index width) {
    const Index r = 3 * row * width + j, z = r + width, n = z + width;
    return Gru<T>(a[r] + b[r], a[z] + b[z], a[n], b[n], hidden[row * width + j]);
  }

  template <class Index>
  HOST_DEVICE void operator()(Index row, Index j, Index width) const {
    y[row * width + j] = at(from_input, from_hidden, hidden, row, j, width).hidden();
  }
};

template <class T>
struct GruBackward {
  const T* grad;
  const T* from_input;
  const T* from_hidden;
  const T* hidden;
  T* dinput;
  T* dhidden_part;
  T* dhidden;

  template <class Index>
  HOST_DEVICE void operator()(Index row, Index j, Index width) const {
    const Gru<T> cell_step = GruForward<T>::at(from_input, from_hidden, hidden, row, j, width);
    const Index at = row * width + j, r = 3 * row * width + j, z = r + width, n = z + width;
    const T dn = cell_step.candidate_gradient(grad[at]);
    const T dr = cell_step.reset_gradient(dn), dz = cell_step.update_gradient(grad[at]);
    dinput[r] = dr, dinput[z] = dz, dinput[n] = dn;
    dhidden_part[r] = dr, dhidden_part[z] = dz, dhidden_part[n] = dn * cell_step.reset;
    dhidden[at] = cell_step.previous_gradient(grad[at]);
  }
};

END_MATH

#endif
