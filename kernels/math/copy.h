#pragma once

#include "core/convert.h"
#include "kernels/math/host_device.h"

/// Functors of kernels::copy.
namespace tinytorch::math {

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

}  // namespace tinytorch::math
