#pragma once

#include "core/ops/random.h"
#include "core/tensor.h"

/// Random draws made of the numbers of core/ops/random.h: the same on each device for one seed.
namespace tinytorch {

/// Normal with a mean and a deviation. f32 or f64.
/// @throws ValueError  the deviation is negative. DTypeError, ShapeError, DeviceError  as randn()
Tensor normal(double mean, double deviation, const Shape& shape, Options options = {},
              Generator& generator = default_generator());

/// 1 with the probability that each element of p is, else 0, in p's shape and type: where the f32 number that
/// rand() makes for the element lies below p. Waits for the device, to check p.
/// @throws DTypeError  p is not floating. ValueError  an element is not in [0, 1]
Tensor bernoulli(const Tensor& p, Generator& generator = default_generator());

/// Places drawn in proportion to the weights, which need not sum to 1: i64 [..., samples] for weights [...,
/// n]. With replacement by searching the running sum; without by an exponential race, whose winners come in
/// the order in which one would have drawn them (Efraimidis and Spirakis 2006). Computed on the host, in f64:
/// it waits for the device.
/// @throws DTypeError  the weights are not floating. ShapeError  they have no axis
/// @throws ValueError  samples is not positive; a row has a negative, infinite or NaN weight, none that is
///                     positive, or without replacement fewer positive ones than samples
Tensor multinomial(const Tensor& weights, std::int64_t samples, bool replacement = false,
                   Generator& generator = default_generator());

/// 0, 1, ... n-1 in random order, i64 unless told otherwise: sorted by 63 random bits each. Made on the host.
/// @throws ValueError  n is negative. DTypeError  not an integer type, or it cannot hold n - 1. DeviceError
Tensor permutation(std::int64_t n, Options options = {}, Generator& generator = default_generator());

}  // namespace tinytorch
