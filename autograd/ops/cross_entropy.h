#pragma once

#include "autograd/variable.h"
#include "core/ops/cross_entropy.h"

namespace tinytorch {

CrossEntropyRows<Variable> cross_entropy_rows(const Variable& logits, const Variable& target,
                                              const CrossEntropyOptions& options);

}  // namespace tinytorch
