#include "core/ops/scan.h"
#include "core/ops/scan_kernels.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "tests/conformance/op_table.h"
#include "tests/conformance/rows.h"

namespace tinytorch::conformance {
namespace {

std::vector<double> reversed_scan(std::vector<double> x, const auto& scan) {
  std::ranges::reverse(x);
  x = scan(x);
  std::ranges::reverse(x);
  return x;
}

std::vector<double> sums(std::span<const double> x) {
  std::vector<double> y(x.size());
  std::partial_sum(x.begin(), x.end(), y.begin());
  return y;
}

std::vector<double> products(std::span<const double> x) {
  std::vector<double> y(x.size());
  std::partial_sum(x.begin(), x.end(), y.begin(), std::multiplies<>());
  return y;
}

/// The index of the last of the largest elements so far; `sign` -1 makes it the smallest. NaN wins.
std::vector<double> running_indices(std::span<const double> x, double sign) {
  std::vector<double> y(x.size());
  std::size_t best = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (std::isnan(x[i]) || sign * x[i] >= sign * x[best]) best = i;
    y[i] = static_cast<double>(best);
  }
  return y;
}

std::vector<double> elements_at(std::span<const double> x, std::vector<double> indices) {
  for (double& each : indices) each = x[static_cast<std::size_t>(each)];
  return indices;
}

std::vector<double> index_of_maxima(std::span<const double> x) { return running_indices(x, 1); }
std::vector<double> index_of_minima(std::span<const double> x) { return running_indices(x, -1); }
std::vector<double> maxima(std::span<const double> x) { return elements_at(x, index_of_maxima(x)); }
std::vector<double> minima(std::span<const double> x) { return elements_at(x, index_of_minima(x)); }

using Scan = std::vector<double> (*)(std::span<const double>);

auto along(int axis, Scan scan, bool reverse) {
  return [=](const Array& x) {
    return apply_along_axis(x, axis < 0 ? x.shape.size() + axis : axis, [=](std::span<const double> slice) {
      return reverse ? reversed_scan({slice.begin(), slice.end()}, scan) : scan(slice);
    });
  };
}

/// y_i = a_i y_(i-1) + b_i along the second axis.
Array recurrence(const Array& a, const Array& b, bool reverse) {
  const std::int64_t length = a.shape[1];
  return generate(a.shape, [&](Dims at) {
    const std::int64_t end = at[1];
    double y = 0;
    for (std::int64_t i = 0; i <= (reverse ? length - 1 - end : end); ++i) {
      at[1] = reverse ? length - 1 - i : i;
      y = a(at) * y + b(at);
    }
    return y;
  });
}

const std::vector<Shape> kShapes{{1},    {7},    {0},     {3, 5},   {3, 1}, {2, 3, 4},
                                 {2, 0}, {0, 3}, {9, 33}, {3, 129}, {2501}};
const std::vector<Shape> kShapesWithTwoAxes{{3, 5}, {2, 3, 4}, {3, 0}, {0, 3}, {2, 1030, 3}};

void running_extremum_rows() {
  // Integers of a small range contain duplicates.
  const Domain values = real(-9, 9).including({inf, -inf, 0.0, -0.0, 8.0, -8.0}),
               with_nan = values.including({nan});
  row("cummax_values")
      .inputs(values)
      .dtypes(kAllDTypes)
      .shapes(kShapes)
      .covers(kernels::cummax)
      .reference(along(-1, maxima, false))
      .exactly_with_signed_zeros()
      .gradient(except_at_ties)
      .calls([](const auto& x) { return cummax(x, -1).values; });
  row("cummax_indices")
      .inputs(with_nan)
      .dtypes(kAllDTypes)
      .result_dtype(DType::i64)
      .shapes(kShapes)
      .reference(along(-1, index_of_maxima, false))
      .gradient(not_differentiable)
      .calls([](const auto& x) { return cummax(x, -1).indices; });
  row("cummin_values_of_second_axis")
      .inputs(with_nan)
      .dtypes(kAllDTypes)
      .shapes(kShapesWithTwoAxes)
      .covers(kernels::cummin)
      .reference(along(1, minima, false))
      .exactly_with_signed_zeros()
      .gradient(except_at_ties)
      .calls([](const auto& x) { return cummin(x, 1).values; });
  row("cummin_indices")
      .inputs(values)
      .dtypes(kAllDTypes)
      .result_dtype(DType::i64)
      .shapes(kShapes)
      .reference(along(-1, index_of_minima, false))
      .gradient(not_differentiable)
      .calls([](const auto& x) { return cummin(x, -1).indices; });
}

}  // namespace

