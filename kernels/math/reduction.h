#pragma once

#include <cmath>
#include <cstdint>
#include <type_traits>

#include "core/ops/reduction_kernels.h"
#include "kernels/math/host_device.h"

/// Functors of core/ops/reduction.h.
namespace tinytorch::math {

/// The type in which elements of type T are added or multiplied; unsigned for integers, so that they wrap
/// around.
template <class T>
using Accumulator = std::conditional_t<std::is_floating_point_v<T>, double, std::uint64_t>;

/// The type of a sum or product.
template <class T>
using ReductionResult = std::conditional_t<std::is_floating_point_v<T>, T, std::int64_t>;

/// What rounding takes from a + b, whose rounded sum is given (Knuth's TwoSum).
template <class T>
HOST_DEVICE T rounding_error(T a, T b, T sum) {
  const T added = sum - a;
  return (a - (sum - added)) + (b - added);
}

/// sum += x, and adds what rounding takes from it to `errors`.
template <class T>
HOST_DEVICE void add_compensated(T x, T& sum, T& errors) {
  const T next = sum + x;
  errors += rounding_error(sum, x, next);
  sum = next;
}

/// A sum of f32 values with the sum of its rounding errors, which an infinite sum has not.
template <class T>
HOST_DEVICE T corrected(T sum, T errors) {
  const T exact = sum + errors;
  return exact == exact ? exact : sum;
}

/// A long sum in f32 that keeps its rounding errors, so that it is about as exact as in f64, which many GPUs
/// compute slowly. In f64 it is a plain sum.
template <class T>
class CompensatedSum {
 public:
  HOST_DEVICE void add(T x) {
    if constexpr (std::is_same_v<T, float>) {
      add_compensated(x, sum_, errors_);
    } else {
      sum_ += x;
    }
  }
  HOST_DEVICE void scale(T factor) {
    sum_ *= factor;
    errors_ *= factor;
  }
  HOST_DEVICE T value() const { return corrected(sum_, errors_); }

 private:
  T sum_ = 0, errors_ = 0;
};

/// The result of kernels::moment, from the sum.
template <class Y>
HOST_DEVICE Y finish_moment(const kernels::MomentForm& form, double sum) {
  const double moment = sum / form.divisor;
  return static_cast<Y>(form.root ? std::sqrt(moment) : moment);
}

/// Calls f<T, Y>() with the types of x and y of kernels::moment.
template <class F>
void dispatch_moment(DType x, DType y, const F& f) {
  if (x == DType::f64) return f.template operator()<double, double>();
  if (y == DType::f64) return f.template operator()<float, double>();
  f.template operator()<float, float>();
}

/// An element and its index among those that are reduced with it.
template <class T>
struct Candidate {
  T value;
  std::int64_t index;
};

/// True where x is more extreme than `best`: Order (Less or Greater) holds, or x is the first NaN.
template <class Order, class T>
HOST_DEVICE bool more_extreme(T x, T best) {
  if constexpr (std::is_floating_point_v<T>) {
    return Order{}(x, best) | ((x != x) & (best == best));
  } else {
    return Order{}(x, best);
  }
}

}  // namespace tinytorch::math
