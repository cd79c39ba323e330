#include "core/ops/linear_algebra.h"

#include <vector>

#include "core/ops/einsum.h"
#include "tests/conformance/op_table.h"
#include "tests/conformance/rows.h"

namespace tinytorch::conformance {
namespace {

const DTypes kProductTypes{DType::i32, DType::i64, DType::f32, DType::f64};

/// The products of [batch, m, k] and [batch, k, n].
Array batch_product(const Array& a, const Array& b) {
  return generate({a.shape[0], a.shape[1], b.shape[2]}, [&](const Dims& at) {
    double sum = 0;
    for (std::int64_t k = 0; k < a.shape[2]; ++k) sum += a({at[0], at[1], k}) * b({at[0], k, at[2]});
    return sum;
  });
}

Array matrix_product(const Array& a, const Array& b) {
  return generate({a.shape[0], b.shape[1]}, [&](const Dims& at) {
    double sum = 0;
    for (std::int64_t k = 0; k < a.shape[1]; ++k) sum += a({at[0], k}) * b({k, at[1]});
    return sum;
  });
}

const std::vector<std::vector<Shape>> kBatches{{{2, 3, 4}, {2, 4, 5}},
                                               {{1, 1, 1}, {1, 1, 1}},
                                               {{0, 2, 3}, {0, 3, 2}},
                                               {{3, 2, 0}, {3, 0, 2}},
                                               {{5, 33, 17}, {5, 17, 9}}};

/// A row of einsum().
Row& einsum_row(const std::string& name, std::vector<std::vector<Shape>> shapes) {
  std::string full = "einsum_";
  Row& added = row(full.append(name));
  added.dtypes(kProductTypes)
      .skip_dtype_errors()
      .operand_shapes(std::move(shapes))
      .tolerances({2e-6, 2e-5}, {1e-13, 1e-12});
  return added.gradient(differentiable);
}

void einsum_rows() {
  const Domain values = real(-3, 3);
  einsum_row("matrix_product",
             {{{2, 3}, {3, 4}}, {{1, 1}, {1, 1}}, {{0, 3}, {3, 2}}, {{2, 0}, {0, 2}}, {{33, 65}, {65, 17}}})
      .inputs(values, values)
      .reference([](const Array& a, const Array& b) {
        return generate({b.shape[1], a.shape[0]}, [&](const Dims& at) {
          double sum = 0;
          for (std::int64_t k = 0; k < a.shape[1]; ++k) sum += a({at[1], k}) * b({k, at[0]});
          return sum;
        });
      })
      .calls([](const auto& a, const auto& b) {
        return einsum("ij,jk->ki", std::vector{a, b});
      });
  einsum_row("scores",
             {{{1, 2, 2, 3}, {1, 2, 3, 3}}, {{2, 2, 3, 2}, {2, 2, 4, 2}}, {{1, 3, 5, 7}, {1, 3, 6, 7}}})
      .inputs(values, values)
      .reference([](const Array& q, const Array& k) {
        return generate({q.shape[0], q.shape[1], q.shape[2], k.shape[2]}, [&](const Dims& at) {
          double sum = 0;
          for (std::int64_t d = 0; d < q.shape[3]; ++d)
            sum += q({at[0], at[1], at[2], d}) * k({at[0], at[1], at[3], d});
          return sum;
        });
      })
      .calls([](const auto& q, const auto& k) {
        return einsum("bhqd,bhkd->bhqk", std::vector{q, k});
      });
  einsum_row("trace", {{{3, 3}}, {{1, 1}}, {{0, 0}}, {{67, 67}}})
      .inputs(values)
      .dtypes({DType::i64, DType::f32, DType::f64})
      .reference([](const Array& x) {
        double sum = 0;
        for (std::int64_t i = 0; i < x.shape[0]; ++i) sum += x({i, i});
        return Array{{}, {sum}};
      })
      .calls([](const auto& x) { return einsum("ii", std::vector{x}); });
  einsum_row("diagonal_of_batches", {{{2, 3, 3}}, {{0, 2, 2}}, {{3, 0, 0}}, {{5, 1, 1}}})
      .inputs(values)
      .dtypes(kAllDTypes)
      .reference([](const Array& x) {
        return generate({x.shape[1], x.shape[0]}, [&](const Dims& at) { return x({at[1], at[0], at[0]}); });
      })
      .calls([](const auto& x) { return einsum("bii->ib", std::vector{x}); });
  einsum_row("three_operands", {{{2, 3}, {3, 4}, {4, 2}}, {{5, 1}, {1, 3}, {3, 2}}})
      .inputs(values, values, values)
      .reference([](const Array& a, const Array& b, const Array& c) {
        return generate({a.shape[0], c.shape[1]}, [&](const Dims& at) {
          double sum = 0;
          for (std::int64_t j = 0; j < b.shape[0]; ++j) {
            for (std::int64_t k = 0; k < b.shape[1]; ++k) sum += a({at[0], j}) * b({j, k}) * c({k, at[1]});
          }
          return sum;
        });
      })
      .tolerances({1e-5, 1e-4}, {1e-12, 1e-12})
      .calls([](const auto& a, const auto& b, const auto& c) {
        return einsum("ij, jk, kl", std::vector{a, b, c});
      });
  einsum_row("broadcast", {{{2, 1, 3}, {4, 3, 2}}, {{1, 1, 1}, {3, 1, 1}}})
      .inputs(values, values)
      .dtypes({DType::i64, DType::f32, DType::f64})  // sums over one operand are i64
      .reference([](const Array& a, const Array& b) {
        return generate({b.shape[0], a.shape[0]}, [&](const Dims& at) {
          double sum = 0;
          for (std::int64_t j = 0; j < b.shape[1]; ++j) {
            for (std::int64_t k = 0; k < b.shape[2]; ++k) sum += a({at[1], 0, j}) * b({at[0], j, k});
          }
          return sum;
        });
      })
      .tolerances({1e-5, 1e-4}, {1e-12, 1e-12})
      .calls([](const auto& a, const auto& b) {
        return einsum("b...j,...jk->...b", std::vector{a, b});
      });
}

}  // namespace

void linear_algebra_rows() {
  const Domain values = real(-3, 3);
  row("outer")
      .inputs(values, values)
      .dtypes(kAllDTypes)
      .operand_shapes({{{3}, {4}}, {{1}, {5}}, {{0}, {3}}, {{131}, {67}}})
      .reference([](const Array& a, const Array& b) {
        return generate({a.shape[0], b.shape[0]}, [&](const Dims& at) { return a({at[0]}) * b({at[1]}); });
      })
      .exactly()
      .gradient(differentiable)
      .calls([](const auto& a, const auto& b) { return outer(a, b); });
  row("dot")
      .inputs(values, values)
      .dtypes(kProductTypes)
      .skip_dtype_errors()
      .operand_shapes({{{3}, {3}}, {{1}, {1}}, {{0}, {0}}, {{1003}, {1003}}})
      .reference([](const Array& a, const Array& b) {
        double sum = 0;
        for (std::int64_t i = 0; i < a.shape[0]; ++i) sum += a({i}) * b({i});
        return Array{{}, {sum}};
      })
      .tolerances({2e-5, 2e-4}, {1e-13, 1e-12})
      .gradient(differentiable)
      .calls([](const auto& a, const auto& b) { return dot(a, b); });
  row("bmm")
      .inputs(values, values)
      .dtypes(kProductTypes)
      .skip_dtype_errors()
      .operand_shapes(kBatches)
      .reference(batch_product)
      .tolerances({2e-6, 2e-5}, {1e-13, 1e-12})
      .gradient(differentiable)
      .calls([](const auto& a, const auto& b) { return bmm(a, b); });
  const std::vector<std::vector<Shape>> products{
      {{5}, {3, 4}, {4, 5}}, {{3, 1}, {3, 4}, {4, 5}}, {{}, {0, 3}, {3, 2}}, {{2, 3}, {2, 0}, {0, 3}}};
  row("addmm")
      .inputs(values, values, values)
      .skip_dtype_errors()
      .operand_shapes(products)
      .reference([](const Array& x, const Array& a, const Array& b) {
        const Array product = matrix_product(a, b);
        return generate(product.shape,
                        [&](const Dims& at) { return 0.5 * broadcast_element(x, at) + 2 * product(at); });
      })
      .tolerances({5e-6, 2e-5}, {1e-13, 1e-12})
      .gradient(differentiable)
      .calls([](const auto& x, const auto& a, const auto& b) { return addmm(x, a, b, 0.5, 2); });
  row("addmm_of_integers")
      .inputs(real(-9, 9), real(-9, 9), real(-9, 9))
      .dtypes({DType::i32, DType::i64})
      .skip_dtype_errors()
      .operand_shapes(products)
      .reference([](const Array& x, const Array& a, const Array& b) {
        const Array product = matrix_product(a, b);
        return generate(product.shape,
                        [&](const Dims& at) { return 3 * broadcast_element(x, at) - 2 * product(at); });
      })
      .gradient(not_differentiable)
      .calls([](const Tensor& x, const Tensor& a, const Tensor& b) { return addmm(x, a, b, 3, -2); });
  row("addmm_that_ignores_x")
      .inputs(real(-1, 1).including({nan, inf, -inf}).constant(), values, values)
      .skip_dtype_errors()
      .operand_shapes(products)
      .reference([](const Array&, const Array& a, const Array& b) { return matrix_product(a, b); })
      .tolerances({5e-6, 2e-5}, {1e-13, 1e-12})
      .gradient(differentiable)
      .calls([](const auto& x, const auto& a, const auto& b) { return addmm(x, a, b, 0); });
  row("baddbmm")
      .inputs(values, values, values)
      .skip_dtype_errors()
      .operand_shapes(
          {{{5}, {2, 3, 4}, {2, 4, 5}}, {{2, 1, 1}, {2, 3, 4}, {2, 4, 5}}, {{}, {0, 2, 3}, {0, 3, 2}}})
      .reference([](const Array& x, const Array& a, const Array& b) {
        const Array product = batch_product(a, b);
        return generate(product.shape,
                        [&](const Dims& at) { return 0.5 * broadcast_element(x, at) + 2 * product(at); });
      })
      .tolerances({5e-6, 2e-5}, {1e-13, 1e-12})
      .gradient(differentiable)
      .calls([](const auto& x, const auto& a, const auto& b) { return baddbmm(x, a, b, 0.5, 2); });
  row("baddbmm_of_integers")
      .inputs(real(-9, 9), real(-9, 9), real(-9, 9))
      .dtypes({DType::i32, DType::i64})
      .skip_dtype_errors()
      .operand_shapes({{{5}, {2, 3, 4}, {2, 4, 5}}, {{2, 1, 1}, {2, 3, 4}, {2, 4, 5}}})
      .reference([](const Array& x, const Array& a, const Array& b) {
        const Array product = batch_product(a, b);
        return generate(product.shape,
                        [&](const Dims& at) { return 3 * broadcast_element(x, at) - 2 * product(at); });
      })
      .gradient(not_differentiable)
      .calls([](const Tensor& x, const Tensor& a, const Tensor& b) { return baddbmm(x, a, b, 3, -2); });
  einsum_rows();

  time_row("einsum_matrix_product",
           {.shapes = {{512, 512}, {512, 512}}, .operations = 2.0 * 512 * 512 * 512});
  time_row("outer", {{{1024}, {1024}}});
  time_row("dot", {{{1 << 20}, {1 << 20}}});
  time_row("bmm", {.shapes = {{512, 16, 16}, {512, 16, 16}}, .operations = 2.0 * 512 * 16 * 16 * 16});
  time_row("bmm", {.shapes = {{64, 128, 64}, {64, 64, 128}}, .operations = 2.0 * 64 * 128 * 64 * 128});
  time_row("addmm", {.shapes = {{512}, {512, 512}, {512, 512}}, .operations = 2.0 * 512 * 512 * 512});
  time_row("baddbmm",
           {.shapes = {{64, 64, 64}, {64, 64, 64}, {64, 64, 64}}, .operations = 2.0 * 64 * 64 * 64 * 64});
}

}  // namespace tinytorch::conformance
