#include "core/ops/reduction.h"
#include "core/ops/reduction_kernels.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>

#include "tests/conformance/op_table.h"
#include "tests/conformance/rows.h"

namespace tinytorch::conformance {
namespace {

double total(std::span<const double> x) {
  return static_cast<double>(std::accumulate(x.begin(), x.end(), 0.0L));
}

bool any_nan(std::span<const double> x) {
  return std::ranges::any_of(x, [](double element) { return std::isnan(element); });
}
double largest(std::span<const double> x) { return any_nan(x) ? nan : *std::ranges::max_element(x); }
double smallest(std::span<const double> x) { return any_nan(x) ? nan : *std::ranges::min_element(x); }

/// The index of the first element equal to `value`, or of the first NaN.
double index_of(std::span<const double> x, double value) {
  const auto found =
      std::ranges::find_if(x, [&](double y) { return y == value || (std::isnan(y) && any_nan(x)); });
  return static_cast<double>(found - x.begin());
}
double index_of_largest(std::span<const double> x) { return index_of(x, largest(x)); }
double index_of_smallest(std::span<const double> x) { return index_of(x, smallest(x)); }

using Reduction = double (*)(std::span<const double>);

/// Over all axes.
auto over_all(Reduction f, bool keepdim = false) {
  return [=](const Array& x) {
    Axes all;
    for (int i = 0; i < x.shape.size(); ++i) all.push_back(i);
    return reduce(x, all, keepdim, f);
  };
}
auto over(Axes axes, bool keepdim, Reduction f) {
  return [=](const Array& x) { return reduce(x, axes, keepdim, f); };
}

const std::vector<Shape> kOneAxis{{3, 4}, {1, 5}, {2, 3, 4}, {37, 1009}, {1009, 37}, {5, 70, 33}};
const std::vector<Shape> kTwoAxes{{2, 3, 4}, {1, 5, 1}, {9, 33, 65}, {65, 2, 130}};
const std::vector<Shape> kAnyAxes{{}, {1}, {7}, {3, 5}, {2, 3, 4}, {140009}, {379, 373}};

std::vector<Shape> with(std::vector<Shape> shapes, const std::vector<Shape>& more) {
  shapes.insert(shapes.end(), more.begin(), more.end());
  return shapes;
}

/// The total of the elements that are not NaN.
double total_of_numbers(std::span<const double> x) {
  std::vector<double> numbers;
  std::ranges::copy_if(x, std::back_inserter(numbers), [](double element) { return !std::isnan(element); });
  return total(numbers);
}

/// The rows of sum and nansum.
/// @param total_of  what `op` computes of a span of elements
template <class Op>
void sum_rows(const std::string& name, const Op& op, const KernelSlot& kernel, Reduction total_of,
              const Domain& values) {
  const auto variant = [&](const std::string& suffix) -> Row& {
    // Sums are computed in f64: the errors are one rounding, and the order of addition.
    return row(name + suffix)
        .inputs(values)
        .dtypes(kAllDTypes)
        .result_dtype(ResultDType::int_to_i64)
        .tolerances({1e-7, 1e-7}, {1e-12, 1e-10})
        .gradient(differentiable);
  };
  variant("")
      .shapes(with(kAnyAxes, {{0}, {2, 0}}))
      .covers(kernel)
      .reference(over_all(total_of))
      .calls([op](const auto& x) { return op(x); });
  variant("_over_first_axis")
      .shapes(with(kOneAxis, {{0, 3}, {3, 0}}))
      .reference(over({0}, false, total_of))
      .calls([op](const auto& x) { return op(x, Axes{0}); });
  variant("_over_second_axis_keepdim")
      .shapes(with(kOneAxis, {{0, 3}, {3, 0}}))
      .reference(over({1}, true, total_of))
      .calls([op](const auto& x) { return op(x, Axes{1}, true); });
  variant("_over_outer_axes")
      .shapes(with(kTwoAxes, {{0, 3, 2}, {3, 0, 2}}))
      .reference(over({0, 2}, false, total_of))
      .calls([op](const auto& x) {
        return op(x, Axes{-1, 0});
      });
}

void extrema_with_indices_rows() {
  const Domain extremes = real(-9, 9).including({inf, -inf, nan});
  row("max_with_indices_values_over_second_axis")
      .inputs(extremes)
      .dtypes(kAllDTypes)
      .shapes(with(kOneAxis, {{0, 3}}))
      .reference(over({1}, false, largest))
      .exactly()
      .gradient(except_at_ties)
      .calls([](const auto& x) { return max_with_indices(x, 1).values; });
  row("max_with_indices_of_first_axis_keepdim")
      .inputs(extremes)
      .dtypes(kAllDTypes)
      .result_dtype(DType::i64)
      .shapes(with(kOneAxis, {{3, 0}}))
      .reference(over({0}, true, index_of_largest))
      .gradient(not_differentiable)
      .calls([](const auto& x) { return max_with_indices(x, 0, true).indices; });
  row("min_with_indices_values_over_first_axis_keepdim")
      .inputs(extremes)
      .dtypes(kAllDTypes)
      .shapes(with(kOneAxis, {{3, 0}}))
      .reference(over({0}, true, smallest))
      .exactly()
      .gradient(except_at_ties)
      .calls([](const auto& x) { return min_with_indices(x, 0, true).values; });
  row("min_with_indices_of_second_axis")
      .inputs(extremes)
      .dtypes(kAllDTypes)
      .result_dtype(DType::i64)
      .shapes(with(kOneAxis, {{0, 3}}))
      .reference(over({1}, false, index_of_smallest))
      .gradient(not_differentiable)
      .calls([](const auto& x) { return min_with_indices(x, 1).indices; });
}

}  // namespace

void reduction_rows() {
  sum_rows(
      "sum", [](const auto&... of) { return sum(of...); }, kernels::sum, total,
      real(-9, 9).including({inf, -inf, nan}));
  sum_rows(
      "nansum", [](const auto&... of) { return nansum(of...); }, kernels::nansum, total_of_numbers,
      real(-9, 9).including({nan, nan, inf, -inf}));
  extrema_with_indices_rows();
  const Domain extremes = real(-9, 9).including({inf, -inf, nan});
  row("max")
      .inputs(extremes)
      .dtypes(kAllDTypes)
      .shapes(kAnyAxes)
      .covers(kernels::max)
      .reference(over_all(largest))
      .exactly()
      .gradient(except_at_ties)
      .calls([](const auto& x) { return max(x); });
  row("max_over_second_axis")
      .inputs(real(-9, 9))
      .dtypes(kAllDTypes)
      .shapes(with(kOneAxis, {{0, 3}}))
      .reference(over({1}, false, largest))
      .exactly()
      .gradient(except_at_ties)
      .calls([](const auto& x) { return max(x, {1}); });
  row("max_over_outer_axes_keepdim")
      .inputs(extremes)
      .dtypes(kAllDTypes)
      .shapes(kTwoAxes)
      .reference(over({0, 2}, true, largest))
      .exactly()
      .gradient(except_at_ties)
      .calls([](const auto& x) {
        return max(x, {0, 2}, true);
      });
  row("min")
      .inputs(real(-9, 9))
      .dtypes(kAllDTypes)
      .shapes(kAnyAxes)
      .covers(kernels::min)
      .reference(over_all(smallest))
      .exactly()
      .gradient(except_at_ties)
      .calls([](const auto& x) { return min(x); });
  row("min_over_first_axis_keepdim")
      .inputs(extremes)
      .dtypes(kAllDTypes)
      .shapes(with(kOneAxis, {{3, 0}}))
      .reference(over({0}, true, smallest))
      .exactly()
      .gradient(except_at_ties)
      .calls([](const auto& x) { return min(x, {0}, true); });

  row("argmax")
      .inputs(real(-9, 9))
      .dtypes(kAllDTypes)
      .result_dtype(DType::i64)
      .shapes(kAnyAxes)
      .covers(kernels::argmax)
      .reference(over_all(index_of_largest))
      .gradient(not_differentiable)
      .calls([](const auto& x) { return argmax(x); });
  row("argmax_of_second_axis")
      .inputs(extremes)
      .dtypes(kAllDTypes)
      .result_dtype(DType::i64)
      .shapes(with(kOneAxis, {{0, 3}}))
      .reference(over({1}, false, index_of_largest))
      .gradient(not_differentiable)
      .calls([](const auto& x) { return argmax(x, 1); });
  row("argmax_keepdim")
      .inputs(extremes)
      .dtypes(kAllDTypes)
      .result_dtype(DType::i64)
      .shapes(kAnyAxes)
      .reference(over_all(index_of_largest, true))
      .gradient(not_differentiable)
      .calls([](const auto& x) { return argmax(x, {}, true); });
  row("argmin")
      .inputs(extremes)
      .dtypes(kAllDTypes)
      .result_dtype(DType::i64)
      .shapes(kAnyAxes)
      .covers(kernels::argmin)
      .reference(over_all(index_of_smallest))
      .gradient(not_differentiable)
      .calls([](const auto& x) { return argmin(x); });
  row("argmin_of_first_axis_keepdim")
      .inputs(real(-9, 9))
      .dtypes(kAllDTypes)
      .result_dtype(DType::i64)
      .shapes(with(kOneAxis, {{3, 0}}))
      .reference(over({0}, true, index_of_smallest))
      .gradient(not_differentiable)
      .calls([](const auto& x) { return argmin(x, 0, true); });

  for (const char* name : {"sum", "max", "min", "argmax", "argmin", "nansum"}) time_row(name, {{{1 << 24}}});
  for (const char* name : {"sum", "max"}) time_row(name, {{{1 << 18}}});
  for (const char* name : {"sum_over_first_axis", "sum_over_second_axis_keepdim", "max_over_second_axis",
                           "argmax_of_second_axis", "max_with_indices_values_over_second_axis",
                           "min_with_indices_of_second_axis"}) {
    time_row(name, {{{4096, 4096}}});
  }
  for (const char* name : {"sum", "max"}) time_row(name, {{{4, 8}}});
}

}  // namespace tinytorch::conformance
