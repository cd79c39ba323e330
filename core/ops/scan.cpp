#include "core/ops/internal/scan.h"

#include "core/ops/composite.h"
#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/internal/check.h"

namespace tinytorch {

namespace {

/// x with an axis exchanged with the last, contiguous; twice, x's order of axes again.
Tensor exchanged_with_last(const Tensor& x, int axis) { return contiguous(transpose(x, axis, -1)); }

Tensor scan(const kernels::ScanKernel& kernel, const Tensor& x, int axis, bool reverse) {
  const OpScope scope(kernel.name());
  require_defined(kernel.name(), x);
  const int along = normalize_axis(kernel.name(), axis, x.rank());
  const DType dtype = is_floating(x.dtype()) ? x.dtype() : DType::i64;
  const Tensor rows = exchanged_with_last(x, along);
  Tensor y = empty(rows.shape(), {.dtype = dtype, .device = x.device()});
  if (y.numel() > 0) kernel(rows, reverse, y);
  return exchanged_with_last(y, along);
}

}  // namespace

Tensor cumsum(const Tensor& x, int axis, bool reverse) { return scan(kernels::cumsum, x, axis, reverse); }
Tensor cumprod(const Tensor& x, int axis, bool reverse) { return scan(kernels::cumprod, x, axis, reverse); }

namespace detail {

Tensor arg_scan(const kernels::ArgScanKernel& kernel, const Tensor& x, int axis) {
  const Tensor rows = exchanged_with_last(x, axis);
  Tensor indices = empty(rows.shape(), {.dtype = DType::i64, .device = x.device()});
  if (indices.numel() > 0) kernel(rows, indices);
  return exchanged_with_last(indices, axis);
}

}  // namespace detail

Tensor linear_recurrence(const Tensor& a, const Tensor& b, int axis, bool reverse) {
  const OpScope scope("linear_recurrence");
  constexpr auto kName = "linear_recurrence";
  require_floating(kName, a, "a");
  require_floating(kName, b, "b");
  const int along = normalize_axis(kName, axis, a.rank());
  if (a.shape() != b.shape())
    fail<ShapeError>(kName, "a is {}, b is {}; they must be alike", a.shape(), b.shape());
  if (a.dtype() != b.dtype()) {
    fail<DTypeError>(kName, "a is {}, b is {}; convert one with .to(dtype)", a.dtype(), b.dtype());
  }
  common_device(kName, a, b);
  const Tensor factors = exchanged_with_last(a, along), terms = exchanged_with_last(b, along);
  Tensor y = empty(terms.shape(), {.dtype = b.dtype(), .device = b.device()});
  if (y.numel() > 0) kernels::linear_recurrence(factors, terms, reverse, y);
  return exchanged_with_last(y, along);
}

TINYTORCH_INSTANTIATE_SCAN(Tensor)

}  // namespace tinytorch
