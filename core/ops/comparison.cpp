#include "core/ops/comparison.h"
#include "core/ops/comparison_kernels.h"
#include "core/ops/elementwise_kernels.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/ops/creation.h"
#include "core/ops/internal/check.h"
#include "core/ops/internal/elementwise.h"
#include "core/ops/internal/operands.h"

namespace tinytorch {

namespace {

Tensor compare(const kernels::BinaryKernel& kernel, const Tensor& a, const Tensor& b, DType dtype) {
  const OpScope scope(kernel.name());
  const Device device = common_device(kernel.name(), a, b);
  const Shape shape = broadcast_shapes(kernel.name(), a.shape(), b.shape());
  const BroadcastOperand left(a, dtype, shape), right(b, dtype, shape);
  Tensor y = empty_result(*left, *right, {.dtype = DType::boolean, .device = device});
  if (y.numel() > 0) kernel(*left, *right, y);
  y.set_weakly_typed(a.is_weakly_typed() && b.is_weakly_typed());
  return y;
}

Tensor compare(const kernels::BinaryKernel& kernel, const Tensor& a, const Tensor& b) {
  require_defined(kernel.name(), a, "a");
  require_defined(kernel.name(), b, "b");
  return compare(kernel, a, b, common_dtype(a, b));
}

Tensor logical(const kernels::BinaryKernel& kernel, const Tensor& a, const Tensor& b) {
  require_defined(kernel.name(), a, "a");
  require_defined(kernel.name(), b, "b");
  return compare(kernel, a, b, DType::boolean);
}

}  // namespace

Tensor eq(const Tensor& a, const Tensor& b) { return compare(kernels::eq, a, b); }
Tensor ne(const Tensor& a, const Tensor& b) { return compare(kernels::ne, a, b); }
Tensor lt(const Tensor& a, const Tensor& b) { return compare(kernels::lt, a, b); }
Tensor le(const Tensor& a, const Tensor& b) { return compare(kernels::le, a, b); }
Tensor gt(const Tensor& a, const Tensor& b) { return compare(kernels::gt, a, b); }
Tensor ge(const Tensor& a, const Tensor& b) { return compare(kernels::ge, a, b); }

Tensor logical_and(const Tensor& a, const Tensor& b) { return logical(kernels::logical_and, a, b); }
Tensor logical_or(const Tensor& a, const Tensor& b) { return logical(kernels::logical_or, a, b); }
Tensor logical_xor(const Tensor& a, const Tensor& b) { return logical(kernels::logical_xor, a, b); }

Tensor logical_not(const Tensor& x) {
  const OpScope scope("logical_not");
  require_defined("logical_not", x);
  const Tensor truth = x.to(DType::boolean);
  Tensor y = empty_like(truth);
  if (y.numel() > 0) kernels::logical_not(truth, y);
  y.set_weakly_typed(x.is_weakly_typed());
  return y;
}

Tensor isnan(const Tensor& x) { return floating_test(kernels::isnan, x, false); }
Tensor isinf(const Tensor& x) { return floating_test(kernels::isinf, x, false); }
Tensor isfinite(const Tensor& x) { return floating_test(kernels::isfinite, x, true); }

Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b) {
  const OpScope scope("where");
  require_defined("where", condition, "the condition");
  require_defined("where", a, "a");
  require_defined("where", b, "b");
  if (condition.dtype() != DType::boolean) {
    fail<DTypeError>("where", "the condition must be bool, but is {}; compare it, for example condition != 0",
                     condition.dtype());
  }
  const Device device =
      a.is_weakly_typed() && b.is_weakly_typed() ? condition.device() : common_device("where", a, b);
  if (device != condition.device() && !condition.is_weakly_typed()) {
    fail<DeviceError>("where", "the condition is on {}, a and b on {}; move one with .to(device)",
                      condition.device(), device);
  }
  const DType dtype = common_dtype(a, b);
  const Shape shape =
      broadcast_shapes("where", condition.shape(), broadcast_shapes("where", a.shape(), b.shape()));
  const BroadcastOperand choice(condition, DType::boolean, shape), left(a, dtype, shape),
      right(b, dtype, shape);
  Tensor y = empty_result(*left, *right, {.dtype = dtype, .device = device});
  if (y.numel() > 0) kernels::where(*choice, *left, *right, y);
  return y;
}

bool equal(const Tensor& a, const Tensor& b) {
  const OpScope scope("equal");
  require_defined("equal", a, "a");
  require_defined("equal", b, "b");
  if (a.shape() != b.shape() || a.dtype() != b.dtype()) return false;
  common_device("equal", a, b);
  const std::vector<bool> same = eq(a, b).to_vector<bool>();
  return std::find(same.begin(), same.end(), false) == same.end();
}

bool allclose(const Tensor& a, const Tensor& b, Tolerance tolerance) {
  const OpScope scope("allclose");
  require_defined("allclose", a, "a");
  require_defined("allclose", b, "b");
  const Shape shape = broadcast_shapes("allclose", a.shape(), b.shape());
  common_device("allclose", a, b);
  const std::vector<double> x = BroadcastOperand(a, DType::f64, shape)->to_vector<double>();
  const std::vector<double> y = BroadcastOperand(b, DType::f64, shape)->to_vector<double>();
  for (std::size_t i = 0; i < x.size(); ++i) {
    const bool both_nan = std::isnan(x[i]) && std::isnan(y[i]);
    const bool close =
        x[i] == y[i] || (std::isfinite(y[i]) &&
                         std::abs(x[i] - y[i]) <= tolerance.absolute + tolerance.relative * std::abs(y[i]));
    if (!close && !(both_nan && tolerance.nan_equals_nan)) return false;
  }
  return true;
}

}  // namespace tinytorch
