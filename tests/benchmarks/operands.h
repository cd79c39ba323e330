#pragma once

#include <vector>

#include "core/device.h"
#include "core/tensor.h"
#include "tests/benchmarks/row.h"

namespace benchmarks {

/// Tensors with the operands' values.
std::vector<tinytorch::Tensor> tensors_of(const std::vector<Operand>& operands, tinytorch::Device device);

/// The mean of the finite elements' absolute values; 0 if there are none.
double mean_magnitude(const tinytorch::Tensor& x);

}  // namespace benchmarks
