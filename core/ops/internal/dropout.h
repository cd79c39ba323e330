#pragma once

#include "core/random.h"
#include "core/tensor.h"

// Internal: what dropout() of Tensors and of Variables have in common.
namespace tinytorch::detail {

/// @throws DTypeError, ValueError  as dropout()
void check_dropout(const Tensor& x, double p);
/// Takes the random numbers for x from the generator. @throws as check_dropout()
RandomStream take_dropout_stream(const Tensor& x, double p, Generator& generator);

}  // namespace tinytorch::detail
