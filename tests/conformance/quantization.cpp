#include "core/ops/quantization.h"
#include "core/ops/quantization_kernels.h"

#include <algorithm>
#include <cmath>

#include "tests/conformance/op_table.h"
#include "tests/conformance/rows.h"

namespace tinytorch::conformance {
namespace {

/// A matrix in integers, by the definition of quantize_rows().
struct Quantized {
  Array values, scales;

  explicit Quantized(const Array& x) : values(x), scales{{x.shape[0]}, {}} {
    const auto columns = static_cast<std::size_t>(x.shape[1]);
    for (std::size_t i = 0; i < static_cast<std::size_t>(x.shape[0]); ++i) {
      const auto row = std::span(values.values).subspan(i * columns, columns);
      const float scale = scale_of(row);
      scales.values.push_back(scale);
      for (double& element : row) {
        const float value = std::nearbyint(static_cast<float>(element) / scale);
        element = std::isnan(scale) ? 0 : std::clamp(value, -127.0F, 127.0F);
      }
    }
  }

  static float scale_of(std::span<const double> row) {
    double largest = 0;
    for (const double element : row) {
      if (!std::isfinite(element)) return static_cast<float>(nan);
      largest = std::max(largest, std::abs(element));
    }
    const float scale = static_cast<float>(largest) / 127;
    return scale == 0 ? 1 : scale;
  }
};

/// x weightᵀ + bias, of integers and their scales.
Array int8_affine(const Array& x, const Array& weight, const Array& bias) {
  Array rows = x;
  const std::int64_t in = x.shape.back();
  std::int64_t n = 1;
  for (int axis = 0; axis + 1 < x.shape.size(); ++axis) n *= x.shape[axis];
  rows.shape = {n, in};
  const Quantized a(rows), b(weight);
  Shape shape = x.shape;
  shape.back() = weight.shape[0];
  Array y{shape, {}};
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j < weight.shape[0]; ++j) {
      double sum = 0;
      for (std::int64_t k = 0; k < in; ++k) sum += a.values({i, k}) * b.values({j, k});
      y.values.push_back(a.scales({i}) * b.scales({j}) * sum + bias({j}));
    }
  }
  return y;
}

/// Numbers, those that have no int8, and some whose scale is subnormal.
Domain any_numbers() { return real(-3, 3).including({0.0, -0.0, 2.7e-43, inf, -inf, nan}); }

std::vector<Shape> matrices() { return {{2, 3}, {1, 1}, {0, 3}, {3, 0}, {17, 33}, {9, 130}, {3, 4}}; }

}  // namespace

void quantization_rows() {
  row("quantize_rows_values")
      .inputs(any_numbers())
      .dtypes({DType::f32})
      .result_dtype(DType::u8)
      .shapes(matrices())
      .covers(kernels::quantize_rows)
      .reference([](const Array& x) { return Quantized(x).values; })
      .gradient(not_differentiable)
      .calls([](const Tensor& x) { return quantize_rows(x).values; });
  row("quantize_rows_scales")
      .inputs(any_numbers())
      .dtypes({DType::f32})
      .shapes(matrices())
      .covers(kernels::quantize_rows)
      .reference([](const Array& x) { return Quantized(x).scales; })
      .exactly()
      .gradient(not_differentiable)
      .calls([](const Tensor& x) { return quantize_rows(x).scales; });
  row("dequantize_rows")
      .inputs(any_numbers())
      .dtypes({DType::f32})
      .shapes(matrices())
      .reference([](const Array& x) {
        const Quantized q(x);
        return generate(x.shape, [&](const Dims& at) { return q.scales({at[0]}) * q.values(at); });
      })
      .exactly()
      .gradient(not_differentiable)
      .calls([](const Tensor& x) { return dequantize_rows(quantize_rows(x)); });
  row("int8_linear")
      .inputs(real(-2, 2).including({0.0, inf, nan}), real(-2, 2), real(-2, 2))
      .dtypes({DType::f32})
      .operand_shapes({{{3}, {4, 3}, {4}},
                       {{2, 3}, {4, 3}, {4}},
                       {{2, 2, 3}, {1, 3}, {1}},
                       {{0, 3}, {4, 3}, {4}},
                       {{2, 0}, {3, 0}, {3}},
                       {{2, 3}, {0, 3}, {0}},
                       {{1, 300}, {5, 300}, {5}},
                       {{7, 129}, {33, 129}, {33}}})
      .covers(kernels::int8_linear)
      .reference(int8_affine)
      .gradient(not_differentiable)
      .calls([](const Tensor& x, const Tensor& weight, const Tensor& bias) {
        return int8_linear(x, quantize_rows(weight), bias);
      });

  time_row("quantize_rows_values", {{{1024, 1024}}});
  time_row("quantize_rows_scales", {{{1024, 1024}}});
  time_row("dequantize_rows", {{{1024, 1024}}});
  time_row("int8_linear", {{{512, 512}, {512, 512}, {512}}});
}

}  // namespace tinytorch::conformance
