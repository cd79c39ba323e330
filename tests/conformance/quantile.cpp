#include "core/ops/quantile.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>

#include "core/ops/sort_kernels.h"
#include "tests/conformance/op_table.h"
#include "tests/conformance/rows.h"

namespace tinytorch::conformance {
namespace {

std::vector<double> numbers_of(std::span<const double> x) {
  std::vector<double> numbers;
  std::ranges::copy_if(x, std::back_inserter(numbers), [](double value) { return !std::isnan(value); });
  return numbers;
}

/// The index of the median in the order of a stable sort: the first NaN or, if those are ignored or there are
/// none, the lower of the middle ones of the numbers.
std::size_t median_index(std::span<const double> x, bool ignores_nan) {
  std::vector<std::size_t> order(x.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t i, std::size_t j) {
    return x[i] < x[j] || (std::isnan(x[j]) && !std::isnan(x[i]));
  });
  const std::size_t numbers = numbers_of(x).size();
  if (numbers < x.size() && (numbers == 0 || !ignores_nan)) return order[numbers];
  return order[(numbers - 1) / 2];
}

template <bool ignores_nan>
double index_of_median(std::span<const double> x) {
  return static_cast<double>(median_index(x, ignores_nan));
}
template <bool ignores_nan>
double median_of(std::span<const double> x) {
  return x.empty() ? nan : x[median_index(x, ignores_nan)];
}

double quantile_of(std::span<const double> x, double q, QuantileInterpolation interpolation,
                   bool ignores_nan) {
  std::vector<double> sorted = numbers_of(x);
  if (sorted.empty() || (!ignores_nan && sorted.size() < x.size())) return nan;
  std::ranges::sort(sorted);
  const double rank = q * (static_cast<double>(sorted.size()) - 1);
  const double a = sorted[static_cast<std::size_t>(std::floor(rank))],
               b = sorted[static_cast<std::size_t>(std::ceil(rank))];
  switch (interpolation) {
    case QuantileInterpolation::lower:
      return a;
    case QuantileInterpolation::higher:
      return b;
    case QuantileInterpolation::nearest:
      return sorted[static_cast<std::size_t>(std::nearbyint(rank))];
    case QuantileInterpolation::midpoint:
      return a == b || std::isinf(a) ? a : (a + b) / 2;
    case QuantileInterpolation::linear:
      break;
  }
  return a == b || std::isinf(a) ? a : a + (rank - std::floor(rank)) * (b - a);
}

template <class F>
auto of_all_elements(F f) {
  return [=](const Array& x) {
    Axes all;
    for (int i = 0; i < x.shape.size(); ++i) all.push_back(i);
    return reduce(x, all, false, f);
  };
}
template <class F>
auto of_axes(Axes axes, bool keepdim, F f) {
  return [=](const Array& x) { return reduce(x, axes, keepdim, f); };
}

const std::vector<Shape> kMedianShapes{{3, 4}, {2, 3, 4}, {3, 1}, {0, 3}, {5, 2}, {9, 309}};
/// Numbers and, in some rows, NaN.
const Domain kMostlyNumbers = real(-9, 9).including({inf, -inf, 1.0, nan});

template <class Median>
void median_rows(const std::string& name, double (*value)(std::span<const double>),
                 double (*index)(std::span<const double>), const Median& median) {
  row(name)
      .inputs(real(-9, 9))
      .dtypes(kAllDTypes)
      .shapes({{}, {1}, {7}, {3, 4}, {2, 3, 4}, {37, 53}})
      .reference(of_all_elements(value))
      .exactly()
      .gradient(except_at_ties)
      .calls([=](const auto& x) { return median(x); });
  row(name + "_values_of_second_axis")
      .covers(kernels::order_statistics)
      .inputs(kMostlyNumbers)
      .dtypes(kAllDTypes)
      .shapes(kMedianShapes)
      .reference(of_axes({1}, false, value))
      .exactly()
      .gradient(except_at_ties)
      .calls([=](const auto& x) { return median(x, 1).values; });
  row(name + "_indices_of_second_axis_keepdim")
      .inputs(kMostlyNumbers)
      .dtypes(kAllDTypes)
      .result_dtype(DType::i64)
      .shapes(kMedianShapes)
      .reference(of_axes({1}, true, index))
      .gradient(not_differentiable)
      .calls([=](const auto& x) { return median(x, -x.rank() + 1, true).indices; });
}

struct Median {
  template <class... Arguments>
  auto operator()(const Arguments&... arguments) const {
    return median(arguments...);
  }
};
struct NanMedian {
  template <class... Arguments>
  auto operator()(const Arguments&... arguments) const {
    return nanmedian(arguments...);
  }
};

void quantile_row(const std::string& name, double q, QuantileInterpolation interpolation) {
  row("quantile_" + name)
      .inputs(kMostlyNumbers)
      .shapes({{3, 4}, {2, 3, 4}, {3, 1}, {0, 3}, {5, 2}, {9, 33}})
      .reference(of_axes({1}, false, [=](auto x) { return quantile_of(x, q, interpolation, false); }))
      .tolerances({2e-6, 4e-6}, {1e-13, 1e-13})
      .gradient(except_at_ties)
      .calls([=](const auto& x) { return quantile(x, q, 1, false, interpolation); });
}

/// Three quantiles of the first axis, along a new first axis.
Array several_quantiles(const Array& x, bool ignores_nan) {
  Array all{{3}, {}};
  for (int i = 1; i < x.shape.size(); ++i) all.shape.push_back(x.shape[i]);
  for (const double q : {0.0, 0.375, 1.0}) {
    const Array one = reduce(x, {0}, false, [=](std::span<const double> slice) {
      return quantile_of(slice, q, QuantileInterpolation::linear, ignores_nan);
    });
    all.values.insert(all.values.end(), one.values.begin(), one.values.end());
  }
  return all;
}

Tensor three_quantiles(const auto& x) {
  return Tensor{0.0, 0.375, 1.0}.to(Options{.dtype = x.dtype(), .device = x.device()});
}

}  // namespace

