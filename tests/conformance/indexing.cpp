#include "core/ops/indexing.h"
#include "core/ops/indexing_kernels.h"

#include <algorithm>
#include <utility>

#include "autograd/internal/indexing.h"
#include "tests/conformance/op_table.h"
#include "tests/conformance/rows.h"

namespace tinytorch::conformance {
namespace {

std::size_t offset_in(const Array& x, const Dims& at) {
  std::int64_t offset = 0;
  for (int i = 0; i < at.size(); ++i) offset = offset * x.shape[i] + at[i];
  return static_cast<std::size_t>(offset);
}

/// `at` with `index` along the axis.
Dims with_index(Dims at, int axis, double index) {
  at[axis] = static_cast<std::int64_t>(index);
  return at;
}

auto gathered(int axis) {
  return [axis](const Array& x, const Array& index) {
    return generate(index.shape, [&](const Dims& at) { return x(with_index(at, axis, index(at))); });
  };
}

/// What remains of several elements that are scattered to one: the last or the sum.
enum class Duplicates { last, sum };

/// A loop in row-major order. An index of rank 1 (`slices`) scatters whole slices.
auto scattered(int axis, Duplicates duplicates, bool slices = false) {
  return [=](Array x, const Array& index, const Array& source) {
    Shape shape = slices ? x.shape : index.shape;
    if (slices) shape[axis] = index.shape[0];
    generate(shape, [&](const Dims& at) {
      const double to = slices ? index({at[axis]}) : index(at);
      double& target = x.values[offset_in(x, with_index(at, axis, to))];
      target = duplicates == Duplicates::sum ? target + source(at) : source(at);
      return 0.0;
    });
    return x;
  };
}

/// The indices of nonzero elements, one row for each.
Array nonzero_indices(const Array& mask) {
  std::vector<double> result;
  generate(mask.shape, [&](const Dims& at) {
    if (mask(at) != 0) result.insert(result.end(), at.begin(), at.end());
    return 0.0;
  });
  const auto nonzeros = std::ranges::count_if(mask.values, [](double x) { return x != 0; });
  return {{nonzeros, mask.shape.size()}, result};
}

void gather_rows() {
  const Domain values = real(-9, 9);
  row("gather")
      .inputs(values.including({inf, -inf, nan}), indices(5))
      .dtypes(kAllDTypes)
      .operand_shapes({{{3, 5}, {3, 4}},
                       {{3, 5}, {2, 9}},
                       {{3, 5}, {0, 9}},
                       {{2, 5, 3}, {2, 1, 3}},
                       {{3, 5, 2, 2}, {2, 3, 1, 2}},
                       {{9, 6, 33}, {9, 131, 33}}})
      .covers(kernels::gather)
      .covers(kernels::index_bound)
      .reference(gathered(1))
      .exactly_with_signed_zeros()
      .gradient(differentiable)
      .calls([](const auto& x, const auto& index) { return gather(x, 1, value_of(index)); });
  row("gather_from_last_axis")
      .inputs(values, indices(4))
      .dtypes(kAllDTypes)
      .operand_shapes(
          {{{4}, {6}}, {{4}, {0}}, {{2, 3, 4}, {2, 3, 2}}, {{0, 3, 4}, {0, 3, 2}}, {{70, 3, 5}, {70, 3, 20}}})
      .reference([](const Array& x, const Array& index) { return gathered(x.shape.size() - 1)(x, index); })
      .exactly_with_signed_zeros()
      .gradient(differentiable)
      .calls([](const auto& x, const auto& index) { return gather(x, -1, value_of(index)); });
  row("take_along_axis")
      .inputs(values, indices(3))
      .dtypes(kAllDTypes)
      .operand_shapes({{{3, 4}, {2, 1}}, {{3, 1}, {5, 4}}, {{3, 4}, {0, 4}}, {{3, 70}, {300, 1}}})
      .reference([](const Array& x, const Array& index) {
        const Shape shape{index.shape[0], std::max(x.shape[1], index.shape[1])};
        return generate(shape, [&](const Dims& at) {
          const auto from = static_cast<std::int64_t>(index({at[0], index.shape[1] == 1 ? 0 : at[1]}));
          return x({from, x.shape[1] == 1 ? 0 : at[1]});
        });
      })
      .exactly_with_signed_zeros()
      .gradient(differentiable)
      .calls([](const auto& x, const auto& index) { return take_along_axis(x, value_of(index), 0); });
  row("index_select")
      .inputs(values, indices(3))
      .dtypes(kAllDTypes)
      .operand_shapes({{{2, 3}, {4}},
                       {{2, 3, 2}, {3}},
                       {{2, 3}, {0}},
                       {{0, 3}, {4}},
                       {{2, 3, 1}, {1}},
                       {{9, 3, 70}, {130}}})
      .reference([](const Array& x, const Array& index) {
        Shape shape = x.shape;
        shape[1] = index.shape[0];
        return generate(shape, [&](const Dims& at) { return x(with_index(at, 1, index({at[1]}))); });
      })
      .exactly_with_signed_zeros()
      .gradient(differentiable)
      .calls([](const auto& x, const auto& index) { return index_select(x, 1, value_of(index)); });
  row("embedding")
      .inputs(values, indices(4))
      .dtypes(kAllDTypes)
      .operand_shapes(
          {{{4, 3}, {5}}, {{4, 3}, {2, 2}}, {{4, 2}, {}}, {{4, 2}, {0, 3}}, {{4}, {3}}, {{9, 70}, {3, 100}}})
      .reference([](const Array& x, const Array& index) {
        Shape shape = index.shape;
        const int axes = shape.size();
        for (int i = 1; i < x.shape.size(); ++i) shape.push_back(x.shape[i]);
        return generate(shape, [&](const Dims& at) {
          Dims from(std::span(at.begin() + axes, at.end()));
          from.insert(0, static_cast<std::int64_t>(index(Dims(std::span(at.begin(), at.begin() + axes)))));
          return x(from);
        });
      })
      .exactly_with_signed_zeros()
      .gradient(differentiable)
      .calls([](const auto& weight, const auto& index) { return embedding(weight, value_of(index)); });
}

void scatter_rows() {
  const Domain values = real(-9, 9);
  const std::vector<std::vector<Shape>> shapes{{{3, 5}, {3, 4}, {3, 4}},
                                               {{3, 5}, {2, 7}, {3, 8}},
                                               {{3, 5}, {0, 7}, {0, 7}},
                                               {{3, 5, 2, 2}, {2, 3, 1, 2}, {2, 3, 1, 2}},
                                               {{9, 6, 33}, {9, 131, 33}, {9, 131, 33}}};
  row("scatter")
      .inputs(values, indices(5), values)
      .dtypes(kAllDTypes)
      .operand_shapes(shapes)
      .covers(kernels::scatter)
      .reference(scattered(1, Duplicates::last))
      .exactly_with_signed_zeros()
      .gradient(differentiable)
      .calls([](const auto& x, const auto& index, const auto& source) {
        return scatter(x, 1, value_of(index), source);
      });
  row("scatter_add")
      .inputs(values, indices(5), values)
      .dtypes(kAllDTypes)
      .operand_shapes(shapes)
      .covers(kernels::scatter_add)
      .reference(scattered(1, Duplicates::sum))
      .gradient(differentiable)
      .calls([](const auto& x, const auto& index, const auto& source) {
        return scatter_add(x, 1, value_of(index), source);
      });
  row("scatter_add_to_a_line")
      .inputs(values, indices(300), values)
      .dtypes(kAllDTypes)
      .operand_shapes({{{300}, {5003}, {5003}}, {{300}, {7}, {7}}})
      .reference(scattered(0, Duplicates::sum))
      .tolerances({2e-6, 1e-5}, {1e-12, 1e-12})
      .gradient(not_differentiable)
      .calls([](const Tensor& x, const Tensor& index, const Tensor& source) {
        return scatter_add(x, 0, index, source);
      });
  row("index_add")
      .inputs(values, indices(3), values)
      .dtypes(kAllDTypes)
      .operand_shapes({{{2, 3}, {4}, {2, 4}},
                       {{2, 3, 2}, {3}, {2, 3, 2}},
                       {{2, 3}, {0}, {2, 0}},
                       {{9, 3, 300}, {50}, {9, 50, 300}}})
      .reference(scattered(1, Duplicates::sum, /*slices=*/true))
      .tolerances({2e-6, 1e-5}, {1e-12, 1e-12})
      .gradient(differentiable)
      .calls([](const auto& x, const auto& index, const auto& source) {
        return index_add(x, 1, value_of(index), source);
      });
}

/// The elements at the indices along axis 1, and 0 for all but the last of an index; these elements become 0.
Array taken_last(Array& x, const Array& index) {
  Array taken = index;
  for (std::int64_t i = index.shape[0] - 1; i >= 0; --i) {
    for (std::int64_t k = index.shape[1] - 1; k >= 0; --k) {
      const Dims at{i, k};
      double& from = x.values[offset_in(x, with_index(at, 1, index(at)))];
      taken.values[offset_in(index, at)] = std::exchange(from, 0.0);
    }
  }
  return taken;
}

void scatter_gradient_rows() {
  const std::vector<std::vector<Shape>> shapes{
      {{3, 5}, {3, 4}}, {{3, 5}, {2, 7}}, {{3, 5}, {0, 7}}, {{67, 6}, {67, 131}}};
  const auto gradients = [](const Tensor& grad, const Tensor& index) {
    return tinytorch::detail::scatter_gradients(grad, {1, index});
  };
  row("scatter_gradient")
      .inputs(real(-9, 9), indices(5))
      .operand_shapes(shapes)
      .covers(kernels::scatter_gradient)
      .skip_dtype_errors()
      .reference([](Array grad, const Array& index) {
        taken_last(grad, index);
        return grad;
      })
      .exactly()
      .gradient(not_differentiable)
      .calls([=](const Tensor& grad, const Tensor& index) { return gradients(grad, index).x; });
  row("scatter_gradient_of_source")
      .inputs(real(-9, 9), indices(5))
      .operand_shapes(shapes)
      .skip_dtype_errors()
      .reference([](Array grad, const Array& index) { return taken_last(grad, index); })
      .exactly()
      .gradient(not_differentiable)
      .calls([=](const Tensor& grad, const Tensor& index) { return gradients(grad, index).source; });
}

void index_add_with_alpha_row() {
  row("index_add_with_alpha")
      .inputs(real(-9, 9), indices(3), real(-9, 9))
      .dtypes(kNumericDTypes)
      .skip_dtype_errors()
      .operand_shapes({{{2, 3}, {4}, {2, 4}}, {{2, 3, 2}, {3}, {2, 3, 2}}, {{2, 3}, {0}, {2, 0}}})
      .reference([](const Array& x, const Array& index, Array source) {
        for (double& value : source.values) value *= -2;
        return scattered(1, Duplicates::sum, /*slices=*/true)(x, index, source);
      })
      .tolerances({2e-6, 1e-5}, {1e-12, 1e-12})
      .gradient(differentiable)
      .calls([](const auto& x, const auto& index, const auto& source) {
        return index_add(x, 1, value_of(index), source, -2);
      });
}

void mask_rows() {
  row("nonzero")
      .inputs(real(-1, 1).including({0.0, -0.0, nan, inf}))
      .dtypes(kAllDTypes)
      .result_dtype(DType::i64)
      .shapes({{}, {1}, {7}, {0}, {3, 0}, {3, 5}, {2, 3, 4}, {67, 131}})
      .covers(kernels::count_true)
      .covers(kernels::nonzero)
      .reference(nonzero_indices)
      .gradient(not_differentiable)
      .calls([](const auto& x) { return nonzero(x); });
  row("masked_select")
      .inputs(real(-9, 9), booleans())
      .dtypes(kAllDTypes)
      .operand_shapes(
          {{{7}, {7}}, {{3, 5}, {3, 5}}, {{3, 5}, {5}}, {{5}, {3, 1}}, {{0, 3}, {3}}, {{67, 131}, {67, 131}}})
      .reference([](const Array& x, const Array& mask) {
        const Array selected = detail::elementwise(std::vector{x, mask}, [](auto each) { return each[1]; });
        const Array all = detail::elementwise(std::vector{x, mask}, [](auto each) { return each[0]; });
        Array y;
        for (std::size_t i = 0; i < all.values.size(); ++i) {
          if (selected.values[i] != 0) y.values.push_back(all.values[i]);
        }
        y.shape = {static_cast<std::int64_t>(y.values.size())};
        return y;
      })
      .exactly_with_signed_zeros()
      .gradient(differentiable)
      .calls([](const auto& x, const auto& mask) { return masked_select(x, value_of(mask)); });
  row("one_hot")
      .inputs(indices(5))
      .dtypes({DType::i64})
      .skip_dtype_errors()
      .shapes({{}, {1}, {7}, {0}, {2, 3}, {67, 131}})
      .reference([](const Array& index) {
        Shape shape = index.shape;
        shape.push_back(5);
        return generate(shape, [&](Dims at) {
          const auto column = static_cast<double>(at.back());
          at.erase(at.size() - 1);
          return index(at) == column ? 1.0 : 0.0;
        });
      })
      .gradient(not_differentiable)
      .calls([](const Tensor& index) { return one_hot(index, 5); });
  row("bincount")
      .inputs(indices(6))
      .dtypes({DType::i64})
      .skip_dtype_errors()
      .shapes({{0}, {1}, {9}, {5003}})
      .reference([](const Array& x) {
        return generate({8}, [&](const Dims& at) {
          return static_cast<double>(std::ranges::count(x.values, static_cast<double>(at[0])));
        });
      })
      .gradient(not_differentiable)
      .calls([](const Tensor& x) { return bincount(x, 8); });
  row("bincount_of_weights")
      .inputs(indices(6), real(-9, 9))
      .dtypes(kAllDTypes)
      .operand_shapes({{{0}, {0}}, {{9}, {9}}, {{5003}, {5003}}})
      .reference([](const Array& x, const Array& weights) {
        Array y = generate({8}, [](const Dims&) { return 0.0; });
        for (std::size_t i = 0; i < x.values.size(); ++i)
          y.values[static_cast<std::size_t>(x.values[i])] += weights.values[i];
        return y;
      })
      .tolerances({2e-6, 1e-5}, {1e-11, 1e-11})
      .gradient(differentiable)
      .calls([](const auto& x, const auto& weights) { return bincount(value_of(x), weights, 8); });
}

}  // namespace

void indexing_rows() {
  gather_rows();
  scatter_rows();
  scatter_gradient_rows();
  index_add_with_alpha_row();
  mask_rows();

  time_row("gather", {{{4096, 1024}, {4096, 1024}}});
  time_row("gather_from_last_axis", {{{1 << 14, 64}, {1 << 14, 64}}});
  time_row("take_along_axis", {{{1024, 1024}, {1024, 1024}}});
  time_row("index_select", {{{1024, 1024, 4}, {512}}});
  time_row("embedding", {{{32000, 128}, {8192}}});
  time_row("embedding", {{{4, 8}, {4}}});
  time_row("scatter", {{{1024, 1024}, {1024, 1024}, {1024, 1024}}});
  time_row("scatter_add", {{{4096, 1024}, {4096, 1024}, {4096, 1024}}});
  time_row("scatter_add_to_a_line", {{{1024}, {1 << 20}, {1 << 20}}});
  time_row("index_add", {{{1024, 1024, 4}, {512}, {1024, 512, 4}}});
  time_row("nonzero", {{{1 << 20}}});
  time_row("masked_select", {{{1 << 20}, {1 << 20}}});
  time_row("one_hot", {{{1 << 18}}});
  time_row("bincount", {{{1 << 20}}});
}

}  // namespace tinytorch::conformance
