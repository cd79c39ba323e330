#include "core/ops/reduction.h"
#include "core/ops/reduction_kernels.h"

#include "core/ops/creation.h"
#include "core/ops/internal/check.h"
#include "core/ops/shape.h"

namespace tinytorch {

namespace {

/// Calls the kernel on an output that keeps the reduced axes with length 1, then takes them out.
Tensor reduce(const kernels::ReductionKernel& kernel, const Tensor& x, const Axes& axes, bool keepdim,
              DType dtype) {
  Tensor y = empty(reduced_shape(x.shape(), axes, true), {.dtype = dtype, .device = x.device()});
  if (y.numel() > 0) kernel(x, y);
  return keepdim ? y : reshape(y, reduced_shape(x.shape(), axes, false));
}

void require_elements(const char* op, const Tensor& x, const Axes& axes) {
  for (const std::int64_t axis : axes) {
    if (x.shape()[static_cast<int>(axis)] == 0) {
      fail<ShapeError>(op, "axis {} of shape {} has no elements to choose from", axis, x.shape());
    }
  }
}

Tensor choose(const kernels::ReductionKernel& kernel, const Tensor& x, const Axes& axes, bool keepdim) {
  require_defined(kernel.name(), x);
  const Axes reduced = normalize_axes(kernel.name(), axes, x.rank());
  require_elements(kernel.name(), x, reduced);
  return reduce(kernel, x, reduced, keepdim, x.dtype());
}

Tensor total(const kernels::ReductionKernel& kernel, const Tensor& x, const Axes& axes, bool keepdim) {
  require_defined(kernel.name(), x);
  const DType dtype = is_floating(x.dtype()) ? x.dtype() : DType::i64;
  return reduce(kernel, x, normalize_axes(kernel.name(), axes, x.rank()), keepdim, dtype);
}

/// The extreme of truth values, where there are any.
Tensor truth(const char* op, const kernels::ReductionKernel& kernel, const Tensor& x, const Axes& axes,
             bool keepdim, bool of_none) {
  require_defined(op, x);
  const Axes reduced = normalize_axes(op, axes, x.rank());
  if (x.numel() == 0)
    return full(reduced_shape(x.shape(), reduced, keepdim), of_none, {.device = x.device()});
  return reduce(kernel, x.to(DType::boolean), reduced, keepdim, DType::boolean);
}

/// Over the whole tensor: over the one axis of its elements in row-major order.
Tensor locate(const kernels::ArgReductionKernel& kernel, const Tensor& x, std::optional<int> axis,
              bool keepdim) {
  require_defined(kernel.name(), x);
  if (!axis) {
    const Tensor place = locate(kernel, reshape(x, {-1}), 0, false);
    return keepdim ? reshape(place, Dims::filled(x.rank(), 1)) : place;
  }
  const int along = normalize_axis(kernel.name(), *axis, x.rank());
  require_elements(kernel.name(), x, {along});
  Tensor y = empty(reduced_shape(x.shape(), {along}, true), {.dtype = DType::i64, .device = x.device()});
  if (y.numel() > 0) kernel(x, along, y);
  return keepdim ? y : reshape(y, reduced_shape(x.shape(), {along}, false));
}

}  // namespace

Tensor sum(const Tensor& x, const Axes& axes, bool keepdim) { return total(kernels::sum, x, axes, keepdim); }
Tensor prod(const Tensor& x, const Axes& axes, bool keepdim) {
  return total(kernels::prod, x, axes, keepdim);
}

Tensor any(const Tensor& x, const Axes& axes, bool keepdim) {
  return truth("any", kernels::max, x, axes, keepdim, false);
}

Tensor all(const Tensor& x, const Axes& axes, bool keepdim) {
  return truth("all", kernels::min, x, axes, keepdim, true);
}

Tensor max(const Tensor& x, const Axes& axes, bool keepdim) { return choose(kernels::max, x, axes, keepdim); }
Tensor min(const Tensor& x, const Axes& axes, bool keepdim) { return choose(kernels::min, x, axes, keepdim); }

Tensor argmax(const Tensor& x, std::optional<int> axis, bool keepdim) {
  return locate(kernels::argmax, x, axis, keepdim);
}

Tensor argmin(const Tensor& x, std::optional<int> axis, bool keepdim) {
  return locate(kernels::argmin, x, axis, keepdim);
}

}  // namespace tinytorch
