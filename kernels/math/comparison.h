#pragma once

#include <cstdint>

#include "kernels/math/host_device.h"

/// Functors of core/ops/comparison.h.
namespace tinytorch::math {

struct Equal {
  template <class T>
  HOST_DEVICE bool operator()(T a, T b) const {
    return a == b;
  }
};

struct NotEqual {
  template <class T>
  HOST_DEVICE bool operator()(T a, T b) const {
    return a != b;
  }
};

struct Less {
  template <class T>
  HOST_DEVICE bool operator()(T a, T b) const {
    return a < b;
  }
};

struct LessEqual {
  template <class T>
  HOST_DEVICE bool operator()(T a, T b) const {
    return a <= b;
  }
};

struct Greater {
  template <class T>
  HOST_DEVICE bool operator()(T a, T b) const {
    return a > b;
  }
};

// Bools are the bytes 0 and 1: compilers vectorize loops over bytes, but not over bool.
struct LogicalAnd {
  HOST_DEVICE std::uint8_t operator()(std::uint8_t a, std::uint8_t b) const { return a & b; }
};

struct LogicalOr {
  HOST_DEVICE std::uint8_t operator()(std::uint8_t a, std::uint8_t b) const { return a | b; }
};

struct LogicalXor {
  HOST_DEVICE std::uint8_t operator()(std::uint8_t a, std::uint8_t b) const { return a ^ b; }
};

struct LogicalNot {
  HOST_DEVICE std::uint8_t operator()(std::uint8_t x) const { return x ^ 1; }
};

struct IsNan {
  template <class T>
  HOST_DEVICE bool operator()(T x) const {
    return x != x;
  }
};

struct IsInf {
  template <class T>
  HOST_DEVICE bool operator()(T x) const {
    return x - x != T(0) && x == x;
  }
};

struct IsFinite {
  template <class T>
  HOST_DEVICE bool operator()(T x) const {
    return x - x == T(0);
  }
};

struct Where {
  template <class T>
  HOST_DEVICE T operator()(std::uint8_t condition, T a, T b) const {
    return condition != 0 ? a : b;
  }
};

}  // namespace tinytorch::math
