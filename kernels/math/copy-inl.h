// Functors of kernels::copy, see kernels/math/host_device.h.

#include "core/convert.h"
#include "kernels/math/host_device.h"

#if defined(TINYTORCH_MATH_COPY_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TINYTORCH_MATH_COPY_INL_H
#undef TINYTORCH_MATH_COPY_INL_H
#else
#define TINYTORCH_MATH_COPY_INL_H
#endif

BEGIN_MATH

/// The element itself.
struct Identity {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return x;
  }
};

template <class To>
struct Convert {
  template <class From>
  HOST_DEVICE To operator()(From x) const {
    return convert<To>(x);
  }
};

END_MATH

#endif
