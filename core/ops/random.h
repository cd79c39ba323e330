#pragma once

#include <cstdint>

#include "core/random.h"
#include "core/tensor.h"

/// Tensors of random numbers: one seed gives the same on each device.
///
/// ```cpp
/// manual_seed(42);
/// const Tensor weights = randn({3, 4});
/// const Tensor labels = randint(0, 10, {3});
/// ```
namespace tinytorch {

/// Uniform in [0, 1). f32 or f64.
/// @throws DTypeError   not f32 or f64
/// @throws ShapeError   a length is negative, or the size overflows
/// @throws DeviceError  there is no such device
Tensor rand(const Shape& shape, Options options = {}, Generator& generator = default_generator());

/// Normal with mean 0 and standard deviation 1 (Box-Muller). f32 or f64; the f32 numbers are the f64 ones,
/// rounded.
/// @throws as rand()
Tensor randn(const Shape& shape, Options options = {}, Generator& generator = default_generator());

/// Integers in [low, high), i64 by default. Their probabilities are equal to within 2^-64 (high - low).
/// @throws ValueError  low >= high
/// @throws DTypeError  not an integer dtype, or it cannot hold them
/// @throws ShapeError, DeviceError  as rand()
Tensor randint(std::int64_t low, std::int64_t high, const Shape& shape, Options options = {},
               Generator& generator = default_generator());

}  // namespace tinytorch
