#pragma once

#include <cstdint>

#include "core/ops/random.h"
#include "core/tensor.h"

/// Random samples, made of the random numbers of core/ops/random.h: one seed gives the same on each device.
///
/// ```cpp
/// Generator generator(7);
/// const Tensor noise = normal(0.0, 0.1, {2, 3}, {}, generator);
/// const Tensor mask = bernoulli(full({2, 3}, 0.8), generator);
/// const Tensor token = multinomial(Tensor{0.1, 0.7, 0.2}, 1, true, generator);  // i64 [1]
/// const Tensor order = permutation(10, {}, generator);
/// ```
namespace tinytorch {

/// Normal samples with a mean and a standard deviation. f32 or f64.
/// @throws ValueError  the deviation is negative
/// @throws DTypeError, ShapeError, DeviceError  as randn()
Tensor normal(double mean, double deviation, const Shape& shape, Options options = {},
              Generator& generator = default_generator());

/// Bernoulli samples: 1 with the probability of each element of p, else 0; 1 where the element's f32 number
/// of rand() is below p. Waits for the device, to check p.
/// @return  p's shape and dtype
/// @throws DTypeError  p is not floating
/// @throws ValueError  an element is not in [0, 1]
Tensor bernoulli(const Tensor& p, Generator& generator = default_generator());

/// Indices drawn with probabilities proportional to weights, which need not sum to 1. With replacement by
/// binary search in the cumulative sum; without by the order of exponential arrival times, which is the order
/// of successive draws (Efraimidis and Spirakis 2006). Computed on the host, in f64: waits for the device.
/// @param weights  `[..., n]`
/// @return  i64 `[..., samples]`
/// @throws DTypeError  the weights are not floating
/// @throws ShapeError  they have no axis
/// @throws ValueError  samples is not positive; a row has a negative, infinite or NaN weight, no positive
///                     one, or without replacement fewer positive ones than samples
Tensor multinomial(const Tensor& weights, std::int64_t samples, bool replacement = false,
                   Generator& generator = default_generator());

/// 0, 1, ... n - 1 in random order, i64 by default: sorted by 63 random bits each, on the host.
/// @throws ValueError   n is negative
/// @throws DTypeError   not an integer dtype, or it cannot hold n - 1
/// @throws DeviceError  there is no such device
Tensor permutation(std::int64_t n, Options options = {}, Generator& generator = default_generator());

}  // namespace tinytorch
