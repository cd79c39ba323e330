#include "core/ops/creation.h"
#include "core/ops/creation_kernels.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/internal/object_pool.h"
#include "core/ops/copy.h"
#include "core/ops/internal/check.h"

namespace tinytorch {

namespace {

void require_supported(const char* op, DType dtype) {
  if (dtype == DType::f16 || dtype == DType::bf16) {
    fail<DTypeError>(op, "{} tensors are not supported yet; use f32", dtype);
  }
}

Tensor allocate(const char* op, const Shape& shape, const Strides& strides, DType dtype,
                std::optional<Device> wanted_device) {
  const Device device = wanted_device.value_or(Device::cpu());
  require_supported(op, dtype);
  std::int64_t bytes = 0;
  if (__builtin_mul_overflow(checked_numel(op, shape), static_cast<std::int64_t>(size_of(dtype)), &bytes)) {
    fail<ShapeError>(op, "a {} tensor of shape {} has more bytes than 63 bits can count", dtype, shape);
  }
  auto storage =
      std::allocate_shared<Storage>(PoolAllocator<Storage>(), device, static_cast<std::size_t>(bytes));
  return Tensor(std::move(storage), dtype, shape, strides, 0);
}

/// x's strides if x is dense and does not overlap itself, else row-major ones.
Strides dense_strides(const Tensor& x) {
  if (x.is_contiguous()) return contiguous_strides(x.shape());
  const Axes order = memory_order(x.strides());
  Strides strides = x.strides();
  std::int64_t expected = 1;
  for (int i = x.rank() - 1; i >= 0; --i) {
    const int axis = static_cast<int>(order[i]);
    if (x.shape()[axis] != 1 && strides[axis] != expected) return contiguous_strides(x.shape());
    strides[axis] = expected;
    expected *= x.shape()[axis];
  }
  return strides;
}

Tensor filled(Tensor x, Scalar value) {
  if (x.numel() > 0) kernels::fill(value, x);
  return x;
}

bool is_integer_scalar(const Scalar& value) { return value.dtype() != DType::f32; }

/// The distance between two integers, unsigned so that it cannot overflow.
std::uint64_t distance(std::int64_t from, std::int64_t to) {
  return static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from);
}

std::uint64_t integer_range_size(std::int64_t start, std::int64_t stop, std::int64_t step) {
  if (step > 0) return start < stop ? (distance(start, stop) - 1) / distance(0, step) + 1 : 0;
  return stop < start ? (distance(stop, start) - 1) / distance(step, 0) + 1 : 0;
}

constexpr std::uint64_t kMaxRange = std::uint64_t{1} << 53;

/// Any size above kMaxRange is returned as one that is above it.
std::uint64_t floating_range_size(double start, double stop, double step) {
  if (!std::isfinite(start) || !std::isfinite(stop)) {
    fail<ValueError>("arange", "start and stop must be finite, but are {} and {}", start, stop);
  }
  const double size = std::ceil((stop - start) / step);
  return static_cast<std::uint64_t>(std::clamp(size, 0.0, 2.0 * static_cast<double>(kMaxRange)));
}

/// The number of elements of start, start + step, ... before stop.
std::int64_t arange_size(const Scalar& start, const Scalar& stop, const Scalar& step, bool integers) {
  const double difference = step.to<double>();
  if (difference == 0 || !std::isfinite(difference)) {
    fail<ValueError>("arange", "step is {}; it must be finite and not 0", difference);
  }
  const std::uint64_t size =
      integers
          ? integer_range_size(start.to<std::int64_t>(), stop.to<std::int64_t>(), step.to<std::int64_t>())
          : floating_range_size(start.to<double>(), stop.to<double>(), difference);
  if (size > kMaxRange) {
    fail<ValueError>("arange", "{} to {} in steps of {} is more than 2^53 elements", start.to<double>(),
                     stop.to<double>(), difference);
  }
  return static_cast<std::int64_t>(size);
}

}  // namespace

Tensor empty(const Shape& shape, Options options) {
  const OpScope scope("empty");
  return allocate("empty", shape, contiguous_strides(shape), options.dtype.value_or(DType::f32),
                  options.device);
}

