#pragma once

#include <cstdint>

#include "kernels/math/host_device.h"
#include "kernels/math/reduction.h"

/// The scans of core/ops/scan.h: the state that is carried from element to element, and the associative
/// operator that joins the states of adjacent ranges. lift() is the state of one element: at an offset, the
/// i-th of its row.
namespace tinytorch::math {

template <class T>
struct RunningSum {
  using Output = ReductionResult<T>;
  using State = Accumulator<T>;
  const T* x;

  HOST_DEVICE static State identity() { return 0; }
  HOST_DEVICE State lift(std::int64_t offset, std::int64_t) const { return static_cast<State>(x[offset]); }
  HOST_DEVICE static State join(State a, State b) { return a + b; }
  HOST_DEVICE static Output finish(State total) { return static_cast<Output>(total); }
};

template <class T>
struct RunningProduct {
  using Output = ReductionResult<T>;
  using State = Accumulator<T>;
  const T* x;

  HOST_DEVICE static State identity() { return 1; }
  HOST_DEVICE State lift(std::int64_t offset, std::int64_t) const { return static_cast<State>(x[offset]); }
  HOST_DEVICE static State join(State a, State b) { return a * b; }
  HOST_DEVICE static Output finish(State total) { return static_cast<Output>(total); }
};

/// The index of the last most extreme element, or -1 if there is none: of the largest if Order is Greater, of
/// the smallest if it is Less, and of NaN in either case.
template <class T, class Order>
struct RunningExtremum {
  using Output = std::int64_t;
  using State = Candidate<T>;
  const T* x;

  HOST_DEVICE static State identity() { return {T(0), -1}; }
  HOST_DEVICE State lift(std::int64_t offset, std::int64_t i) const { return {x[offset], i}; }
  HOST_DEVICE static State join(State a, State b) {
    if (a.index < 0) return b;
    const bool keeps_a =
        b.index < 0 || Order{}(a.value, b.value) || (a.value != a.value && b.value == b.value);
    return keeps_a ? a : b;
  }
  HOST_DEVICE static Output finish(State total) { return total.index; }
};

/// The map s -> factor * s + term.
struct Affine {
  double factor;
  double term;
};

/// A linear recurrence as the composition of affine maps (Blelloch 1990, section 1.4.1), applied to 0. The
/// product of several factors may overflow where none of them does, so 0 stays 0 under any factor.
template <class T>
struct Recurrence {
  using Output = T;
  using State = Affine;
  const T* factor;
  const T* term;

  HOST_DEVICE static State identity() { return {1, 0}; }
  HOST_DEVICE State lift(std::int64_t offset, std::int64_t) const {
    return {static_cast<double>(factor[offset]), static_cast<double>(term[offset])};
  }
  HOST_DEVICE static State join(State a, State b) {
    return {a.factor * b.factor, a.term == 0 ? b.term : b.factor * a.term + b.term};
  }
  HOST_DEVICE static Output finish(State total) { return static_cast<Output>(total.term); }
};

}  // namespace tinytorch::math
