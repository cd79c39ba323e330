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

void nansum_rows() {
  const Tolerance f32{1e-7, 1e-7}, f64{1e-12, 1e-10};
  row("nansum")
      .inputs(real(-9, 9).including({nan, nan, inf, -inf}))
      .dtypes(kAllDTypes)
      .result_dtype(ResultDType::int_to_i64)
      .shapes(with(kAnyAxes, {{0}, {2, 0}}))
      .covers(kernels::nansum)
      .reference(over_all(total_of_numbers))
      .tolerances(f32, f64)
      .gradient(differentiable)
      .calls([](const auto& x) { return nansum(x); });
  row("nansum_over_first_axis_keepdim")
      .inputs(real(-9, 9).including({nan}))
      .dtypes(kAllDTypes)
      .result_dtype(ResultDType::int_to_i64)
      .shapes(with(kOneAxis, {{0, 3}, {3, 0}}))
      .reference(over({0}, true, total_of_numbers))
      .tolerances(f32, f64)
      .gradient(differentiable)
      .calls([](const auto& x) { return nansum(x, {0}, true); });
  row("nansum_over_outer_axes")
      .inputs(real(-9, 9).including({nan, inf}))
      .dtypes(kAllDTypes)
      .result_dtype(ResultDType::int_to_i64)
      .shapes(with(kTwoAxes, {{0, 3, 2}, {3, 0, 2}}))
      .reference(over({0, 2}, false, total_of_numbers))
      .tolerances(f32, f64)
      .gradient(differentiable)
      .calls([](const auto& x) {
        return nansum(x, {-1, 0});
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
  nansum_rows();
  extrema_with_indices_rows();
  // Sums are computed in f64: the errors are one rounding, and the order of addition.
  const Tolerance f32{1e-7, 1e-7}, f64{1e-12, 1e-10};
  const Domain values = real(-9, 9);
  row("sum")
      .inputs(values)
      .dtypes(kAllDTypes)
      .result_dtype(ResultDType::int_to_i64)
      .shapes(with(kAnyAxes, {{0}, {2, 0}}))
      .covers(kernels::sum)
      .reference(over_all(total))
      .tolerances(f32, f64)
      .gradient(differentiable)
      .calls([](const auto& x) { return sum(x); });
  row("sum_over_first_axis")
      .inputs(values)
      .dtypes(kAllDTypes)
      .result_dtype(ResultDType::int_to_i64)
      .shapes(with(kOneAxis, {{0, 3}, {3, 0}}))
      .reference(over({0}, false, total))
      .tolerances(f32, f64)
      .gradient(differentiable)
      .calls([](const auto& x) { return sum(x, {0}); });
  row("sum_over_second_axis_keepdim")
      .inputs(values)
      .dtypes(kAllDTypes)
      .result_dtype(ResultDType::int_to_i64)
      .shapes(with(kOneAxis, {{0, 3}, {3, 0}}))
      .reference(over({1}, true, total))
      .tolerances(f32, f64)
      .gradient(differentiable)
      .calls([](const auto& x) { return sum(x, {1}, true); });
  row("sum_over_outer_axes")
      .inputs(values.including({inf, -inf, nan}))
      .dtypes(kAllDTypes)
      .result_dtype(ResultDType::int_to_i64)
      .shapes(with(kTwoAxes, {{0, 3, 2}, {3, 0, 2}}))
      .reference(over({0, 2}, false, total))
      .tolerances(f32, f64)
      .gradient(differentiable)
      .calls([](const auto& x) {
        return sum(x, {-1, 0});
      });

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
}

}  // namespace tinytorch::conformance