Tensor zeros(const Shape& shape, Options options) {
  const OpScope scope("zeros");
  return filled(empty(shape, options), 0);
}

Tensor ones(const Shape& shape, Options options) {
  const OpScope scope("ones");
  return filled(empty(shape, options), 1);
}

Tensor full(const Shape& shape, Scalar value, Options options) {
  const OpScope scope("full");
  options.dtype = options.dtype.value_or(value.dtype());
  return filled(empty(shape, options), value);
}

Tensor empty_like(const Tensor& x) { return empty_like(x, {.dtype = x.dtype(), .device = x.device()}); }

Tensor empty_like(const Tensor& x, Options options) {
  const OpScope scope("empty_like");
  require_defined("empty_like", x);
  return allocate("empty_like", x.shape(), dense_strides(x), options.dtype.value_or(x.dtype()),
                  options.device.value_or(x.device()));
}

Tensor zeros_like(const Tensor& x) {
  const OpScope scope("zeros_like");
  return filled(empty_like(x), 0);
}
Tensor ones_like(const Tensor& x) {
  const OpScope scope("ones_like");
  return filled(empty_like(x), 1);
}
Tensor full_like(const Tensor& x, Scalar value) {
  const OpScope scope("full_like");
  return filled(empty_like(x), value);
}

Tensor arange(Scalar start, Scalar stop, Scalar step, Options options) {
  const OpScope scope("arange");
  const bool integers = is_integer_scalar(start) && is_integer_scalar(stop) && is_integer_scalar(step);
  options.dtype = options.dtype.value_or(integers ? DType::i64 : DType::f32);
  Tensor y = empty({arange_size(start, stop, step, integers)}, options);
  if (y.numel() > 0) kernels::arange(start, step, y);
  return y;
}

Tensor arange(Scalar stop, Options options) {
  const OpScope scope("arange");
  return arange(0, stop, 1, options);
}

Tensor linspace(double start, double stop, std::int64_t n, Options options) {
  const OpScope scope("linspace");
  if (n < 0) fail<ValueError>("linspace", "n is {}; it must not be negative", n);
  Tensor y = empty({n}, options);
  if (n == 0) return y;
  const double step = n > 1 ? (stop - start) / static_cast<double>(n - 1) : 0.0;
  kernels::arange(start, step, y);
  // start + (n - 1) * step may miss stop by a rounding error.
  if (n > 1) {
    Tensor last(y.storage(), y.dtype(), {}, {}, n - 1);
    fill(last, stop);
  }
  return y;
}

Tensor eye(std::int64_t rows, std::optional<std::int64_t> columns, Options options) {
  const OpScope scope("eye");
  const std::int64_t width = columns.value_or(rows);
  Tensor y = zeros({rows, width}, options);
  if (y.numel() == 0) return y;
  Tensor diagonal(y.storage(), y.dtype(), {std::min(rows, width)}, {width + 1}, 0);
  fill(diagonal, 1);
  return y;
}

template <Element T>
Tensor from_values(std::span<const T> values, const Shape& shape, Device device) {
  const OpScope scope("from_values");
  const std::int64_t numel = checked_numel("from_values", shape);
  if (numel != static_cast<std::int64_t>(values.size())) {
    fail<ShapeError>("from_values", "{} values do not fill shape {}, which has {} elements", values.size(),
                     shape, numel);
  }
  Tensor x = empty(shape, {.dtype = dtype_of<T>});
  if (numel > 0) std::memcpy(x.raw_data(), values.data(), values.size_bytes());
  return x.to(device);
}

template Tensor from_values(std::span<const bool>, const Shape&, Device);
template Tensor from_values(std::span<const std::uint8_t>, const Shape&, Device);
template Tensor from_values(std::span<const std::int32_t>, const Shape&, Device);
template Tensor from_values(std::span<const std::int64_t>, const Shape&, Device);
template Tensor from_values(std::span<const float>, const Shape&, Device);
template Tensor from_values(std::span<const double>, const Shape&, Device);

}  // namespace tinytorch