void scan_rows() {
  running_extremum_rows();
  const Tolerance f32{3e-7, 1e-5}, f64{1e-12, 1e-11};
  row("cumsum")
      .inputs(real(-9, 9))
      .dtypes(kAllDTypes)
      .result_dtype(ResultDType::int_to_i64)
      .shapes(kShapes)
      .covers(kernels::cumsum)
      .reference(along(-1, sums, false))
      .tolerances(f32, f64)
      .gradient(differentiable)
      .calls([](const auto& x) { return cumsum(x, -1); });
  row("cumsum_from_end_of_second_axis")
      .inputs(real(-9, 9).including({inf, nan}))
      .dtypes(kAllDTypes)
      .result_dtype(ResultDType::int_to_i64)
      .shapes(kShapesWithTwoAxes)
      .reference(along(1, sums, true))
      .tolerances(f32, f64)
      .gradient(differentiable)
      .calls([](const auto& x) { return cumsum(x, 1, true); });
  // Integers of 1 and floating values near 1 stay in range.
  const Domain near_one = real(0.99, 1.01).including({-1.0});
  row("cumprod")
      .inputs(near_one)
      .dtypes(kAllDTypes)
      .result_dtype(ResultDType::int_to_i64)
      .shapes(kShapes)
      .covers(kernels::cumprod)
      .reference(along(-1, products, false))
      .tolerances(f32, f64)
      .gradient(differentiable)
      .calls([](const auto& x) { return cumprod(x, -1); });
  row("cumprod_of_few")
      .inputs(real(-2, 2).including({0.0}))
      .dtypes(kAllDTypes)
      .result_dtype(ResultDType::int_to_i64)
      .shapes({{9}, {3, 5}, {2, 3, 4}})
      .reference(along(0, products, false))
      .gradient(differentiable)
      .calls([](const auto& x) { return cumprod(x, 0); });
  row("cumprod_from_end_of_second_axis")
      .inputs(near_one)
      .dtypes(kAllDTypes)
      .result_dtype(ResultDType::int_to_i64)
      .shapes(kShapesWithTwoAxes)
      .reference(along(1, products, true))
      .tolerances(f32, f64)
      .gradient(differentiable)
      .calls([](const auto& x) { return cumprod(x, 1, true); });

  const std::vector<std::vector<Shape>> pairs{{{3, 5}, {3, 5}},           {{1, 1}, {1, 1}},
                                              {{3, 0}, {3, 0}},           {{2, 3, 4}, {2, 3, 4}},
                                              {{2, 150, 3}, {2, 150, 3}}, {{1, 1100}, {1, 1100}}};
  row("linear_recurrence")
      .inputs(real(-1, 1), real(-9, 9))
      .operand_shapes(pairs)
      .covers(kernels::linear_recurrence)
      .reference([](const Array& a, const Array& b) { return recurrence(a, b, false); })
      .gradient(differentiable)
      .calls([](const auto& a, const auto& b) { return linear_recurrence(a, b, 1); });
  row("linear_recurrence_from_end")
      .inputs(real(-1, 1), real(-9, 9))
      .operand_shapes(pairs)
      .reference([](const Array& a, const Array& b) { return recurrence(a, b, true); })
      .gradient(differentiable)
      .calls([](const auto& a, const auto& b) { return linear_recurrence(a, b, 1, true); });

  for (const char* name : {"cummax_values", "cummin_indices", "cumsum", "cumprod"})
    time_row(name, {{{1024, 1024}}});
  time_row("linear_recurrence", {{{64, 512, 64}, {64, 512, 64}}});
}

}  // namespace tinytorch::conformance
