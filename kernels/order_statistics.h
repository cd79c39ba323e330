#pragma once

#include "core/tensor.h"

namespace tinytorch {

/// kernels::order_statistics by a sort, on any device.
void find_order_statistics_by_sort(const Tensor& x, const Tensor& ranks, Tensor& indices);

}  // namespace tinytorch
