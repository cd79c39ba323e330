#include "core/ops/sort.h"
#include "core/ops/sort_kernels.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tests/conformance/op_table.h"
#include "tests/conformance/rows.h"

namespace tinytorch::conformance {
namespace {

/// The indices that sort x; NaN is the largest element.
std::vector<double> sorting_indices(std::span<const double> x, bool descending) {
  const auto less = [&](double a, double b) { return a < b || (std::isnan(b) && !std::isnan(a)); };
  std::vector<double> indices(x.size());
  std::iota(indices.begin(), indices.end(), 0.0);
  std::ranges::stable_sort(indices, [&](double i, double j) {
    const double a = x[static_cast<std::size_t>(i)], b = x[static_cast<std::size_t>(j)];
    return descending ? less(b, a) : less(a, b);
  });
  return indices;
}

auto order(int axis, bool descending) {
  return [=](const Array& x) {
    return apply_along_axis(x, axis < 0 ? x.shape.size() + axis : axis, [=](std::span<const double> slice) {
      return sorting_indices(slice, descending);
    });
  };
}

auto sorted(int axis, bool descending) {
  return [=](const Array& x) {
    return apply_along_axis(x, axis < 0 ? x.shape.size() + axis : axis, [=](std::span<const double> slice) {
      std::vector<double> values;
      for (const double i : sorting_indices(slice, descending))
        values.push_back(slice[static_cast<std::size_t>(i)]);
      return values;
    });
  };
}

/// The first two elements along the second axis.
Array first_two(const Array& x) {
  Shape shape = x.shape;
  shape[1] = 2;
  return generate(shape, [&](const Dims& at) { return x(at); });
}

const std::vector<Shape> kSortedShapes{{1},    {7},    {0},     {3, 5},   {3, 1}, {2, 3, 4},
                                       {2, 0}, {0, 3}, {5, 33}, {3, 513}, {2501}};
const std::vector<Shape> kSortedShapesWithTwoAxes{{3, 5}, {2, 3, 4}, {1, 2}, {0, 3}, {2, 1030, 3}};

}  // namespace

void sort_rows() {
  // Integers of a small range contain duplicates.
  const Domain values = real(-9, 9).including({inf, -inf, nan, 0.0, -0.0, 1.0});
  row("sort_values")
      .inputs(values)
      .dtypes(kAllDTypes)
      .shapes(kSortedShapes)
      .covers(kernels::sort)
      .reference(sorted(-1, false))
      .exactly_with_signed_zeros()
      .gradient(except_at_ties)
      .calls([](const auto& x) { return sort(x).values; });
  row("sort_indices")
      .inputs(values)
      .dtypes(kAllDTypes)
      .result_dtype(DType::i64)
      .shapes(kSortedShapes)
      .reference(order(-1, false))
      .gradient(not_differentiable)
      .calls([](const auto& x) { return sort(x).indices; });
  row("sort_descending_values_of_second_axis")
      .inputs(values)
      .dtypes(kAllDTypes)
      .shapes(kSortedShapesWithTwoAxes)
      .reference(sorted(1, true))
      .exactly_with_signed_zeros()
      .gradient(except_at_ties)
      .calls([](const auto& x) { return sort(x, 1, true).values; });
  row("argsort_descending_of_second_axis")
      .inputs(values)
      .dtypes(kAllDTypes)
      .result_dtype(DType::i64)
      .shapes(kSortedShapesWithTwoAxes)
      .reference(order(1, true))
      .gradient(not_differentiable)
      .calls([](const auto& x) { return argsort(x, 1, true); });
  row("topk_values")
      .inputs(values)
      .dtypes(kAllDTypes)
      .shapes(kSortedShapesWithTwoAxes)
      .covers(kernels::topk)
      .reference([](const Array& x) { return first_two(sorted(1, true)(x)); })
      .exactly_with_signed_zeros()
      .gradient(except_at_ties)
      .calls([](const auto& x) { return topk(x, 2, 1).values; });
  row("topk_indices_of_smallest")
      .inputs(values)
      .dtypes(kAllDTypes)
      .result_dtype(DType::i64)
      .shapes(kSortedShapesWithTwoAxes)
      .reference([](const Array& x) { return first_two(order(1, false)(x)); })
      .gradient(not_differentiable)
      .calls([](const auto& x) { return topk(x, 2, 1, false).indices; });

  time_row("sort_values", {{{1 << 20}}});
  time_row("sort_values", {{{4096, 256}}});
  time_row("argsort_descending_of_second_axis", {{{4096, 256}}});
  time_row("topk_values", {{{4096, 256}}});
}

}  // namespace tinytorch::conformance
