#pragma once

#include <concepts>
#include <cstdint>
#include <utility>

#include "core/convert.h"
#include "core/dtype.h"
#include "core/error.h"

namespace tinytorch {

/// The scalar argument of an op: a bool, 64-bit integer or double. 64-bit integers stay exact.
/// ```cpp
/// const Tensor x = full({2}, Scalar(3), {.dtype = DType::f64});
/// std::cout << Scalar(2.9).dtype() << ' ' << Scalar(2.9).to<std::int32_t>();  // f32 2
/// ```
class Scalar {
 public:
  Scalar(bool value) : dtype_(DType::boolean), integer_(value ? 1 : 0) {}
  /// @throws ValueError  the value exceeds the largest i64
  template <std::integral T>
  Scalar(T value) : dtype_(DType::i64), integer_(static_cast<std::int64_t>(value)) {
    if (!std::in_range<std::int64_t>(value)) throw ValueError("[scalar] the value exceeds the largest i64");
  }
  template <std::floating_point T>
  Scalar(T value) : dtype_(DType::f32), real_(static_cast<double>(value)) {}

  /// The default dtype of a tensor made from this scalar: bool, i64 or f32 (also for a double, as in
  /// PyTorch).
  DType dtype() const { return dtype_; }

  /// The value converted to T by convert().
  template <Element T>
  T to() const {
    return dtype_ == DType::f32 ? convert<T>(real_) : convert<T>(integer_);
  }

 private:
  DType dtype_;
  union {
    std::int64_t integer_;
    double real_;
  };
};

}  // namespace tinytorch
