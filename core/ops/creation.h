#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/tensor.h"

/// Functions that create tensors. Without options.dtype a tensor is f32, without options.device it is on the
/// CPU, unless a function says otherwise.
///
/// ```cpp
/// const Tensor x = zeros({2, 3}, {.dtype = DType::f64});
/// const Tensor steps = arange(0, 10, 2);       // i64 [0, 2, 4, 6, 8]
/// const Tensor grid = linspace(0.0, 1.0, 5);   // [0, 0.25, 0.5, 0.75, 1]
/// const Tensor data = from_values(std::vector<float>{1, 2, 3, 4}, {2, 2});
/// ```
///
/// @throws ShapeError   a length is negative, or the size overflows
/// @throws DTypeError   there are no tensors of the dtype (f16, bf16)
/// @throws DeviceError  there is no such device
/// @throws MemoryError  the device is out of memory
namespace tinytorch {

/// A tensor of uninitialized elements.
Tensor empty(const Shape& shape, Options options = {});
Tensor zeros(const Shape& shape, Options options = {});
Tensor ones(const Shape& shape, Options options = {});
/// A tensor of equal elements. Without options.dtype it has the scalar's: bool, i64 or f32.
Tensor full(const Shape& shape, Scalar value, Options options = {});

/// A tensor of x's shape, and of x's memory order where x has no gaps or overlaps. By default it has x's
/// dtype and device.
/// @throws ValueError  x is undefined; so do zeros_like(), ones_like() and full_like()
Tensor empty_like(const Tensor& x);
Tensor empty_like(const Tensor& x, Options options);
Tensor zeros_like(const Tensor& x);
Tensor ones_like(const Tensor& x);
Tensor full_like(const Tensor& x, Scalar value);

/// start, start + step, ... below stop (above it where step is negative); i64 where all three are integers,
/// else f32. Each element is computed as start + i * step in f64 (i64 for integers), so errors do not
/// accumulate.
/// @throws ValueError  step is 0 or not finite, or the range has more than 2^53 elements
Tensor arange(Scalar start, Scalar stop, Scalar step = 1, Options options = {});
/// 0, 1, ... stop - 1.
Tensor arange(Scalar stop, Options options = {});

/// n evenly spaced values from start to stop, both included.
/// @throws ValueError  n is negative
Tensor linspace(double start, double stop, std::int64_t n, Options options = {});

/// Ones on the diagonal, zeros elsewhere: `[rows, columns]`, square where columns is left out.
Tensor eye(std::int64_t rows, std::optional<std::int64_t> columns = {}, Options options = {});

/// Copies values from host memory, in row-major order; the dtype is that of T.
/// @throws ShapeError  values.size() is not the number of elements of shape
template <Element T>
Tensor from_values(std::span<const T> values, const Shape& shape, Device device = Device::cpu());
template <Element T>
Tensor from_values(const std::vector<T>& values, const Shape& shape, Device device = Device::cpu()) {
  return from_values(std::span<const T>(values), shape, device);
}

}  // namespace tinytorch
