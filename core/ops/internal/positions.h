#pragma once

#include "core/op_scope.h"
#include "core/ops/positions.h"

// Internal: the checks of rotary(), and the definitions of its templates.
namespace tinytorch {

namespace detail {

/// offset, offset + 1, ... for x's second to last axis. @throws ShapeError  there is none
Tensor consecutive_positions(const Tensor& x, std::int64_t offset);
/// The table for x at these positions. @throws as rotary()
RotaryTable rotary_table_for(const Tensor& x, const Tensor& positions, double base);

}  // namespace detail

template <TensorLike T>
T rotary(const T& x, const Tensor& positions, double base, RotaryPairs pairs) {
  const OpScope scope("rotary");
  const RotaryTable table = detail::rotary_table_for(value_of(x), positions, base);
  return pairs == RotaryPairs::halves ? rotate_halves(x, table.cosine, table.sine)
                                      : rotate_interleaved(x, table.cosine, table.sine);
}

template <TensorLike T>
T rotary(const T& x, std::int64_t offset, double base, RotaryPairs pairs) {
  const OpScope scope("rotary");
  return rotary(x, detail::consecutive_positions(value_of(x), offset), base, pairs);
}

}  // namespace tinytorch

/// The templates of core/ops/positions.h for one of Tensor and Variable.
#define TINYTORCH_INSTANTIATE_POSITIONS(T)                            \
  template T rotary<T>(const T&, const Tensor&, double, RotaryPairs); \
  template T rotary<T>(const T&, std::int64_t, double, RotaryPairs)
