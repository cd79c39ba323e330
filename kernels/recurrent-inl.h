// The kernels of core/ops/recurrent.h from their formulas; see kernels/math/host_device.h.

#include "core/ops/recurrent_kernels.h"
#include "kernels/math/recurrent-inl.h"

#if defined(TINYTORCH_RECURRENT_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TINYTORCH_RECURRENT_INL_H
#undef TINYTORCH_RECURRENT_INL_H
#else
#define TINYTORCH_RECURRENT_INL_H
#endif

BEGIN_MATH

/// The kernels for every device. ForEach{}(state, f) calls f(row, j, width) for each
/// element of a state [..., width].
template <class ForEach>
struct RecurrentKernels {
  static void lstm_gates(const Tensor& from_input, const Tensor& from_hidden, const Tensor& cell, Tensor& y) {
    dispatch<FloatingTypes>(y.dtype(), [&]<class T>() {
      T* const to = y.data<T>();
      ForEach{}(cell, LstmForward<T>{from_input.data<T>(), from_hidden.data<T>(), cell.data<T>(), to,
                                     to + cell.numel()});
    });
  }

  static void lstm_gates_gradient(const Tensor& grad, const Tensor& from_input, const Tensor& from_hidden,
                                  const Tensor& cell, Tensor& dgates, Tensor& dcell) {
    dispatch<FloatingTypes>(dcell.dtype(), [&]<class T>() {
      const T* const from = grad.data<T>();
      ForEach{}(cell, LstmBackward<T>{from, from + cell.numel(), from_input.data<T>(), from_hidden.data<T>(),
                                      cell.data<T>(), dgates.data<T>(), dcell.data<T>()});
    });
  }

  static void gru_gates(const Tensor& from_input, const Tensor& from_hidden, const Tensor& hidden,
                        Tensor& y) {
    dispatch<FloatingTypes>(y.dtype(), [&]<class T>() {
      ForEach{}(hidden,
                GruForward<T>{from_input.data<T>(), from_hidden.data<T>(), hidden.data<T>(), y.data<T>()});
    });
  }

  static void gru_gates_gradient(const Tensor& grad, const Tensor& from_input, const Tensor& from_hidden,
                                 const Tensor& hidden, Tensor& dinput, Tensor& dhidden_part,
                                 Tensor& dhidden) {
    dispatch<FloatingTypes>(dhidden.dtype(), [&]<class T>() {
      ForEach{}(hidden,
                GruBackward<T>{grad.data<T>(), from_input.data<T>(), from_hidden.data<T>(), hidden.data<T>(),
                               dinput.data<T>(), dhidden_part.data<T>(), dhidden.data<T>()});
    });
  }

  /// Registers the kernels for a device type.
  static void register_for(DeviceType type) {
    kernels::lstm_gates.set(type, lstm_gates);
    kernels::lstm_gates_gradient.set(type, lstm_gates_gradient);
    kernels::gru_gates.set(type, gru_gates);
    kernels::gru_gates_gradient.set(type, gru_gates_gradient);
  }
};

END_MATH

#endif
