#pragma once

#include <cstdint>

#include "core/random.h"
#include "core/tensor.h"

/// Tensors of random numbers. A seed gives the same numbers on every device.
///
/// ```cpp
/// manual_seed(42);
/// const Tensor weights = randn({3, 4});
/// const Tensor labels = randint(0, 10, {3});
/// ```
namespace tinytorch {

/// Random numbers from the uniform distribution on [0, 1), in f32 (the default) or f64.
/// @throws DTypeError   the dtype is not floating
/// @throws ShapeError   a length is negative, or the size overflows
/// @throws DeviceError  the device is not available
Tensor rand(const Shape& shape, Options options = {}, Generator& generator = default_generator());

/// Random numbers from the normal distribution with mean 0 and standard deviation 1 (Box-Muller), in f32 (the
/// default) or f64. The f32 numbers are the rounded f64 numbers.
/// @throws as rand()
Tensor randn(const Shape& shape, Options options = {}, Generator& generator = default_generator());

/// Random integers in [low, high), i64 by default. Their probabilities are equal to within
/// 2^-64 * (high - low).
/// @throws ValueError  low >= high
/// @throws DTypeError  the dtype is not an integer dtype, or cannot represent low or high - 1
/// @throws ShapeError, DeviceError  as rand()
Tensor randint(std::int64_t low, std::int64_t high, const Shape& shape, Options options = {},
               Generator& generator = default_generator());

}  // namespace tinytorch
