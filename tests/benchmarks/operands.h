#pragma once

#include <vector>

#include <tinytorch/tinytorch.h>

#include "tests/benchmarks/row.h"

namespace benchmarks {

/// Tensors with the operands' values.
std::vector<tinytorch::Tensor> tensors_of(const std::vector<Operand>& operands, tinytorch::Device device);

/// The mean of the finite elements' absolute values; 0 if there are none.
double mean_magnitude(const tinytorch::Tensor& x);

/// Images with the same elements, and the channels of a pixel next to each other.
template <class T>
T channels_last(const T& x) {
  return permute(contiguous(permute(x, {0, 2, 3, 1})), {0, 3, 1, 2});
}

}  // namespace benchmarks
