// Functors of core/ops/indexing.h: how an element of y is combined with the sources scattered to it; see
// kernels/math/host_device.h.

#include <type_traits>

#include "kernels/math/arithmetic-inl.h"
#include "kernels/math/host_device.h"

#if defined(TINYTORCH_MATH_INDEXING_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TINYTORCH_MATH_INDEXING_INL_H
#undef TINYTORCH_MATH_INDEXING_INL_H
#else
#define TINYTORCH_MATH_INDEXING_INL_H
#endif

BEGIN_MATH

/// The sum; that of floating-point values is accumulated in f64.
template <class T>
struct AddSources {
  using Element = T;
  using Total = std::conditional_t<std::is_floating_point_v<T>, double, T>;

  HOST_DEVICE static Total join(Total total, T source) { return Add{}(total, static_cast<Total>(source)); }
};

/// The last source. T is any type of the elements' size.
template <class T>
struct LastSource {
  using Element = T;
  using Total = T;

  HOST_DEVICE static T join(T, T source) { return source; }
};

END_MATH

#endif
