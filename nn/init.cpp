#include "nn/init.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/internal/format.h"
#include "core/ops/arithmetic.h"
#include "core/ops/creation.h"
#include "core/ops/internal/draw_guard.h"
#include "nn/hooks.h"

namespace tinytorch::nn {

constinit Hook<double(double, double)> hooks::xavier_bound{
    "xavier_bound", [](double fan_in, double fan_out) { return std::sqrt(6 / (fan_in + fan_out)); }};
constinit Hook<double(double)> hooks::he_deviation{"he_deviation",
                                                   [](double fan_in) { return std::sqrt(2 / fan_in); }};

namespace init {

namespace {

struct Fans {
  double in;
  double out;
};

Fans fans_of(const char* op, const Shape& shape) {
  if (shape.size() < 2) {
    fail<ShapeError>(op, "takes weights of two axes or more, [out, in, ...], but the shape is {}", shape);
  }
  const Shape field(std::span(shape.begin() + 2, shape.end()));
  const auto receptive = static_cast<double>(checked_numel(op, field));
  return {.in = static_cast<double>(shape[1]) * receptive, .out = static_cast<double>(shape[0]) * receptive};
}

void check_gain(const char* op, double gain) {
  if (!std::isfinite(gain) || gain < 0)
    fail<ValueError>(op, "gain is {}; it must be finite and not negative", gain);
}

Tensor normal_of(const char* op, double deviation, const Shape& shape, Options options,
                 Generator& generator) {
  const OpScope scope(op);
  const DrawGuard guard(generator);
  Tensor x = randn(shape, options, generator);
  x *= deviation;
  return x;
}

Tensor uniform_in(const char* op, double low, double high, const Shape& shape, Options options,
                  Generator& generator) {
  const OpScope scope(op);
  const DrawGuard guard(generator);
  Tensor x = rand(shape, options, generator);
  x *= high - low;
  x += low;
  return x;
}

using Row = std::span<double>;

double dot(Row a, Row b) {
  double total = 0;
  for (std::size_t i = 0; i < a.size(); ++i) total += a[i] * b[i];
  return total;
}

// Makes `row` a unit vector orthogonal to the rows before it. Gram-Schmidt, twice, because once loses digits.
// Returns false if it depends linearly on them.
bool orthonormalize(Row row, std::span<const Row> before) {
  const double norm = std::sqrt(dot(row, row));
  for (int pass = 0; pass < 2; ++pass) {
    for (const Row& other : before) {
      const double projection = dot(row, other);
      for (std::size_t i = 0; i < row.size(); ++i) row[i] -= projection * other[i];
    }
  }
  const double rest = std::sqrt(dot(row, row));
  if (!(rest > 1e-8 * norm)) return false;
  for (double& element : row) element /= rest;
  return true;
}

// On the host in f64, so that each device gets the same weights.
std::vector<double> mirrored_rows(std::size_t rows, std::size_t columns, Generator& generator) {
  std::vector<double> matrix;
  matrix.reserve(rows * columns);
  const Shape row_shape{static_cast<std::int64_t>(columns)};
  while (matrix.size() < rows * columns) {
    const std::size_t missing = rows - matrix.size() / columns;
    const std::size_t block = std::min(columns, (missing + 1) / 2);
    std::vector<double> basis(block * columns);
    std::vector<Row> done;
    while (done.size() < block) {
      const std::vector<double> random =
          randn(row_shape, {.dtype = DType::f64}, generator).to_vector<double>();
      const Row row(basis.data() + done.size() * columns, columns);
      std::ranges::copy(random, row.begin());
      if (orthonormalize(row, done)) done.push_back(row);
    }
    for (const double sign : {1.0, -1.0}) {
      for (const double element : basis) {
        if (matrix.size() < rows * columns) matrix.push_back(sign * element);
      }
    }
  }
  return matrix;
}

}  // namespace

Initializer constant(double value) {
  return [value](const Shape& shape, Options options, Generator&) {
    const OpScope scope("init::constant");
    return full(shape, value, options);
  };
}

Initializer uniform(double low, double high) {
  if (!std::isfinite(low) || !std::isfinite(high) || !std::isfinite(high - low) || low > high)
    fail<ValueError>("init::uniform", "[{}, {}) is not a finite range", low, high);
  return [low, high](const Shape& shape, Options options, Generator& generator) {
    return uniform_in("init::uniform", low, high, shape, options, generator);
  };
}

Initializer he_normal() {
  return [](const Shape& shape, Options options, Generator& generator) {
    constexpr const char* kOp = "init::he_normal";
    return normal_of(kOp, hooks::he_deviation(fans_of(kOp, shape).in), shape, options, generator);
  };
}

Initializer he_uniform() {
  return [](const Shape& shape, Options options, Generator& generator) {
    constexpr const char* kOp = "init::he_uniform";
    const double bound = std::sqrt(6 / fans_of(kOp, shape).in);
    return uniform_in(kOp, -bound, bound, shape, options, generator);
  };
}

Initializer xavier_normal(double gain) {
  check_gain("init::xavier_normal", gain);
  return [gain](const Shape& shape, Options options, Generator& generator) {
    constexpr const char* kOp = "init::xavier_normal";
    const Fans fans = fans_of(kOp, shape);
    return normal_of(kOp, gain * std::sqrt(2 / (fans.in + fans.out)), shape, options, generator);
  };
}

Initializer xavier_uniform(double gain) {
  check_gain("init::xavier_uniform", gain);
  return [gain](const Shape& shape, Options options, Generator& generator) {
    constexpr const char* kOp = "init::xavier_uniform";
    const Fans fans = fans_of(kOp, shape);
    const double bound = gain * hooks::xavier_bound(fans.in, fans.out);
    return uniform_in(kOp, -bound, bound, shape, options, generator);
  };
}

Initializer mirrored_orthogonal(double gain) {
  check_gain("init::mirrored_orthogonal", gain);
  return [gain](const Shape& shape, Options options, Generator& generator) {
    const OpScope scope("init::mirrored_orthogonal");
    const DrawGuard guard(generator);
    const Fans fans = fans_of("init::mirrored_orthogonal", shape);
    if (checked_numel("init::mirrored_orthogonal", shape) == 0) return empty(shape, options);
    const auto columns = static_cast<std::size_t>(fans.in);
    const auto rows = static_cast<std::size_t>(shape[0]);
    Tensor weight = empty(shape, {.dtype = DType::f64});  // first, as MemoryError says how much is too much
    const std::vector<double> elements = mirrored_rows(rows, columns, generator);
    std::ranges::transform(elements, weight.data<double>(), [gain](double each) { return each * gain; });
    return weight.to({.dtype = options.dtype.value_or(DType::f32), .device = options.device});
  };
}

}  // namespace init
}  // namespace tinytorch::nn
