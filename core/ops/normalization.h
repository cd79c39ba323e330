#pragma once

#include <cstdint>

#include "core/kernel.h"
#include "core/tensor.h"

namespace tinytorch {

/// (x - mean) / sqrt(variance + epsilon) * weight + bias, with the mean and the (biased) variance over the
/// last axes, whose lengths are `shape`, at each place of the others (Ba, Kiros and Hinton 2016, eq. 3).
/// Weight and bias have this shape; an undefined one is left out. Stable where the mean is far larger than
/// the deviation.
/// @throws ShapeError   x does not end in `shape`, or that has no axes; the weight or bias differs from it
/// @throws DTypeError   not floating, or the weight or bias is not of x's type
/// @throws DeviceError  different devices
Tensor layer_norm(const Tensor& x, const Shape& shape, const Tensor& weight = {}, const Tensor& bias = {},
                  double epsilon = 1e-5);

/// x / sqrt(mean of x² + epsilon) * weight over the last axes, as layer_norm() (Zhang and Sennrich 2019, eq.
/// 4). PyTorch's epsilon is the element type's unless another one is given.
/// @throws  as layer_norm()
Tensor rms_norm(const Tensor& x, const Shape& shape, const Tensor& weight = {}, double epsilon = 1e-5);

struct BatchNormOptions {
  bool training = false;  ///< normalise by the batch's statistics, else by the running ones
  double momentum = 0.1;  ///< the share of the batch in the running statistics
  double epsilon = 1e-5;
};

/// Normalises each channel of x [N, C, ...] over all else (Ioffe and Szegedy 2015, algorithm 1), then times
/// weight [C] plus bias [C], which may be undefined. In training by the batch's mean and biased variance,
/// with which running_mean [C] and running_variance [C], where defined, are updated in place: running = (1 -
/// momentum) running + momentum batch, of the unbiased variance. Otherwise by these two. An empty batch
/// leaves them as they are.
/// @throws ShapeError   x has less than two axes, the others are not [C], or in training a channel has one
/// value
/// @throws ValueError   one running statistic is undefined: both outside training, the other in it
/// @throws DTypeError   not floating, or the weight or bias is not of x's type
/// @throws DeviceError  different devices
Tensor batch_norm(const Tensor& x, const Tensor& running_mean, const Tensor& running_variance,
                  const Tensor& weight = {}, const Tensor& bias = {}, const BatchNormOptions& options = {});

/// Normalises each of `groups` groups of neighbouring channels of each sample of x [N, C, ...] (Wu and He
/// 2018, eq. 7), then times weight [C] plus bias [C], which may be undefined.
/// @throws ShapeError   x has less than two axes, or the others are not [C]
/// @throws ValueError   groups does not divide C
/// @throws DTypeError   not floating, or the weight or bias is not of x's type
/// @throws DeviceError  different devices
Tensor group_norm(const Tensor& x, std::int64_t groups, const Tensor& weight = {}, const Tensor& bias = {},
                  double epsilon = 1e-5);

/// group_norm() with each channel a group of its own (Ulyanov et al. 2016, eq. 4): by the statistics of x, in
/// training or not.
/// @throws ShapeError   as group_norm(); each channel has one value
/// @throws DTypeError, DeviceError
Tensor instance_norm(const Tensor& x, const Tensor& weight = {}, const Tensor& bias = {},
                     double epsilon = 1e-5);

/// For those who build ops: the checks of the functions above, and what they compute.
namespace detail {
/// What all of them are: a contiguous tensor as [outer, channels, inner] whose elements are cut into sets,
/// each normalised by its own statistics; weight and bias have a number a channel. A layer's elements are
/// channels with an inner length of 1.
struct Normalization {
  const char* op = "";
  std::int64_t outer = 0;
  std::int64_t channels = 0;
  std::int64_t inner = 0;
  std::int64_t groups = 1;    ///< sets at each outer place, a set having channels / groups channels
  bool across_outer = false;  ///< a set is a channel at all outer places; `groups` is then `channels`
  bool centered = true;       ///< false: the mean is taken to be 0
  bool from_elements =
      true;  ///< the statistics follow from x, also for the gradient; false: they are constants
  double epsilon = 1e-5;

  std::int64_t sets() const { return across_outer ? channels : outer * groups; }
  std::int64_t set_length() const { return (across_outer ? outer : channels / groups) * inner; }
};

/// A normalised tensor and [3, sets] numbers of its type: the mean rounded to it, what that lost, and
/// 1 / sqrt(variance + epsilon).
struct Normalized {
  Tensor y;
  Tensor statistics;
};

/// What gradients a normalisation brings to its operands; weight and bias are undefined where not wanted.
struct NormalizationGradients {
  Tensor x;
  Tensor weight;
  Tensor bias;
};

Normalization layer_normalization(const char* op, const Tensor& x, const Shape& shape, const Tensor& weight,
                                  const Tensor& bias, double epsilon);
Normalization rms_normalization(const Tensor& x, const Shape& shape, const Tensor& weight, double epsilon);
Normalization batch_normalization(const Tensor& x, const Tensor& running_mean, const Tensor& running_variance,
                                  const Tensor& weight, const Tensor& bias, const BatchNormOptions& options);
Normalization group_normalization(const char* op, const Tensor& x, std::int64_t groups, const Tensor& weight,
                                  const Tensor& bias, double epsilon);
Normalization instance_normalization(const Tensor& x, const Tensor& weight, const Tensor& bias,
                                     double epsilon);

/// By `given` statistics, where form.from_elements is false.
Normalized normalize(const Normalization& form, const Tensor& x, const Tensor& weight, const Tensor& bias,
                     const Tensor& given = {});
/// And updates the running statistics in training.
Normalized batch_normalize(const Normalization& form, const Tensor& x, const Tensor& running_mean,
                           const Tensor& running_variance, const Tensor& weight, const Tensor& bias,
                           double momentum);
NormalizationGradients normalize_gradient(const Normalization& form, const Tensor& grad, const Tensor& x,
                                          const Tensor& statistics, const Tensor& weight, bool wants_weight,
                                          bool wants_bias);
}  // namespace detail

}  // namespace tinytorch
