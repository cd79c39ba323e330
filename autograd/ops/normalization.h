#pragma once

#include "autograd/variable.h"
#include "core/ops/normalization.h"

/// Normalizations on Variables; see core/ops/normalization.h.
namespace tinytorch {

Variable layer_norm(const Variable& x, const Shape& shape, const Variable& weight = {},
                    const Variable& bias = {}, double epsilon = 1e-5);
Variable rms_norm(const Variable& x, const Shape& shape, const Variable& weight = {}, double epsilon = 1e-5);
/// In training, the statistics of the batch are differentiated, too. Running statistics are constants.
Variable batch_norm(const Variable& x, const Tensor& running_mean, const Tensor& running_variance,
                    const Variable& weight = {}, const Variable& bias = {},
                    const BatchNormOptions& options = {});
Variable group_norm(const Variable& x, std::int64_t groups, const Variable& weight = {},
                    const Variable& bias = {}, double epsilon = 1e-5);
Variable instance_norm(const Variable& x, const Variable& weight = {}, const Variable& bias = {},
                       double epsilon = 1e-5);

}  // namespace tinytorch
