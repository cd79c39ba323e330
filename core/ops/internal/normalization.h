#pragma once

#include "core/ops/normalization.h"
#include "core/ops/normalization_kernels.h"

// Internal: the checks of core/ops/normalization.h, and what its functions and their gradient rules compute.
namespace tinytorch::detail {

/// A normalized tensor, and the statistics [3, num_groups] as kernels::normalize has them; of an empty one
/// they are undefined, unless they were given.
struct Normalized {
  Tensor y;
  Tensor statistics;
};

/// The gradients of a normalization's operands; weight and bias are undefined where not wanted.
struct NormalizationGradients {
  Tensor x;
  Tensor weight;
  Tensor bias;
};

// Each checks its operands and throws what the function of its name throws.
kernels::NormalizationSettings layer_norm_settings(const char* op, const Tensor& x, const Shape& shape,
                                                   const Tensor& weight, const Tensor& bias, double epsilon);
kernels::NormalizationSettings rms_norm_settings(const Tensor& x, const Shape& shape, const Tensor& weight,
                                                 double epsilon);
kernels::NormalizationSettings batch_norm_settings(const Tensor& x, const Tensor& running_mean,
                                                   const Tensor& running_variance, const Tensor& weight,
                                                   const Tensor& bias, const BatchNormOptions& options);
kernels::NormalizationSettings group_norm_settings(const char* op, const Tensor& x, std::int64_t groups,
                                                   const Tensor& weight, const Tensor& bias, double epsilon);
kernels::NormalizationSettings instance_norm_settings(const Tensor& x, const Tensor& weight,
                                                      const Tensor& bias, double epsilon);

/// @param given    the statistics, where settings.from_elements is false
/// @param moments  as in kernels::normalize
Normalized normalize(const kernels::NormalizationSettings& settings, const Tensor& x, const Tensor& weight,
                     const Tensor& bias, const Tensor& given = {}, Tensor moments = {});
/// The same by the batch's or the running statistics; updates the latter in training.
Normalized batch_normalize(const kernels::NormalizationSettings& settings, const Tensor& x,
                           const Tensor& running_mean, const Tensor& running_variance, const Tensor& weight,
                           const Tensor& bias, double momentum);
NormalizationGradients normalize_gradient(const kernels::NormalizationSettings& settings, const Tensor& grad,
                                          const Tensor& x, const Tensor& statistics, const Tensor& weight,
                                          bool wants_weight, bool wants_bias);

}  // namespace tinytorch::detail
