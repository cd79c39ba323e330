#include "core/ops/sort.h"
#include "core/ops/sort_kernels.h"

#include "core/op_scope.h"
#include "core/ops/composite.h"
#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/internal/check.h"

namespace tinytorch {

namespace {

using SortKernel = Kernel<void(const Tensor& x, const bool& descending, Tensor& values, Tensor& indices)>;

/// The first n elements of x's sorted slices along an axis, by a kernel that works along the last axis.
Sorted<Tensor> first_sorted(const SortKernel& kernel, const Tensor& x, int axis, bool descending,
                            std::int64_t n) {
  const Tensor rows = contiguous(transpose(x, axis, -1));
  Shape shape = rows.shape();
  shape.back() = n;
  Tensor values = empty(shape, {.dtype = x.dtype(), .device = x.device()});
  Tensor indices = empty(shape, {.dtype = DType::i64, .device = x.device()});
  if (values.numel() > 0) kernel(rows, descending, values, indices);
  return {contiguous(transpose(values, axis, -1)), contiguous(transpose(indices, axis, -1))};
}

}  // namespace

Sorted<Tensor> sort(const Tensor& x, int axis, bool descending) {
  const OpScope scope("sort");
  require_defined("sort", x);
  const int along = normalize_axis("sort", axis, x.rank());
  return first_sorted(kernels::sort, x, along, descending, x.shape()[along]);
}

Tensor argsort(const Tensor& x, int axis, bool descending) {
  const OpScope scope("argsort");
  require_defined("argsort", x);
  const int along = normalize_axis("argsort", axis, x.rank());
  const Tensor rows = contiguous(transpose(x, along, -1));
  Tensor indices = empty(rows.shape(), {.dtype = DType::i64, .device = x.device()}), no_values;
  if (x.numel() > 0) kernels::sort(rows, descending, no_values, indices);
  return contiguous(transpose(indices, along, -1));
}

Sorted<Tensor> topk(const Tensor& x, std::int64_t k, int axis, bool largest) {
  const OpScope scope("topk");
  require_defined("topk", x);
  const int along = normalize_axis("topk", axis, x.rank());
  const std::int64_t length = x.shape()[along];
  if (k < 0 || k > length) {
    fail<ValueError>("topk", "k is {}, but axis {} of shape {} has {} elements; k must be 0 to {}", k, along,
                     x.shape(), length, length);
  }
  // Selection pays for a small part.
  if (k > length / 8) {
    const Sorted<Tensor> all = sort(x, along, largest);
    return {contiguous(slice(all.values, along, 0, k)), contiguous(slice(all.indices, along, 0, k))};
  }
  return first_sorted(kernels::topk, x, along, largest, k);
}

}  // namespace tinytorch
