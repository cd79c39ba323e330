#include "core/ops/internal/positions.h"

#include <cmath>

#include "core/internal/checked.h"
#include "core/ops/arithmetic.h"
#include "core/ops/composite.h"
#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/internal/check.h"
#include "core/ops/internal/operands.h"
#include "core/ops/math.h"
#include "core/ops/positions_kernels.h"

namespace tinytorch {

namespace {

/// positions times base^(-2 i / width): [..., pairs], f64.
Tensor angles(const Tensor& positions, std::int64_t pairs, std::int64_t width, double base) {
  const Options options{.dtype = DType::f64, .device = positions.device()};
  if (positions.numel() == 0) return empty(joined(positions.shape(), {pairs}), options);
  const Tensor exponents = arange(pairs, options) * (-2 / static_cast<double>(width));
  return unsqueeze(positions.to(DType::f64), -1) * pow(Tensor(base), exponents);
}

void require_floating_dtype(const char* op, DType dtype) {
  if (!is_floating(dtype)) fail<DTypeError>(op, "makes f32 or f64 tensors, but {} was asked for", dtype);
}

Tensor rotate(const kernels::RotateKernel& kernel, const Tensor& x, const Tensor& cosine,
              const Tensor& sine) {
  const char* const op = kernel.name();
  const OpScope scope(op);
  require_floating(op, x);
  require_defined(op, cosine, "cosine");
  require_defined(op, sine, "sine");
  Shape half = x.shape();
  const bool even = !half.empty() && half.back() % 2 == 0;
  if (even) half.back() /= 2;
  if (!even || !broadcasts_to(cosine.shape(), half) || !broadcasts_to(sine.shape(), half)) {
    fail<ShapeError>(
        op,
        "x is {}, cosine {}, sine {}; wanted [..., width] of an even width, and two that broadcast "
        "to [..., width / 2]",
        x.shape(), cosine.shape(), sine.shape());
  }
  common_device(op, {"x", x}, {"cosine", cosine});
  common_device(op, {"x", x}, {"sine", sine});
  Tensor y = empty_like(x);
  if (y.numel() > 0) {
    const Tensor c = cosine.to(x.device()), s = sine.to(x.device());  // scalars too
    kernel(x, *BroadcastOperand(c, x.dtype(), half), *BroadcastOperand(s, x.dtype(), half), y);
  }
  return y;
}

}  // namespace

RotaryTable rotary_table(const Tensor& positions, std::int64_t width, double base, DType dtype) {
  const OpScope scope("rotary_table");
  require_numeric("rotary_table", positions, "positions");
  require_floating_dtype("rotary_table", dtype);
  if (width < 0 || width % 2 != 0)
    fail<ShapeError>("rotary_table", "width is {}; its elements make pairs, so it must be even", width);
  if (!(base > 0) || !std::isfinite(base))
    fail<ValueError>("rotary_table", "base is {}; it must be positive and finite", base);
  const Tensor angle = angles(positions, width / 2, width, base);
  return {.cosine = cos(angle).to(dtype), .sine = sin(angle).to(dtype)};
}

Tensor rotate_halves(const Tensor& x, const Tensor& cosine, const Tensor& sine) {
  return rotate(kernels::rotate_halves, x, cosine, sine);
}

Tensor rotate_interleaved(const Tensor& x, const Tensor& cosine, const Tensor& sine) {
  return rotate(kernels::rotate_interleaved, x, cosine, sine);
}

Tensor sinusoidal_positions(std::int64_t length, std::int64_t width, Options options) {
  const OpScope scope("sinusoidal_positions");
  const DType dtype = options.dtype.value_or(DType::f32);
  require_floating_dtype("sinusoidal_positions", dtype);
  if (length < 0 || width < 0)
    fail<ShapeError>("sinusoidal_positions", "length is {} and width {}; neither may be negative", length,
                     width);
  const std::int64_t pairs = width / 2 + width % 2;
  checked_numel("sinusoidal_positions", {length, checked_mul("sinusoidal_positions", pairs, 2)});
  if (length == 0 || width == 0) return zeros({length, width}, options);
  const Tensor positions = arange(length, {.dtype = DType::f64, .device = options.device});
  const Tensor angle = angles(positions, pairs, width, 10000);
  const Tensor table = reshape(stack(std::vector<Tensor>{sin(angle), cos(angle)}, -1), {length, 2 * pairs});
  return contiguous(slice(table, 1, 0, width).to(dtype));
}

namespace detail {

Tensor consecutive_positions(const Tensor& x, std::int64_t offset) {
  require_floating("rotary", x);
  if (x.rank() < 2) fail<ShapeError>("rotary", "x is {}; wanted [..., length, width]", x.shape());
  const std::int64_t end = checked_add("rotary", offset, x.size(-2));
  if (x.numel() == 0) return zeros({1}, {.dtype = DType::i64, .device = x.device()});
  return arange(offset, end, 1, {.dtype = DType::i64, .device = x.device()});
}

RotaryTable rotary_table_for(const Tensor& x, const Tensor& positions, double base) {
  require_floating("rotary", x);
  require_defined("rotary", positions, "positions");
  Shape rows = x.shape();
  if (!rows.empty()) rows.erase(rows.size() - 1);
  if (x.rank() == 0 || x.shape().back() % 2 != 0 || !broadcasts_to(positions.shape(), rows)) {
    fail<ShapeError>(
        "rotary",
        "x is {}, positions {}; wanted [..., length, width] of an even width, and positions that "
        "broadcast to [..., length]",
        x.shape(), positions.shape());
  }
  if (x.numel() == 0) {
    const Tensor any = ones({1}, {.dtype = x.dtype(), .device = x.device()});
    return {.cosine = any, .sine = any};
  }
  return rotary_table(positions, x.shape().back(), base, x.dtype());
}

}  // namespace detail

TINYTORCH_INSTANTIATE_POSITIONS(Tensor);

}  // namespace tinytorch
