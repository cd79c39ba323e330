#pragma once

#include <cstdint>

#include "core/ops/random.h"
#include "core/tensor.h"

/// Random samples. They are computed from the numbers of core/ops/random.h, so that a seed gives the same
/// samples on every device.
///
/// ```cpp
/// Generator generator(7);
/// const Tensor noise = normal(0.0, 0.1, {2, 3}, {}, generator);
/// const Tensor mask = bernoulli(full({2, 3}, 0.8), generator);
/// const Tensor token = multinomial(Tensor{0.1, 0.7, 0.2}, 1, true, generator);  // i64 [1]
/// const Tensor order = permutation(10, {}, generator);
/// ```
namespace tinytorch {

/// Random numbers from a normal distribution, in f32 (the default) or f64.
/// @param deviation  the standard deviation
/// @throws ValueError  the deviation is negative
/// @throws DTypeError, ShapeError, DeviceError  as randn()
Tensor normal(double mean, double deviation, const Shape& shape, Options options = {},
              Generator& generator = default_generator());

/// Bernoulli samples: each element is 1 with the probability in p, and otherwise 0. It is 1 if its f32 number
/// of rand() is below p. Waits for the device, to check p.
/// @return  a tensor of p's shape and dtype
/// @throws DTypeError  p is not floating
/// @throws ValueError  an element is not in [0, 1]
Tensor bernoulli(const Tensor& p, Generator& generator = default_generator());

/// Draws indices with probabilities proportional to weights, which need not sum to 1. With replacement, it
/// searches the cumulative sum. Without replacement, it sorts exponential arrival times, whose order is that
/// of successive draws (Efraimidis and Spirakis 2006). It computes on the host in f64, and waits for the
/// device.
/// @param weights  [..., n]
/// @param samples  the number of indices to draw from each row
/// @return         i64 [..., samples]
/// @throws DTypeError  the weights are not floating
/// @throws ShapeError  the weights have shape []
/// @throws ValueError  samples is not positive; or a row has a negative, infinite or NaN weight, no positive
///                     weight, or without replacement fewer positive weights than samples
Tensor multinomial(const Tensor& weights, std::int64_t samples, bool replacement = false,
                   Generator& generator = default_generator());

/// The integers 0, 1, ... n - 1 in random order, i64 by default. They are sorted by random keys of 63 bits,
/// on the host.
/// @return  [n]
/// @throws ValueError   n is negative
/// @throws DTypeError   the dtype is not an integer dtype, or cannot represent n - 1
/// @throws DeviceError  the device is not available
Tensor permutation(std::int64_t n, Options options = {}, Generator& generator = default_generator());

}  // namespace tinytorch
