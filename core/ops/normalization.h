#pragma once

#include <cstdint>

#include "core/tensor.h"

/// Normalisations: y = (x - mean) / sqrt(variance + epsilon) * weight + bias. An undefined weight or bias is
/// left out. Statistics are stable where the mean is far larger than the deviation.
/// ```cpp
/// const Tensor x{{1.0, 2.0, 3.0}, {2.0, 4.0, 6.0}};
/// const Tensor y = layer_norm(x, {3});                  // each row has mean 0 and variance 1
/// const Tensor mean = zeros({3}), variance = ones({3});
/// const Tensor z = batch_norm(x, mean, variance, {}, {}, {.training = true});  // each column has
/// ```
namespace tinytorch {

/// Layer normalisation: x normalised over its last axes (Ba, Kiros and Hinton 2016, eq. 3), with the biased
/// variance.
/// @param x      [..., shape...]
/// @param shape  the lengths of the axes that are normalised over
/// @param weight, bias  `shape`; undefined: left out
/// @throws ShapeError   x does not end in `shape`, or that has no axes; the weight or bias differs from it
/// @throws DTypeError   not floating, or the weight or bias is not of x's dtype
/// @throws DeviceError  different devices
Tensor layer_norm(const Tensor& x, const Shape& shape, const Tensor& weight = {}, const Tensor& bias = {},
                  double epsilon = 1e-5);

/// RMS normalisation: x / sqrt(mean of x² + epsilon) * weight over the last axes (Zhang and Sennrich 2019,
/// eq. 4). PyTorch's default epsilon is the dtype's machine epsilon.
/// @param x, shape, weight  as for layer_norm()
/// @throws as layer_norm()
Tensor rms_norm(const Tensor& x, const Shape& shape, const Tensor& weight = {}, double epsilon = 1e-5);

/// How batch_norm() normalises.
struct BatchNormOptions {
  bool training = false;  ///< normalise by the batch's statistics, else by the running ones
  double momentum = 0.1;  ///< the share of the batch in the running statistics
  double epsilon = 1e-5;
};

/// Batch normalisation: each channel of x normalised over all else (Ioffe and Szegedy 2015, algorithm 1). In
/// training by the batch's mean and biased variance, and the running statistics, where defined, are updated
/// in place: running = (1 - momentum) running + momentum batch, with the unbiased variance. Otherwise by the
/// running statistics. An empty batch leaves them as they are.
/// @param x  [N, C, ...]
/// @param running_mean, running_variance, weight, bias  [C]
/// @throws ShapeError   x has less than two axes, the others are not [C], or in training a channel has one
///                      value
/// @throws ValueError   one running statistic is undefined: both outside training, the other in it
/// @throws DTypeError   not floating, or the weight or bias is not of x's dtype
/// @throws DeviceError  different devices
Tensor batch_norm(const Tensor& x, const Tensor& running_mean, const Tensor& running_variance,
                  const Tensor& weight = {}, const Tensor& bias = {}, const BatchNormOptions& options = {});

/// Group normalisation: each of `groups` groups of neighbouring channels of each sample normalised (Wu and He
/// 2018, eq. 7).
/// @param x             [N, C, ...]
/// @param groups        divides C
/// @param weight, bias  [C]; undefined: left out
/// @throws ShapeError   x has less than two axes, or the others are not [C]
/// @throws ValueError   groups does not divide C
/// @throws DTypeError   not floating, or the weight or bias is not of x's dtype
/// @throws DeviceError  different devices
Tensor group_norm(const Tensor& x, std::int64_t groups, const Tensor& weight = {}, const Tensor& bias = {},
                  double epsilon = 1e-5);

/// Instance normalisation: group_norm() with each channel a group of its own (Ulyanov et al. 2016, eq. 4), by
/// the statistics of x in training or not.
/// @param x             [N, C, ...]
/// @param weight, bias  [C]; undefined: left out
/// @throws ShapeError  as group_norm(); each channel has one value
/// @throws DTypeError, DeviceError  as group_norm()
Tensor instance_norm(const Tensor& x, const Tensor& weight = {}, const Tensor& bias = {},
                     double epsilon = 1e-5);

}  // namespace tinytorch
