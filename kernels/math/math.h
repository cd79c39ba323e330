#pragma once

#include <cmath>
#include <type_traits>

#include "kernels/math/elementary.h"
#include "kernels/math/host_device.h"

/// Functors of core/ops/math.h.
namespace tinytorch::math {

struct Exp {
  HOST_DEVICE float operator()(float x) const { return exp_f32(x); }
  HOST_DEVICE double operator()(double x) const { return std::exp(x); }
};

struct Log {
  HOST_DEVICE float operator()(float x) const { return log_f32(x); }
  HOST_DEVICE double operator()(double x) const { return std::log(x); }
};

struct Sqrt {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return std::sqrt(x);
  }
};

struct Sin {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return std::sin(x);
  }
};

struct Cos {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return std::cos(x);
  }
};

struct Tanh {
  HOST_DEVICE float operator()(float x) const { return tanh_f32(x); }
  HOST_DEVICE double operator()(double x) const { return std::tanh(x); }
};

}  // namespace tinytorch::math
