#include "core/ops/statistics.h"
#include "core/ops/creation.h"
#include "core/ops/reduction_kernels.h"
#include "core/ops/shape.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tests/conformance/op_table.h"
#include "tests/conformance/rows.h"

namespace tinytorch::conformance {
namespace {

double product(std::span<const double> x) {
  return std::accumulate(x.begin(), x.end(), 1.0, [](double a, double b) { return a * b; });
}

double any_true(std::span<const double> x) {
  return std::ranges::any_of(x, [](double value) { return value != 0; }) ? 1 : 0;
}
double all_true(std::span<const double> x) {
  return std::ranges::all_of(x, [](double value) { return value != 0; }) ? 1 : 0;
}

double variance(std::span<const double> x, double correction) {
  const double n = static_cast<double>(x.size());
  const double mean = std::accumulate(x.begin(), x.end(), 0.0) / n;
  double total = 0;
  for (const double value : x) total += (value - mean) * (value - mean);
  return total / std::max(0.0, n - correction);
}

double mean_of_numbers(std::span<const double> x) {
  double total = 0, n = 0;
  for (const double value : x) {
    if (std::isnan(value)) continue;
    total += value;
    ++n;
  }
  return total / n;
}

double log_of_sum(std::span<const double> x) {
  double largest = -inf, total = 0;
  for (const double value : x) largest = std::isnan(value) ? value : std::max(largest, value);
  if (std::ranges::any_of(x, [](double value) { return std::isnan(value); })) return nan;
  if (std::isinf(largest)) return largest;
  for (const double value : x) total += std::exp(value - largest);
  return largest + std::log(total);
}

double average_of(std::span<const double> x) {
  return std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size());
}

double p_norm(std::span<const double> x, double p) {
  double total = 0;
  for (const double value : x) total += std::pow(std::abs(value), p);
  return std::pow(total, 1 / p);
}

double extreme_magnitude(std::span<const double> x, bool largest) {
  double found = largest ? 0 : inf;
  for (const double value : x)
    found = largest ? std::max(found, std::abs(value)) : std::min(found, std::abs(value));
  return found;
}

template <class F>
auto over(Axes axes, bool keepdim, F f) {
  return [=](const Array& x) { return reduce(x, axes, keepdim, f); };
}
template <class F>
auto over_all(F f) {
  return [=](const Array& x) {
    Axes all;
    for (int i = 0; i < x.shape.size(); ++i) all.push_back(i);
    return reduce(x, all, false, f);
  };
}

/// f32 results are those of f64, rounded once.
constexpr Tolerance kRounded{7e-8, 1e-44};

const std::vector<Shape> kAllOrAnyAxes{{}, {1}, {7}, {3, 5}, {2, 3, 4}, {0}, {2, 0}, {149, 137}};
const std::vector<Shape> kSingleAxis{{3, 4}, {2, 3, 4}, {3, 1}, {0, 3}, {37, 309}};
const std::vector<Shape> kPairOfAxes{{2, 3, 4}, {1, 5, 1}, {0, 3, 2}, {3, 0, 2}, {9, 33, 65}};

void logical_and_product_rows() {
  row("prod")
      .inputs(real(-2, 2).including({0.0}))
      .dtypes(kAllDTypes)
      .result_dtype(ResultDType::int_to_i64)
      .shapes({{}, {1}, {7}, {3, 5}, {2, 3, 4}, {0}, {2, 0}})
      .covers(kernels::prod)
      .reference(over_all(product))
      .gradient(differentiable)
      .calls([](const auto& x) { return prod(x); });
  row("prod_over_outer_axes_keepdim")
      .inputs(real(0.99, 1.01).including({-1.0}))
      .dtypes(kAllDTypes)
      .result_dtype(ResultDType::int_to_i64)
      .shapes({{2, 3, 4}, {1, 5, 1}, {0, 3, 2}, {3, 0, 2}, {9, 33, 65}, {301, 1, 70}})
      .reference(over({0, 2}, true, product))
      .tolerances({3e-7, 1e-6}, {1e-11, 1e-12})
      .gradient(differentiable)
      .calls([](const auto& x) {
        return prod(x, {-1, 0}, true);
      });

  const Domain mostly_zero = real(0, 0.9).including({0.0, -0.0});
  row("any")
      .inputs(mostly_zero)
      .dtypes(kAllDTypes)
      .result_dtype(DType::boolean)
      .shapes(kAllOrAnyAxes)
      .reference(over_all(any_true))
      .gradient(not_differentiable)
      .calls([](const auto& x) { return any(x); });
  row("any_over_second_axis")
      .inputs(mostly_zero.including({0.0, nan}))
      .dtypes(kAllDTypes)
      .result_dtype(DType::boolean)
      .shapes({{3, 2}, {2, 3, 4}, {3, 0}, {0, 3}, {37, 309}})
      .reference(over({1}, false, any_true))
      .gradient(not_differentiable)
      .calls([](const auto& x) { return any(x, {1}); });
  row("all")
      .inputs(real(-1, 2))
      .dtypes(kAllDTypes)
      .result_dtype(DType::boolean)
      .shapes(kAllOrAnyAxes)
      .reference(over_all(all_true))
      .gradient(not_differentiable)
      .calls([](const auto& x) { return all(x); });
  row("all_over_first_axis_keepdim")
      .inputs(real(0, 2).including({0.0, nan, inf}))
      .dtypes(kAllDTypes)
      .result_dtype(DType::boolean)
      .shapes({{2, 3}, {2, 3, 4}, {3, 0}, {0, 3}, {309, 37}})
      .reference(over({0}, true, all_true))
      .gradient(not_differentiable)
      .calls([](const auto& x) { return all(x, {0}, true); });
}

void moment_rows() {
  const Domain far = real(90, 110);  // mean(x²) - mean(x)² would lose all digits
  row("var")
      .inputs(far)
      .shapes({{7}, {3, 5}, {2, 3, 4}, {0}, {2, 0}, {149, 137}})  // the variance of one element is NaN
      .reference(over_all([](auto x) { return variance(x, 1); }))
      .tolerances(kRounded, {1e-11, 1e-11})
      .gradient(differentiable)
      .calls([](const auto& x) { return var(x); });
  row("var_over_second_axis_uncorrected_keepdim")
      .inputs(real(-9, 9))
      .shapes(kSingleAxis)
      .reference(over({1}, true, [](auto x) { return variance(x, 0); }))
      .tolerances(kRounded, {1e-11, 1e-11})
      .gradient(differentiable)
      .calls([](const auto& x) { return var(x, {1}, true, 0); });
  row("stddev_over_outer_axes")
      .inputs(far)
      .shapes({{2, 3, 4}, {2, 5, 1}, {0, 3, 2}, {3, 0, 2}, {9, 33, 65}})
      .reference(over({0, 2}, false, [](auto x) { return std::sqrt(variance(x, 1)); }))
      .tolerances(kRounded, {1e-11, 1e-11})
      .gradient(differentiable)
      .calls([](const auto& x) {
        return stddev(x, {0, 2});
      });
  row("logsumexp")
      .inputs(real(-900, 900).including({-inf}))
      .shapes(kAllOrAnyAxes)
      .reference(over_all(log_of_sum))
      .gradient(differentiable)
      .calls([](const auto& x) { return logsumexp(x); });
  row("logsumexp_over_second_axis_keepdim")
      .inputs(real(-3, 3).including({-inf, -inf, inf, nan}))
      .shapes({{3, 4}, {2, 3, 4}, {9, 1}, {0, 3}, {3, 0}, {37, 309}})
      .reference(over({1}, true, log_of_sum))
      .gradient(differentiable)
      .calls([](const auto& x) { return logsumexp(x, {1}, true); });
}

void nanmean_rows() {
  row("nanmean")
      .inputs(real(-9, 9).including({nan, inf}))
      .shapes(kAllOrAnyAxes)
      .reference(over_all(mean_of_numbers))
      .tolerances({3e-7, 1e-6}, {1e-12, 1e-12})
      .gradient(differentiable)
      .calls([](const auto& x) { return nanmean(x); });
  row("nanmean_over_second_axis")
      .inputs(real(-9, 9).including({nan, nan, nan}))
      .shapes({{3, 4}, {2, 3, 4}, {9, 1}, {9, 2}, {0, 3}, {3, 0}, {37, 309}})
      .reference(over({1}, false, mean_of_numbers))
      .tolerances({3e-7, 1e-6}, {1e-12, 1e-12})
      .gradient(differentiable)
      .calls([](const auto& x) { return nanmean(x, {1}); });
  row("nanmean_over_outer_axes_keepdim")
      .inputs(real(-9, 9).including({nan}))
      .shapes(kPairOfAxes)
      .reference(over({0, 2}, true, mean_of_numbers))
      .tolerances({3e-7, 1e-6}, {1e-12, 1e-12})
      .gradient(differentiable)
      .calls([](const auto& x) {
        return nanmean(x, {0, 2}, true);
      });
}

/// Values whose squares f32 does not have, and values far from 0. Their gradients are tested in
/// tests/autograd/precision_test.cpp.
void rounded_rows() {
  const std::vector<Shape> shapes{{3, 4}, {2, 3, 4}, {3, 2}, {0, 3}, {37, 309}, {309, 37}};
  const auto add = [&](const std::string& name, double center, double radius, const auto& reference,
                       auto call) -> Row& {
    Row& added = row(name)
                     .inputs(real(center - radius, center + radius))
                     .shapes(shapes)
                     .covers(kernels::moment)
                     .reference(reference)
                     .tolerances(kRounded, {1e-11, 1e-13 * radius})
                     .gradient(not_differentiable);
    added.calls(call);
    return added;
  };
  const auto deviation = [](auto x) { return std::sqrt(variance(x, 1)); };
  const auto length = [](auto x) { return p_norm(x, 2); };
  const auto cubic = [](auto x) { return p_norm(x, 3); };
  add("mean_near_the_limit", 3e38, 4e37, over({1}, true, average_of), [](const Tensor& x) {
    return mean(x, {1}, true);
  }).skip_dtype_errors();
  add("mean_over_first_axis", 1e6, 1, over({0}, false, average_of), [](const Tensor& x) {
    return mean(x, {0});
  }).skip_dtype_errors();
  add("var_far_from_zero", 1e6, 1, over({1}, false, [](auto x) { return variance(x, 1); }),
      [](const Tensor& x) { return var(x, {1}); });
  add("var_over_first_axis_far_from_zero", 1e6, 1, over({0}, true, [](auto x) { return variance(x, 0); }),
      [](const Tensor& x) { return var(x, {0}, true, 0); });
  add("stddev_of_huge", 0, 3e30, over({1}, false, deviation), [](const Tensor& x) { return stddev(x, {1}); });
  add("stddev_of_tiny", 0, 3e-30, over({0}, false, deviation),
      [](const Tensor& x) { return stddev(x, {0}); });
  add("norm_of_huge", 0, 3e30, over({1}, false, length), [](const Tensor& x) { return norm(x, 2, {1}); });
  add("norm_of_tiny", 0, 3e-30, over({0}, false, length), [](const Tensor& x) { return norm(x, 2, {0}); });
  add("norm_of_order_three_of_huge", 0, 3e30, over({0}, true, cubic),
      [](const Tensor& x) { return norm(x, 3, {0}, true); });
}

/// The gradient kernel alone: (x - center) scale, for statistics over some of the axes.
void gradient_kernel_rows() {
  const Domain wide{.low = -2, .high = 2, .dtype = DType::f64};
  row("var_gradient")
      .inputs(real(-3, 3), wide, wide)
      .covers(kernels::moment_gradient)
      .operand_shapes({{{}, {}, {}},
                       {{3, 4}, {3, 1}, {3, 1}},
                       {{37, 309}, {1, 309}, {1, 309}},
                       {{2, 3, 5}, {}, {1, 3, 1}},
                       {{0, 3}, {1, 3}, {1, 3}}})
      .skip_dtype_errors()
      .reference([](double x, double center, double scale) { return (x - center) * scale; })
      .gradient(not_differentiable)
      .calls([](const Tensor& x, const Tensor& center, const Tensor& scale) {
        Tensor dx = empty_like(x);
        if (dx.numel() > 0)
          kernels::moment_gradient(x, expand(center, x.shape()), expand(scale, x.shape()), dx);
        return dx;
      });
}

void norm_rows() {
  const Domain values = real(-3, 3);
  row("norm")
      .inputs(values.including({0.0, inf}))
      .shapes(kAllOrAnyAxes)
      .reference(over_all([](auto x) { return p_norm(x, 2); }))
      .gradient(differentiable)
      .calls([](const auto& x) { return norm(x); });
  row("norm_of_order_one_over_second_axis")
      .inputs(values)
      .shapes(kSingleAxis)
      .reference(over({1}, false, [](auto x) { return p_norm(x, 1); }))
      .gradient(except_at({0.0}))
      .calls([](const auto& x) { return norm(x, 1, {1}); });
  row("norm_of_order_three_keepdim")
      .inputs(values.including({0.0}))
      .shapes(kPairOfAxes)
      .reference(over({0, 2}, true, [](auto x) { return p_norm(x, 3); }))
      .tolerances(kRounded, {1e-12, 1e-12})
      .gradient(except_at({0.0}))
      .calls([](const auto& x) {
        return norm(x, 3, {0, 2}, true);
      });
  row("norm_of_order_half")
      .inputs(values.including({0.0}))
      .shapes({{3, 4}, {2, 3, 4}, {0, 3}})
      .reference(over({1}, false, [](auto x) { return p_norm(x, 0.5); }))
      .tolerances(kRounded, {1e-12, 1e-12})
      .gradient(except_at({0.0}))
      .calls([](const auto& x) { return norm(x, 0.5, {1}); });
  row("norm_of_order_minus_one")
      .inputs(values.including({0.0}))
      .shapes({{3, 4}, {2, 3, 4}, {0, 3}})
      .reference(over({1}, false, [](auto x) { return p_norm(x, -1); }))
      .tolerances(kRounded, {1e-12, 1e-12})
      .gradient(except_at({0.0}))
      .calls([](const auto& x) { return norm(x, -1, {1}); });
  row("norm_of_order_zero")
      .inputs(values.including({0.0, inf}))
      .shapes(kSingleAxis)
      .reference(over({1}, false,
                      [](auto x) {
                        return static_cast<double>(std::ranges::count_if(x, [](double v) { return v != 0; }));
                      }))
      .gradient(except_at({0.0}))
      .calls([](const auto& x) { return norm(x, 0, {1}); });
  row("norm_of_order_infinity")
      .inputs(values.including({0.0, -inf}))
      .shapes({{3, 4}, {2, 3, 4}, {3, 1}, {0, 3}})
      .reference(over({1}, false, [](auto x) { return extreme_magnitude(x, true); }))
      .gradient(except_at_ties)
      .calls([](const auto& x) { return norm(x, inf, {1}); });
  row("norm_of_order_minus_infinity")
      .inputs(values)
      .shapes({{3, 4}, {2, 3, 4}, {3, 1}, {0, 3}})
      .reference(over({1}, false, [](auto x) { return extreme_magnitude(x, false); }))
      .gradient(except_at({0.0}))
      .calls([](const auto& x) { return norm(x, -inf, {1}); });
}

}  // namespace

void statistics_rows() {
  logical_and_product_rows();
  moment_rows();
  nanmean_rows();
  rounded_rows();
  norm_rows();
  gradient_kernel_rows();

  time_row("prod", {{{1 << 20}}});
  time_row("any", {{{1 << 20}}});
  time_row("all", {{{1 << 20}}});
  for (const char* name : {"var", "logsumexp", "nanmean", "norm"}) time_row(name, {{{1 << 24}}});
  for (const char* name : {"var_over_second_axis_uncorrected_keepdim", "logsumexp_over_second_axis_keepdim",
                           "norm_of_order_one_over_second_axis"}) {
    time_row(name, {{{4096, 1024}}});
  }
  time_row("stddev_over_outer_axes", {{{64, 512, 128}}});
}

}  // namespace tinytorch::conformance
