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

namespace kernels {
// Element i of the contiguous y comes from the Philox block stream.offset + i / n of key stream.seed, see
// kernels/math/random.h, which makes the numbers the same on each device.
inline Kernel<void(const RandomStream& stream, Tensor& y)> random_uniform{"random_uniform"};
inline Kernel<void(const RandomStream& stream, Tensor& y)> random_normal{"random_normal"};
/// y = low + a number in [0, range), range > 0.
inline Kernel<void(const RandomStream& stream, const std::int64_t& low, const std::uint64_t& range,
                   Tensor& y)>
    random_integers{"random_integers"};
}  // namespace kernels

}  // namespace tinytorch
