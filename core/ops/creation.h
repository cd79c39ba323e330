#pragma once

#include "core/kernel.h"
#include "core/tensor.h"

namespace tinytorch {

/// Elements are whatever the memory held. @throws ShapeError negative lengths or overflow; DeviceError;
/// MemoryError
Tensor empty(const Shape& shape, Options options = {});
Tensor zeros(const Shape& shape, Options options = {});
Tensor ones(const Shape& shape, Options options = {});
/// All elements `value`; without options.dtype of the number's type: bool, i64 or f32.
Tensor full(const Shape& shape, Scalar value, Options options = {});

/// The same shape and, where x has no gaps or overlaps, order in memory; by default x's element type and
/// device.
Tensor empty_like(const Tensor& x);
Tensor empty_like(const Tensor& x, Options options);
Tensor zeros_like(const Tensor& x);
Tensor ones_like(const Tensor& x);
Tensor full_like(const Tensor& x, Scalar value);

/// start, start + step, ... up to but without stop; i64 where all three are integers, else f32.
/// Each element is computed as start + i * step in f64 (i64 for integers), so errors do not add up.
/// @throws ValueError  step is 0 or not finite, or the range has more than 2^53 elements
Tensor arange(Scalar start, Scalar stop, Scalar step = 1, Options options = {});
/// 0, 1, ... stop-1.
Tensor arange(Scalar stop, Options options = {});

/// `count` evenly spaced numbers from start to stop, both included; f32 unless told otherwise.
/// @throws ValueError  count is negative
Tensor linspace(double start, double stop, std::int64_t count, Options options = {});

/// Ones on the diagonal, else zeros: [rows, columns]; square where columns is left out.
Tensor eye(std::int64_t rows, std::optional<std::int64_t> columns = {}, Options options = {});

/// Copies numbers from host memory, in row-major order.
/// @throws ShapeError  values.size() is not the number of elements of shape
template <Element T>
Tensor from_values(std::span<const T> values, const Shape& shape, Device device = Device::cpu());
template <Element T>
Tensor from_values(const std::vector<T>& values, const Shape& shape, Device device = Device::cpu()) {
  return from_values(std::span<const T>(values), shape, device);
}

}  // namespace tinytorch
