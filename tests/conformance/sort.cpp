#include "core/ops/sort.h"
#include "core/ops/sort_kernels.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tests/conformance/op_table.h"
#include "tests/conformance/rows.h"

namespace tinytorch::conformance {
namespace {

/// The places of a line's elements in order, NaN counted as the largest.
std::vector<double> places_in_order(std::span<const double> x, bool descending) {
  const auto less = [&](double a, double b) { return a < b || (std::isnan(b) && !std::isnan(a)); };
  std::vector<double> places(x.size());
  std::iota(places.begin(), places.end(), 0.0);
  std::ranges::stable_sort(places, [&](double i, double j) {
    const double a = x[static_cast<std::size_t>(i)], b = x[static_cast<std::size_t>(j)];
    return descending ? less(b, a) : less(a, b);
  });
  return places;
}

auto order(int axis, bool descending) {
  return [=](const Array& x) {
    return map_along(x, axis < 0 ? x.shape.size() + axis : axis,
                     [=](std::span<const double> line) { return places_in_order(line, descending); });
  };
}

auto sorted(int axis, bool descending) {
  return [=](const Array& x) {
    return map_along(x, axis < 0 ? x.shape.size() + axis : axis, [=](std::span<const double> line) {
      std::vector<double> values;
      for (const double place : places_in_order(line, descending))
        values.push_back(line[static_cast<std::size_t>(place)]);
      return values;
    });
  };
}

/// The first two places of the second axis.
Array first_two(const Array& x) {
  Shape shape = x.shape;
  shape[1] = 2;
  return generate(shape, [&](const Dims& at) { return x(at); });
}

const std::vector<Shape> kLines{{1},    {7},    {0},     {3, 5},   {3, 1}, {2, 3, 4},
                                {2, 0}, {0, 3}, {5, 33}, {3, 513}, {2501}};
const std::vector<Shape> kPlanes{{3, 5}, {2, 3, 4}, {1, 2}, {0, 3}, {2, 1030, 3}};

}  // namespace

void sort_rows() {
  // Integers of a small range meet their equals.
  const Domain numbers = real(-9, 9).including({inf, -inf, nan, 0.0, -0.0, 1.0});
  row("sort_values")
      .inputs(numbers)
      .takes(kAllTypes)
      .shapes(kLines)
      .covers(kernels::sort)
      .reference(sorted(-1, false))
      .to_the_bit()
      .gradient(except_at_ties)
      .calls([](const auto& x) { return sort(x).values; });
  row("sort_indices")
      .inputs(numbers)
      .takes(kAllTypes)
      .gives(DType::i64)
      .shapes(kLines)
      .reference(order(-1, false))
      .gradient(not_differentiable)
      .calls([](const auto& x) { return sort(x).indices; });
  row("sort_descending_values_of_second_axis")
      .inputs(numbers)
      .takes(kAllTypes)
      .shapes(kPlanes)
      .reference(sorted(1, true))
      .to_the_bit()
      .gradient(except_at_ties)
      .calls([](const auto& x) { return sort(x, 1, true).values; });
  row("argsort_descending_of_second_axis")
      .inputs(numbers)
      .takes(kAllTypes)
      .gives(DType::i64)
      .shapes(kPlanes)
      .reference(order(1, true))
      .gradient(not_differentiable)
      .calls([](const auto& x) { return argsort(x, 1, true); });
  row("topk_values")
      .inputs(numbers)
      .takes(kAllTypes)
      .shapes(kPlanes)
      .reference([](const Array& x) { return first_two(sorted(1, true)(x)); })
      .to_the_bit()
      .gradient(except_at_ties)
      .calls([](const auto& x) { return topk(x, 2, 1).values; });
  row("topk_indices_of_smallest")
      .inputs(numbers)
      .takes(kAllTypes)
      .gives(DType::i64)
      .shapes(kPlanes)
      .reference([](const Array& x) { return first_two(order(1, false)(x)); })
      .gradient(not_differentiable)
      .calls([](const auto& x) { return topk(x, 2, 1, false).indices; });
}

}  // namespace tinytorch::conformance
