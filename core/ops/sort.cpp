#include "core/ops/sort.h"
#include "core/ops/sort_kernels.h"

#include "core/ops/composite.h"
#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/internal/check.h"
#include "core/ops/internal/sort.h"

namespace tinytorch {

Sorted<Tensor> sort(const Tensor& x, int axis, bool descending) {
  const OpScope scope("sort");
  require_defined("sort", x);
  const int along = normalize_axis("sort", axis, x.rank());
  const Tensor rows = contiguous(transpose(x, along, -1));
  Tensor values = empty(rows.shape(), {.dtype = x.dtype(), .device = x.device()});
  Tensor indices = empty(rows.shape(), {.dtype = DType::i64, .device = x.device()});
  if (rows.numel() > 0) kernels::sort(rows, descending, indices, values);
  return {contiguous(transpose(values, along, -1)), contiguous(transpose(indices, along, -1))};
}

Tensor argsort(const Tensor& x, int axis, bool descending) {
  const OpScope scope("argsort");
  return sort(x, axis, descending).indices;
}

namespace detail {

void check_topk(const Shape& shape, std::int64_t k, int axis) {
  const int along = normalize_axis("topk", axis, shape.size());
  if (k >= 0 && k <= shape[along]) return;
  fail<ValueError>("topk", "k is {}, but axis {} of shape {} has {} elements; k must be 0 to {}", k, along,
                   shape, shape[along], shape[along]);
}

}  // namespace detail

TINYTORCH_INSTANTIATE_SORT(Tensor)

}  // namespace tinytorch
