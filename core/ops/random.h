#pragma once

#include "core/kernel.h"
#include "core/random.h"
#include "core/tensor.h"

namespace tinytorch {

/// Uniform in [0, 1). f32 or f64.
/// @throws DTypeError  not f32 or f64. ShapeError, DeviceError
Tensor rand(const Shape& shape, Options options = {}, Generator& generator = default_generator());

/// Normal with mean 0 and deviation 1 (Box-Muller). f32 or f64; the f32 numbers are the f64 ones, rounded.
/// @throws as rand()
Tensor randn(const Shape& shape, Options options = {}, Generator& generator = default_generator());

/// Integers in [low, high), each as likely to within 2^-64 (high - low); i64 unless told otherwise.
/// @throws ValueError  low >= high. DTypeError  not an integer type, or it cannot hold them. ShapeError,
/// DeviceError
Tensor randint(std::int64_t low, std::int64_t high, const Shape& shape, Options options = {},
               Generator& generator = default_generator());

}  // namespace tinytorch
