#pragma once

#include <type_traits>

#include "kernels/math/arithmetic.h"
#include "kernels/math/host_device.h"

/// What becomes of an element of y and the sources that come to its place: functors of core/ops/indexing.h.
namespace tinytorch::math {

/// The sum, of floating numbers in f64.
template <class T>
struct AddSources {
  using Element = T;
  using Total = std::conditional_t<std::is_floating_point_v<T>, double, T>;

  HOST_DEVICE static Total join(Total total, T source) { return Add{}(total, static_cast<Total>(source)); }
};

/// The last one. T is any type of the elements' size.
template <class T>
struct LastSource {
  using Element = T;
  using Total = T;

  HOST_DEVICE static T join(T, T source) { return source; }
};

}  // namespace tinytorch::math
