#include "core/ops/internal/indexing.h"

#include <algorithm>
#include <limits>

#include "core/ops/comparison.h"
#include "core/ops/copy.h"
#include "core/ops/copy_kernels.h"
#include "core/ops/creation.h"
#include "core/ops/indexing_kernels.h"
#include "core/ops/internal/check.h"
#include "core/ops/internal/operands.h"
#include "core/ops/scan.h"

namespace tinytorch {

namespace {

/// The index along each axis of the element at a row-major position; NumPy's unravel_index().
Dims unravel_index(std::int64_t position, const Shape& shape) {
  Dims index = shape;
  for (int i = shape.size() - 1; i >= 0; --i) {
    index[i] = position % shape[i];
    position /= shape[i];
  }
  return index;
}

[[noreturn]] void fail_outside(const char* op, const Tensor& index, int axis, const Shape& shape) {
  const std::int64_t length = shape[axis];
  const std::int64_t position = argmax(logical_or(index < 0, index >= length)).item<std::int64_t>();
  const Dims at = unravel_index(position, index.shape());
  const auto found = select(reshape(index, {-1}), 0, position).item<std::int64_t>();
  if (length == 0)
    fail<ValueError>(op, "index {} at {}, but axis {} of shape {} is empty", found, at, axis, shape);
  fail<ValueError>(op, "index {} at {} is out of range for axis {} of shape {}; indices are 0 to {}", found,
                   at, axis, shape, length - 1);
}

/// The largest index, read as unsigned.
std::uint64_t largest_index(const Tensor& index) {
  Tensor largest = empty(Dims::filled(index.rank(), 1), {.dtype = DType::i64, .device = index.device()});
  kernels::index_bound(index, largest);
  return static_cast<std::uint64_t>(largest.item<std::int64_t>());
}

void require_in_range(const char* op, const Tensor& index, int axis, const Shape& shape) {
  if (index.numel() == 0) return;
  if (largest_index(index) >= static_cast<std::uint64_t>(shape[axis])) fail_outside(op, index, axis, shape);
}

Tensor as_index(const char* op, const Tensor& index) {
  require_defined(op, index, "the index");
  if (index.dtype() != DType::i64 && index.dtype() != DType::i32) {
    fail<DTypeError>(op, "indices are i64 or i32, but the index is {}; convert it with .to(DType::i64)",
                     index.dtype());
  }
  return index.to(DType::i64);
}

void require_one_device(const char* op, const Tensor& x, const char* what, const Tensor& other) {
  if (x.device() == other.device()) return;
  fail<DeviceError>(op, "x is on {}, the {} on {}; move one with .to(device)", x.device(), what,
                    other.device());
}

void require_rank(const char* op, const Tensor& x, const Tensor& index) {
  if (x.rank() == index.rank()) return;
  fail<ShapeError>(op, "x is {}, the index {}; the index must have as many axes as x", x.shape(),
                   index.shape());
}

}  // namespace

namespace detail {

Tensor checked_index(const char* op, const Tensor& x, int axis, const Tensor& index) {
  require_defined(op, x);
  Tensor checked = as_index(op, index);
  require_one_device(op, x, "index", index);
  require_rank(op, x, index);
  require_in_range(op, checked, axis, x.shape());
  return checked;
}

IndexMap index_map(const char* op, const Tensor& x, int axis, const Tensor& index) {
  require_defined(op, x);
  require_defined(op, index, "the index");
  require_rank(op, x, index);
  for (int i = 0; i < x.rank(); ++i) {
    if (i == axis || index.shape()[i] <= x.shape()[i]) continue;
    fail<ShapeError>(op, "x is {}, the index {}: it is longer at axis {}; it may be so only at axis {}",
                     x.shape(), index.shape(), i, axis);
  }
  require_one_device(op, x, "index", index);
  return {.axis = axis, .index = as_index(op, index), .is_in_range = false};
}

IndexMap checked_slices(const char* op, const Tensor& x, int axis, const Tensor& index, const Shape& shape) {
  require_defined(op, x);
  const Tensor checked = as_index(op, index);
  require_one_device(op, x, "index", index);
  if (index.rank() != 1) {
    fail<ShapeError>(op, "the index must have one axis, but is {}; flatten() it, or use gather",
                     index.shape());
  }
  require_in_range(op, checked, axis, x.shape());
  Shape along = Dims::filled(x.rank(), 1);
  along[axis] = index.numel();
  return {axis, expand(reshape(checked, along), shape)};
}

Shape with_length(Shape shape, int axis, std::int64_t length) {
  if (axis < shape.size()) shape[axis] = length;
  return shape;
}

void check_source(const char* op, const Tensor& x, const Shape& index, const Tensor& source) {
  require_defined(op, source, "the source");
  require_one_device(op, x, "source", source);
  if (source.dtype() != x.dtype()) {
    fail<DTypeError>(op, "x is {}, the source {}; convert it with .to(x.dtype())", x.dtype(), source.dtype());
  }
  bool fits = source.rank() == index.size();
  for (int i = 0; fits && i < index.size(); ++i) fits = source.shape()[i] >= index[i];
  if (!fits) fail<ShapeError>(op, "the source is {}; it must be at least {}", source.shape(), index);
}

void check_slices_source(const char* op, const Shape& shape, const Tensor& source) {
  if (!source.defined() || source.is_weakly_typed() || source.shape() == shape) return;
  fail<ShapeError>(op, "the source is {}; it must be {}, or a scalar", source.shape(), shape);
}

void check_scalar_source(const char* op, const Tensor& x, const Tensor& scalar) {
  require_defined(op, x);
  const DType common = common_dtype(x, scalar);
  if (common == x.dtype()) return;
  if (is_integer(x.dtype()) && is_integer(scalar.dtype())) {
    fail<ValueError>(op, "x is {}, which cannot hold the scalar {}; convert it with .to(DType::i64)",
                     x.dtype(), scalar.item<std::int64_t>());
  }
  fail<DTypeError>(op, "x is {}, the source a scalar of type {}; convert x with .to(DType::{})", x.dtype(),
                   scalar.dtype(), common);
}

void check_alpha(const char* op, const Tensor& x, double alpha) {
  if (is_floating(x.dtype()) || is_integral(alpha)) return;
  fail<DTypeError>(op, "x is {}, but alpha is {}; it must be an integer, or convert x with .to(DType::f32)",
                   x.dtype(), alpha);
}

Tensor true_positions(const char* op, const Tensor& x, const Tensor& mask, const Shape& shape) {
  require_defined(op, x);
  require_defined(op, mask, "the mask");
  require_one_device(op, x, "mask", mask);
  if (mask.dtype() != DType::boolean) {
    fail<DTypeError>(op, "the mask must be bool, but is {}; compare it, for example mask != 0", mask.dtype());
  }
  return reshape(nonzero(reshape(expand(mask, shape), {-1})), {-1});
}

std::int64_t number_of_bins(const Tensor& x, std::int64_t minlength) {
  const Tensor index = as_index("bincount", x);
  if (x.rank() != 1) fail<ShapeError>("bincount", "x must have one axis, but is {}; flatten() it", x.shape());
  if (minlength < 0) fail<ValueError>("bincount", "minlength is {}; it must not be negative", minlength);
  if (x.numel() == 0) return minlength;
  const auto most = static_cast<std::int64_t>(largest_index(index));
  if (most < 0) {
    fail<ValueError>("bincount", "x has the element {}; it must have no negative ones",
                     min(index).item<std::int64_t>());
  }
  if (most == std::numeric_limits<std::int64_t>::max())
    fail<ValueError>("bincount", "x has the element {}; no tensor has that many bins", most);
  return std::max(minlength, most + 1);
}

Tensor zero_bins(const Tensor& x, const Tensor& weights, std::int64_t bins) {
  require_defined("bincount", weights, "weights");
  require_one_device("bincount", x, "weights", weights);
  if (x.shape() != weights.shape()) {
    fail<ShapeError>("bincount", "x is {}, the weights {}; there must be one weight an element", x.shape(),
                     weights.shape());
  }
  return zeros({bins}, {.dtype = weights.dtype(), .device = weights.device()});
}

Tensor gather_unchecked(const Tensor& x, const IndexMap& map) {
  Tensor y = empty(map.index.shape(), {.dtype = x.dtype(), .device = x.device()});
  if (y.numel() == 0) return y;
  IndexCheck check{.is_needed = !map.is_in_range};
  kernels::gather(x, map.axis, map.index, check, y);
  if (check.failed) fail_outside("gather", map.index, map.axis, x.shape());
  return y;
}

namespace {

/// @param start  what y is where no source is scattered
Tensor scattered(const kernels::ScatterKernel& kernel, const Tensor& start, const IndexMap& map,
                 const Tensor& source) {
  Tensor y = empty(start.shape(), {.dtype = start.dtype(), .device = start.device()});
  if (map.index.numel() > 0) {
    IndexCheck check{.is_needed = !map.is_in_range};
    kernel(start, source, map.axis, map.index, check, y);
    if (check.failed) fail_outside(kernel.name(), map.index, map.axis, y.shape());
  } else if (y.numel() > 0) {
    kernels::copy(start, y);
  }
  return y;
}

}  // namespace

Tensor scatter_unchecked(const Tensor& x, const IndexMap& map, const Tensor& source) {
  return scattered(kernels::scatter, x, map, source);
}

Tensor scatter_add_unchecked(const Tensor& x, const IndexMap& map, const Tensor& source) {
  return scattered(kernels::scatter_add, x, map, source);
}

Tensor scatter_add_to_zeros(const Shape& shape, const IndexMap& map, const Tensor& source) {
  const Tensor zero = zeros({}, {.dtype = source.dtype(), .device = source.device()});
  const kernels::ScatterKernel& kernel = map.is_distinct ? kernels::scatter : kernels::scatter_add;
  return scattered(kernel, expand(zero, shape), map, source);
}

ScatterGradients scatter_gradients(const Tensor& grad, const IndexMap& map) {
  const Options options{.dtype = grad.dtype(), .device = grad.device()};
  ScatterGradients gradients{empty(grad.shape(), options), empty(map.index.shape(), options)};
  if (map.index.numel() > 0) {
    kernels::scatter_gradient(grad, map.axis, map.index, gradients.source, gradients.x);
  } else if (grad.numel() > 0) {
    kernels::copy(grad, gradients.x);
  }
  return gradients;
}

}  // namespace detail

Tensor nonzero(const Tensor& x) {
  const OpScope scope("nonzero");
  require_defined("nonzero", x);
  const Tensor mask = contiguous(x.to(DType::boolean));
  const Options options{.dtype = DType::i64, .device = x.device()};
  if (mask.numel() == 0) return empty({0, x.rank()}, options);
  Tensor counts = empty({(mask.numel() + kernels::kMaskBlock - 1) / kernels::kMaskBlock}, options);
  kernels::count_true(mask, counts);
  const Tensor ends = cumsum(counts, 0);
  Tensor y = empty({slice(ends, 0, -1).item<std::int64_t>(), x.rank()}, options);
  if (y.numel() > 0) kernels::nonzero(mask, ends, y);
  return y;
}

Tensor one_hot(const Tensor& index, std::int64_t classes) {
  const OpScope scope("one_hot");
  const Tensor checked = as_index("one_hot", index);
  if (classes < 1) fail<ValueError>("one_hot", "classes is {}; there must be at least 1", classes);
  require_in_range("one_hot", checked, 0, {classes});
  Shape shape = checked.shape();
  shape.push_back(classes);
  const Options options{.dtype = DType::i64, .device = index.device()};
  const Tensor each = unsqueeze(checked, -1);
  const detail::IndexMap map{index.rank(), each};
  return scatter_unchecked(expand(zeros({}, options), shape), map, expand(ones({}, options), each.shape()));
}

Tensor bincount(const Tensor& x, std::int64_t minlength) {
  const OpScope scope("bincount");
  const std::int64_t length = detail::number_of_bins(x, minlength);
  const Options options{.dtype = DType::i64, .device = x.device()};
  const detail::IndexMap map{0, x.to(DType::i64)};
  return scatter_add_to_zeros({length}, map, expand(ones({1}, options), x.shape()));
}

TINYTORCH_INSTANTIATE_INDEXING(Tensor);

}  // namespace tinytorch
