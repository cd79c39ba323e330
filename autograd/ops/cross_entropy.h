#pragma once

#include "autograd/variable.h"
#include "core/ops/cross_entropy.h"

namespace tinytorch::detail {

CrossEntropyRows<Variable> cross_entropy_rows(const ClassRows<Variable>& rows,
                                              const CrossEntropyOptions& options);

}  // namespace tinytorch::detail
