#include "core/ops/random.h"
#include "core/ops/random_kernels.h"

#include <limits>

#include "core/ops/creation.h"
#include "core/ops/internal/check.h"
#include "core/ops/internal/draw_guard.h"

namespace tinytorch {

namespace {

/// The part of the generator's stream that fills y, which is not empty, where a block gives `per_block`
/// elements.
RandomStream take_stream(Generator& generator, const Tensor& y, std::int64_t per_block) {
  return generator.advance(static_cast<std::uint64_t>((y.numel() - 1) / per_block + 1));
}

Tensor floating_empty(const char* op, const Shape& shape, Options options) {
  Tensor y = empty(shape, options);
  if (!is_floating(y.dtype()))
    fail<DTypeError>(op, "makes f32 or f64 tensors, but {} was asked for", y.dtype());
  return y;
}

void require_range(std::int64_t low, std::int64_t high, DType dtype) {
  if (!is_integer(dtype)) fail<DTypeError>("randint", "makes integer tensors, but {} was asked for", dtype);
  if (low >= high) fail<ValueError>("randint", "low ({}) must be below high ({})", low, high);
  dispatch<NumericTypes>(dtype, [&]<class T>() {
    if constexpr (std::is_integral_v<T>) {
      if (low < std::numeric_limits<T>::min() || high - 1 > std::numeric_limits<T>::max()) {
        fail<DTypeError>("randint", "{} cannot hold the integers from {} to {}", dtype, low, high - 1);
      }
    }
  });
}

}  // namespace

Tensor rand(const Shape& shape, Options options, Generator& generator) {
  const OpScope scope("rand");
  const DrawGuard guard(generator);
  Tensor y = floating_empty("rand", shape, options);
  if (y.numel() > 0) kernels::random_uniform(take_stream(generator, y, y.dtype() == DType::f32 ? 4 : 2), y);
  return y;
}

Tensor randn(const Shape& shape, Options options, Generator& generator) {
  const OpScope scope("randn");
  const DrawGuard guard(generator);
  Tensor y = floating_empty("randn", shape, options);
  if (y.numel() > 0) kernels::random_normal(take_stream(generator, y, 2), y);
  return y;
}

Tensor randint(std::int64_t low, std::int64_t high, const Shape& shape, Options options,
               Generator& generator) {
  const OpScope scope("randint");
  const DrawGuard guard(generator);
  options.dtype = options.dtype.value_or(DType::i64);
  require_range(low, high, *options.dtype);
  Tensor y = empty(shape, options);
  const std::uint64_t range = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
  if (y.numel() > 0) kernels::random_integers(take_stream(generator, y, 2), low, range, y);
  return y;
}

}  // namespace tinytorch
