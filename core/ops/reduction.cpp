#include "core/ops/internal/reduction.h"

#include "core/ops/creation.h"
#include "core/ops/internal/check.h"
#include "core/ops/shape.h"

namespace tinytorch {

namespace {

/// Calls compute(y) with a y whose reduced axes have length 1, then removes them unless keepdim.
template <class F>
Tensor reduce_with(const Tensor& x, const Axes& axes, bool keepdim, DType dtype, const F& compute) {
  Tensor y = empty(reduced_shape(x.shape(), axes, true), {.dtype = dtype, .device = x.device()});
  if (y.numel() > 0) compute(y);
  return keepdim ? y : reshape(y, reduced_shape(x.shape(), axes, false));
}

Tensor reduce(const kernels::ReductionKernel& kernel, const Tensor& x, const Axes& axes, bool keepdim,
              DType dtype) {
  return reduce_with(x, axes, keepdim, dtype, [&](Tensor& y) { kernel(x, y); });
}

Tensor extremum(const kernels::ReductionKernel& kernel, const Tensor& x, const Axes& axes, bool keepdim) {
  const OpScope scope(kernel.name());
  require_defined(kernel.name(), x);
  const Axes reduced = normalize_axes(kernel.name(), axes, x.rank());
  detail::require_elements(kernel.name(), x.shape(), reduced);
  return reduce(kernel, x, reduced, keepdim, x.dtype());
}

/// @param of_none  the result over no elements
Tensor sum_or_product(const kernels::ReductionKernel& kernel, const Tensor& x, const Axes& axes, bool keepdim,
                      int of_none) {
  const OpScope scope(kernel.name());
  require_defined(kernel.name(), x);
  const DType dtype = is_floating(x.dtype()) ? x.dtype() : DType::i64;
  const Axes reduced = normalize_axes(kernel.name(), axes, x.rank());
  if (x.numel() == 0) {
    return full(reduced_shape(x.shape(), reduced, keepdim), of_none, {.dtype = dtype, .device = x.device()});
  }
  return reduce(kernel, x, reduced, keepdim, dtype);
}

/// The extremum of the elements as bools; `of_none` over no elements.
Tensor any_or_all(const char* op, const kernels::ReductionKernel& kernel, const Tensor& x, const Axes& axes,
                  bool keepdim, bool of_none) {
  require_defined(op, x);
  const Axes reduced = normalize_axes(op, axes, x.rank());
  if (x.numel() == 0)
    return full(reduced_shape(x.shape(), reduced, keepdim), of_none, {.device = x.device()});
  return reduce(kernel, x.to(DType::boolean), reduced, keepdim, DType::boolean);
}

/// Without an axis: along the only axis of x flattened in row-major order.
Tensor arg_extremum(const kernels::ArgReductionKernel& kernel, const Tensor& x, std::optional<int> axis,
                    bool keepdim) {
  require_defined(kernel.name(), x);
  if (!axis) {
    const Tensor index = arg_extremum(kernel, reshape(x, {-1}), 0, false);
    return keepdim ? reshape(index, Dims::filled(x.rank(), 1)) : index;
  }
  const int along = normalize_axis(kernel.name(), *axis, x.rank());
  const Tensor y = detail::arg_extremum(kernel.name(), kernel, x, along);
  return keepdim ? y : squeeze(y, along);
}

}  // namespace

namespace detail {

void require_elements(const char* op, const Shape& shape, const Axes& axes) {
  for (const std::int64_t axis : axes) {
    if (shape[static_cast<int>(axis)] == 0) {
      fail<ShapeError>(op, "axis {} of shape {} has no elements to choose from", axis, shape);
    }
  }
}

Tensor arg_extremum(const char* op, const kernels::ArgReductionKernel& kernel, const Tensor& x, int axis) {
  require_elements(op, x.shape(), {axis});
  Tensor y = empty(reduced_shape(x.shape(), {axis}, true), {.dtype = DType::i64, .device = x.device()});
  if (y.numel() > 0) kernel(x, axis, y);
  return y;
}

Tensor moment(const Tensor& x, const Tensor& center, const kernels::MomentForm& form,
              const MomentOptions& options) {
  if (x.numel() == 0) {
    return full(reduced_shape(x.shape(), options.axes, options.keepdim), 0 / form.divisor,
                {.dtype = options.dtype, .device = x.device()});
  }
  return reduce_with(x, options.axes, options.keepdim, options.dtype,
                     [&](Tensor& y) { kernels::moment(x, center, form, y); });
}

double reduced_numel(const Shape& shape, const Axes& axes) {
  double numel = 1;
  for (const std::int64_t axis : axes) numel *= static_cast<double>(shape[static_cast<int>(axis)]);
  return numel;
}

template <>
Tensor sum_in_f64(const Tensor& x, const Axes& axes, bool keepdim) {
  return moment(x, {}, {}, {.axes = axes, .keepdim = keepdim});
}

}  // namespace detail

Tensor sum(const Tensor& x, const Axes& axes, bool keepdim) {
  return sum_or_product(kernels::sum, x, axes, keepdim, 0);
}
Tensor nansum(const Tensor& x, const Axes& axes, bool keepdim) {
  return sum_or_product(kernels::nansum, x, axes, keepdim, 0);
}
Tensor prod(const Tensor& x, const Axes& axes, bool keepdim) {
  return sum_or_product(kernels::prod, x, axes, keepdim, 1);
}

Tensor any(const Tensor& x, const Axes& axes, bool keepdim) {
  const OpScope scope("any");
  return any_or_all("any", kernels::max, x, axes, keepdim, false);
}

Tensor all(const Tensor& x, const Axes& axes, bool keepdim) {
  const OpScope scope("all");
  return any_or_all("all", kernels::min, x, axes, keepdim, true);
}

Tensor max(const Tensor& x, const Axes& axes, bool keepdim) {
  return extremum(kernels::max, x, axes, keepdim);
}
Tensor min(const Tensor& x, const Axes& axes, bool keepdim) {
  return extremum(kernels::min, x, axes, keepdim);
}

Tensor argmax(const Tensor& x, std::optional<int> axis, bool keepdim) {
  const OpScope scope("argmax");
  return arg_extremum(kernels::argmax, x, axis, keepdim);
}

Tensor argmin(const Tensor& x, std::optional<int> axis, bool keepdim) {
  const OpScope scope("argmin");
  return arg_extremum(kernels::argmin, x, axis, keepdim);
}

TINYTORCH_INSTANTIATE_REDUCTION(Tensor)

}  // namespace tinytorch
