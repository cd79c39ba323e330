#pragma once

#include "autograd/variable.h"
#include "core/ops/loss.h"

/// Losses on Variables; see core/ops/loss.h, whose templates take Variables, too.
namespace tinytorch {

Variable mse_loss(const Variable& prediction, const Variable& target, LossOptions options = {},
                  const char* op = "mse_loss");
Variable binary_cross_entropy(const Variable& probability, const Variable& target,
                              const BinaryCrossEntropyOptions& options = {},
                              const char* op = "binary_cross_entropy");

}  // namespace tinytorch
