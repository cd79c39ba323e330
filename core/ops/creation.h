#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

#include "core/tensor.h"

/// Functions that create tensors. By default a tensor is f32 and on the CPU, unless a function says
/// otherwise.
///
/// ```cpp
/// const Tensor x = zeros({2, 3}, {.dtype = DType::f64});
/// const Tensor steps = arange(0, 10, 2);       // i64 [0, 2, 4, 6, 8]
/// const Tensor grid = linspace(0.0, 1.0, 5);   // [0, 0.25, 0.5, 0.75, 1]
/// const Tensor data = from_values(std::vector<float>{1, 2, 3, 4}, {2, 2});
/// ```
///
/// @throws ShapeError   a length is negative, or the size overflows
/// @throws DTypeError   the dtype is f16 or bf16, which tensors do not support yet
/// @throws DeviceError  the device is not available
/// @throws MemoryError  the device is out of memory
namespace tinytorch {

/// A tensor whose elements are uninitialized.
Tensor empty(const Shape& shape, Options options = {});
/// A tensor of zeros.
Tensor zeros(const Shape& shape, Options options = {});
/// A tensor of ones.
Tensor ones(const Shape& shape, Options options = {});
/// A tensor whose elements are all `value`. By default it has the dtype of the scalar: bool, i64 or f32.
Tensor full(const Shape& shape, Scalar value, Options options = {});

/// A tensor with the shape, dtype and device of x, unless the options give others. It has x's memory order if
/// x is dense (its elements fill a block of memory without overlap), and is otherwise contiguous.
/// @throws ValueError  x is undefined; so do zeros_like(), ones_like() and full_like()
Tensor empty_like(const Tensor& x);
Tensor empty_like(const Tensor& x, Options options);
Tensor zeros_like(const Tensor& x);
Tensor ones_like(const Tensor& x);
Tensor full_like(const Tensor& x, Scalar value);

/// The values start, start + step, ... up to but excluding stop; step may be negative. By default the dtype
/// is i64 if all three are integers, and otherwise f32. Each element is computed as start + i * step in f64
/// (i64 for integers), so that errors do not accumulate.
/// @throws ValueError  step is 0 or not finite, or the range has more than 2^53 elements
Tensor arange(Scalar start, Scalar stop, Scalar step = 1, Options options = {});
/// The values 0, 1, ... up to but excluding stop.
Tensor arange(Scalar stop, Options options = {});

/// n evenly spaced values from start to stop, both included.
/// @return  [n]
/// @throws ValueError  n is negative
Tensor linspace(double start, double stop, std::int64_t n, Options options = {});

/// A matrix with ones on the diagonal and zeros elsewhere.
/// @return  [rows, columns]; by default [rows, rows]
Tensor eye(std::int64_t rows, std::optional<std::int64_t> columns = {}, Options options = {});

/// A tensor with a copy of values in host memory, which are in row-major order. Its dtype is that of T: f64
/// for {1.0, 2.0}.
/// @throws ShapeError  values.size() is not the number of elements of `shape`
template <Element T>
Tensor from_values(std::span<const T> values, const Shape& shape, Device device = Device::cpu());
template <Element T>
Tensor from_values(const std::vector<T>& values, const Shape& shape, Device device = Device::cpu()) {
  if constexpr (std::is_same_v<T, bool>) {  // whose elements are bits
    const auto copy = std::make_unique<bool[]>(values.size());
    std::copy(values.begin(), values.end(), copy.get());
    return from_values(std::span<const bool>(copy.get(), values.size()), shape, device);
  } else {
    return from_values(std::span<const T>(values), shape, device);
  }
}
template <Element T>
Tensor from_values(std::initializer_list<T> values, const Shape& shape, Device device = Device::cpu()) {
  return from_values(std::span<const T>(values.begin(), values.size()), shape, device);
}

}  // namespace tinytorch
