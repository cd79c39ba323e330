#include "core/ops/matmul.h"
#include "core/ops/matmul_kernels.h"

#include <algorithm>

#include "tests/conformance/op_table.h"
#include "tests/conformance/rows.h"

namespace tinytorch::conformance {
namespace {

/// The product by its definition.
Array product(const Array& a, const Array& b) {
  const bool row = a.shape.size() == 1, column = b.shape.size() == 1;
  Array x = a, y = b;
  if (row) x.shape.insert(0, 1);
  if (column) y.shape.push_back(1);
  const int rank = std::max(x.shape.size(), y.shape.size());
  while (x.shape.size() < rank) x.shape.insert(0, 1);
  while (y.shape.size() < rank) y.shape.insert(0, 1);
  Shape shape;
  for (int i = 0; i < rank - 2; ++i) shape.push_back(x.shape[i] == 1 ? y.shape[i] : x.shape[i]);
  const std::int64_t inner = x.shape[rank - 1], columns = y.shape[rank - 1];
  shape.push_back(x.shape[rank - 2]);
  shape.push_back(columns);

  Array z = generate(shape, [&](const Dims& at) {
    std::size_t x_offset = 0, y_offset = 0;  // of the first elements of the row of x and the column of y
    for (int i = 0; i < rank; ++i) {
      const std::int64_t x_index = i == rank - 1 ? 0 : x.shape[i] == 1 ? 0 : at[i];
      const std::int64_t y_index = i == rank - 2 ? 0 : y.shape[i] == 1 ? 0 : at[i];
      x_offset = x_offset * static_cast<std::size_t>(x.shape[i]) + static_cast<std::size_t>(x_index);
      y_offset = y_offset * static_cast<std::size_t>(y.shape[i]) + static_cast<std::size_t>(y_index);
    }
    double sum = 0;
    for (std::size_t k = 0; k < static_cast<std::size_t>(inner); ++k) {
      sum += x.values[x_offset + k] * y.values[y_offset + k * static_cast<std::size_t>(columns)];
    }
    return sum;
  });
  if (column) z.shape.erase(rank - 1);
  if (row) z.shape.erase(z.shape.size() - (column ? 1 : 2));
  return z;
}

/// x weightᵀ + bias.
Array affine(const Array& x, const Array& weight, const Array& bias) {
  Array y = product(x, generate({weight.shape[1], weight.shape[0]}, [&](const Dims& at) {
                      return weight({at[1], at[0]});
                    }));
  for (std::size_t i = 0; i < y.values.size(); ++i) y.values[i] += bias.values[i % bias.values.size()];
  return y;
}

std::vector<std::vector<Shape>> linear_shapes() {
  return {{{3}, {4, 3}, {4}},    {{2, 3}, {4, 3}, {4}},        {{2, 2, 3}, {1, 3}, {1}},
          {{0, 3}, {4, 3}, {4}}, {{2, 0}, {3, 0}, {3}},        {{64, 50}, {70, 50}, {70}},
          {{1, 3}, {1, 3}, {1}}, {{33, 129}, {65, 129}, {65}}, {{3, 2055}, {2, 2055}, {2}}};
}

}  // namespace

void matmul_rows() {
  row("matmul")
      .inputs(real(-2, 2), real(-2, 2))
      .dtypes({DType::i32, DType::i64, DType::f32, DType::f64})
      .promotes()
      .operand_shapes({{{2, 3}, {3, 4}},
                       {{5}, {5}},
                       {{4}, {4, 3}},
                       {{3, 4}, {4}},
                       {{1, 1}, {1, 1}},
                       {{2, 3, 2}, {2, 3}},
                       {{2, 1, 2, 3}, {3, 3, 2}},
                       {{3}, {2, 3, 2}},
                       {{2, 2, 3}, {3}},
                       {{0, 3}, {3, 4}},
                       {{3, 0}, {0, 4}},
                       {{2, 3, 0}, {0, 0}},
                       {{3, 4}, {4, 0}},
                       {{65, 33}, {33, 70}},
                       {{7, 300}, {300, 5}},
                       {{130, 129}, {129, 131}},
                       {{3, 17, 40}, {3, 40, 9}},
                       {{2, 257}, {257, 3}},
                       {{2, 3, 600}, {2, 600, 2}},
                       {{3, 2055}, {2055, 2}}})
      .covers(kernels::matmul)
      .reference(product)
      .tolerances({1e-5, 1e-5}, {1e-12, 1e-12})
      .gradient(differentiable)
      .calls([](const auto& a, const auto& b) { return matmul(a, b); });
  row("linear")
      .inputs(real(-2, 2), real(-2, 2), real(-2, 2))
      .dtypes({DType::i32, DType::i64, DType::f32, DType::f64})
      .operand_shapes(linear_shapes())
      .covers(kernels::linear)
      .reference(affine)
      .tolerances({1e-5, 1e-5}, {1e-12, 1e-12})
      .gradient(differentiable)
      .calls([](const auto& x, const auto& weight, const auto& bias) { return linear(x, weight, bias); });
  row("linear_relu")
      .inputs(real(-2, 2), real(-2, 2), real(-2, 2))
      .dtypes({DType::f32, DType::f64})
      .operand_shapes(linear_shapes())
      .covers(kernels::linear)
      .reference([](const Array& x, const Array& weight, const Array& bias) {
        Array y = affine(x, weight, bias);
        for (double& value : y.values) value = std::max(value, 0.0);
        return y;
      })
      .tolerances({1e-5, 1e-5}, {1e-12, 1e-12})
      .gradient(differentiable)
      .calls([](const auto& x, const auto& weight, const auto& bias) {
        return linear(x, weight, bias, Activation::relu);
      });

  for (const std::int64_t n : {4, 32, 128, 256, 512, 1024, 2048}) {
    time_row("matmul", {.shapes = {{n, n}, {n, n}}, .operations = 2.0 * static_cast<double>(n * n * n)});
  }
  time_row("matmul",
           {.shapes = {{512, 512}, {512, 512}}, .dtype = DType::f64, .operations = 2.0 * 512 * 512 * 512});
  time_row("matmul", {.shapes = {{1, 2048}, {2048, 2048}}, .operations = 2.0 * 2048 * 2048});
  time_row("matmul", {.shapes = {{2048, 2048}, {2048, 1}}, .operations = 2.0 * 2048 * 2048});
  time_row("linear", {.shapes = {{512, 512}, {512, 512}, {512}}, .operations = 2.0 * 512 * 512 * 512});
  time_row("linear", {.shapes = {{64, 784}, {128, 784}, {128}}, .operations = 2.0 * 64 * 784 * 128});
  time_row("linear", {{{4, 8}, {4, 8}, {4}}});
  time_row("linear_relu", {.shapes = {{512, 512}, {512, 512}, {512}}, .operations = 2.0 * 512 * 512 * 512});
}

}  // namespace tinytorch::conformance
