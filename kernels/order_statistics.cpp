#include "kernels/order_statistics.h"

#include "core/ops/creation.h"
#include "core/ops/indexing_kernels.h"
#include "core/ops/sort_kernels.h"

namespace tinytorch {

void find_order_statistics_by_sort(const Tensor& x, const Tensor& ranks, Tensor& indices) {
  Tensor order = empty(x.shape(), {.dtype = DType::i64, .device = x.device()}), no_values;
  kernels::sort(x, false, no_values, order);
  IndexCheck unneeded;
  kernels::gather(order, x.rank() - 1, ranks, unneeded, indices);
}

}  // namespace tinytorch
