#pragma once

#include <cstdint>

#include "core/kernel.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

/// Which normalization to compute. x is viewed as a contiguous [outer, channels, inner]. Its elements form
/// groups, each of which is normalized by its own statistics. weight and bias have one value for each
/// channel. In layer_norm(), each element of the normalized axes is a channel, and inner is 1.
struct NormalizationSettings {
  const char* op = "";
  std::int64_t outer = 0;
  std::int64_t channels = 0;
  std::int64_t inner = 0;
  std::int64_t channel_groups = 1;  ///< a group is channels / channel_groups channels at one outer index
  bool across_outer = false;  ///< a group is one channel at all outer indices; channel_groups == channels
  bool centered = true;       ///< false: the mean is taken to be 0
  /// The statistics are computed from x, and the gradient goes through them; false: they are constants.
  bool from_elements = true;
  double epsilon = 1e-5;

  std::int64_t num_groups() const { return across_outer ? channels : outer * channel_groups; }
  std::int64_t group_size() const { return (across_outer ? outer : channels / channel_groups) * inner; }
};

/// y = x normalized by the statistics of its groups, times weight, plus bias. `statistics` is an output if
/// settings.from_elements, otherwise an input. It is [3, num_groups], contiguous: the mean rounded to the
/// dtype, the rounding error of the mean, and 1 / sqrt(variance + epsilon). They are computed in f64.
/// `moments` is undefined, or with settings.across_outer and from_elements an output: [2, num_groups] in f64,
/// contiguous, the mean and the variance. x and y are contiguous and not empty; weight and bias are
/// contiguous or undefined. All but `moments` have one floating dtype.
inline Kernel<void(const NormalizationSettings& settings, const Tensor& x, const Tensor& weight,
                   const Tensor& bias, Tensor& statistics, Tensor& moments, Tensor& y)>
    normalize{"normalize"};

/// The gradients of `normalize`. With n = the normalized x, g = grad * weight, and m(...) the mean over a
/// group: dx = (g - m(g) - n * m(g * n)) / sqrt(variance + epsilon), without m(g) if not centered, and
/// without both terms if the statistics are constants. dweight and dbias, if defined, are the sums of
/// grad * n and of grad over each channel. All tensors are contiguous, not empty and of one floating dtype;
/// the weight may be undefined.
inline Kernel<void(const NormalizationSettings& settings, const Tensor& grad, const Tensor& x,
                   const Tensor& statistics, const Tensor& weight, Tensor& dweight, Tensor& dbias,
                   Tensor& dx)>
    normalize_gradient{"normalize_gradient"};

}  // namespace tinytorch::kernels
