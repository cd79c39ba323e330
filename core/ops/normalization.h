#pragma once

#include <cstdint>

#include "core/tensor.h"

/// Normalizations: y = (x - mean) / sqrt(variance + epsilon) * weight + bias. An undefined weight or bias is
/// left out. The statistics are accurate even if the mean is far larger than the standard deviation.
/// ```cpp
/// const Tensor x{{1.0, 2.0, 3.0}, {2.0, 4.0, 6.0}};
/// const Tensor y = layer_norm(x, {3});                  // each row has mean 0 and variance 1
/// const Tensor mean = zeros({3}), variance = ones({3});
/// const Tensor z = batch_norm(x, mean, variance, {}, {}, {.training = true});  // so has each column
/// ```
namespace tinytorch {

/// Layer normalization: normalizes x over its last axes (Ba, Kiros and Hinton 2016, eq. 3), with the biased
/// variance.
/// @param x             a tensor whose shape ends in `shape`
/// @param shape         the lengths of the axes to normalize over
/// @param weight, bias  of shape `shape`, or undefined
/// @throws ShapeError   x's shape does not end in `shape`, `shape` is [], or weight or bias has another shape
/// @throws DTypeError   x is not floating, or weight or bias has another dtype
/// @throws DeviceError  the operands are on different devices
Tensor layer_norm(const Tensor& x, const Shape& shape, const Tensor& weight = {}, const Tensor& bias = {},
                  double epsilon = 1e-5);

/// RMS normalization over the last axes (Zhang and Sennrich 2019, eq. 4): x / sqrt(mean of x² + epsilon) *
/// weight. The default epsilon differs from PyTorch's, which is the machine epsilon of the dtype.
/// @param x, shape, weight  as for layer_norm()
/// @throws as layer_norm()
Tensor rms_norm(const Tensor& x, const Shape& shape, const Tensor& weight = {}, double epsilon = 1e-5);

/// The options of batch_norm().
struct BatchNormOptions {
  bool training = false;  ///< use the statistics of the batch instead of the running ones
  double momentum = 0.1;  ///< the weight of the batch in the running statistics
  double epsilon = 1e-5;
};

/// Batch normalization: normalizes each channel of x over all other axes (Ioffe and Szegedy 2015, algorithm
/// 1).
///
/// In training, it uses the mean and the biased variance of the batch, and updates the running statistics in
/// place, if they are defined: running = (1 - momentum) * running + momentum * batch, with the unbiased
/// variance. With a momentum of 1 it does not read them. An empty batch does not change them. Without
/// training, it uses the running statistics. Threads may train with the same running statistics, which they
/// update one after another.
/// @param x  [N, C, ...]
/// @param running_mean, running_variance  [C]; in training, both may be undefined
/// @param weight, bias  [C], or undefined
/// @throws ShapeError   x has fewer than two axes, another operand is not [C], or in training a channel has
///                      only one value
/// @throws ValueError   a running statistic is missing: any of them without training, one of the two in
///                      training
/// @throws DTypeError   x or a running statistic is not floating, or weight or bias does not have x's dtype
/// @throws DeviceError  the operands are on different devices
Tensor batch_norm(const Tensor& x, const Tensor& running_mean, const Tensor& running_variance,
                  const Tensor& weight = {}, const Tensor& bias = {}, const BatchNormOptions& options = {});

/// Group normalization: divides the channels of each sample into groups of neighbouring channels, and
/// normalizes each group (Wu and He 2018, eq. 7).
/// @param x             [N, C, ...]
/// @param groups        the number of groups, which divides C
/// @param weight, bias  [C], or undefined
/// @throws ShapeError   x has fewer than two axes, or weight or bias is not [C]
/// @throws ValueError   groups does not divide C
/// @throws DTypeError   x is not floating, or weight or bias has another dtype
/// @throws DeviceError  the operands are on different devices
Tensor group_norm(const Tensor& x, std::int64_t groups, const Tensor& weight = {}, const Tensor& bias = {},
                  double epsilon = 1e-5);

/// Instance normalization: normalizes each channel of each sample (Ulyanov et al. 2016, eq. 4). It has no
/// running statistics.
/// @param x             [N, C, ...]
/// @param weight, bias  [C], or undefined
/// @throws ShapeError  as group_norm(), or a channel of a sample has only one value
/// @throws DTypeError, DeviceError  as group_norm()
Tensor instance_norm(const Tensor& x, const Tensor& weight = {}, const Tensor& bias = {},
                     double epsilon = 1e-5);

}  // namespace tinytorch