void quantile_rows() {
  median_rows("median", median_of<false>, index_of_median<false>, Median{});
  median_rows("nanmedian", median_of<true>, index_of_median<true>, NanMedian{});
  row("median_of_nothing")
      .inputs(real(-9, 9))
      .skip_dtype_errors()
      .shapes({{0}, {2, 0}})
      .reference(of_all_elements(median_of<false>))
      .gradient(not_differentiable)
      .calls([](const Tensor& x) { return median(x); });

  quantile_row("third", 0.3, QuantileInterpolation::linear);
  quantile_row("last", 1, QuantileInterpolation::linear);
  quantile_row("lower", 0.3, QuantileInterpolation::lower);
  quantile_row("higher", 0.3, QuantileInterpolation::higher);
  quantile_row("midpoint", 0.3, QuantileInterpolation::midpoint);
  quantile_row("nearest", 0.5, QuantileInterpolation::nearest);
  row("quantile")
      .inputs(real(-9, 9))
      .shapes({{}, {1}, {7}, {3, 4}, {2, 3, 4}})
      .reference(
          of_all_elements([](auto x) { return quantile_of(x, 0.7, QuantileInterpolation::linear, false); }))
      .tolerances({2e-6, 4e-6}, {1e-13, 1e-13})
      .gradient(except_at_ties)
      .calls([](const auto& x) { return quantile(x, 0.7); });
  row("quantile_several")
      .inputs(kMostlyNumbers)
      .shapes({{4}, {3, 4}, {2, 3, 4}, {3, 0}, {33, 9}})
      .reference([](const Array& x) { return several_quantiles(x, false); })
      .tolerances({2e-6, 4e-6}, {1e-13, 1e-13})
      .gradient(except_at_ties)
      .calls([](const auto& x) { return quantile(x, three_quantiles(x), 0); });
  row("nanquantile")
      .inputs(kMostlyNumbers)
      .shapes({{}, {7}, {3, 4}, {2, 3, 4}})
      .reference(
          of_all_elements([](auto x) { return quantile_of(x, 0.7, QuantileInterpolation::linear, true); }))
      .tolerances({2e-6, 4e-6}, {1e-13, 1e-13})
      .gradient(except_at_ties)
      .calls([](const auto& x) { return nanquantile(x, 0.7); });
  row("nanquantile_several")
      .inputs(kMostlyNumbers)
      .shapes({{4}, {3, 4}, {2, 3, 4}, {3, 0}, {33, 9}})
      .reference([](const Array& x) { return several_quantiles(x, true); })
      .tolerances({2e-6, 4e-6}, {1e-13, 1e-13})
      .gradient(except_at_ties)
      .calls([](const auto& x) { return nanquantile(x, three_quantiles(x), 0); });

  time_row("median", {{{1 << 20}}});
  time_row("nanmedian", {{{1 << 20}}});
  time_row("quantile", {{{1 << 20}}});
  time_row("nanquantile", {{{1 << 20}}});
}

}  // namespace tinytorch::conformance
