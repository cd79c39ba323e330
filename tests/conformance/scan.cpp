#include "core/ops/scan.h"
#include "core/ops/scan_kernels.h"

#include <algorithm>
#include <functional>
#include <numeric>

#include "tests/conformance/op_table.h"
#include "tests/conformance/rows.h"

namespace tinytorch::conformance {
namespace {

std::vector<double> from_end(std::vector<double> line, const auto& running) {
  std::ranges::reverse(line);
  line = running(line);
  std::ranges::reverse(line);
  return line;
}

std::vector<double> sums(std::span<const double> line) {
  std::vector<double> y(line.size());
  std::partial_sum(line.begin(), line.end(), y.begin());
  return y;
}

std::vector<double> products(std::span<const double> line) {
  std::vector<double> y(line.size());
  std::partial_sum(line.begin(), line.end(), y.begin(), std::multiplies<>());
  return y;
}

using Running = std::vector<double> (*)(std::span<const double>);

auto along(int axis, Running running, bool reverse) {
  return [=](const Array& x) {
    return map_along(x, axis < 0 ? x.shape.size() + axis : axis, [=](std::span<const double> line) {
      return reverse ? from_end({line.begin(), line.end()}, running) : running(line);
    });
  };
}

/// Along the second axis.
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

const std::vector<Shape> kLines{{1},    {7},    {0},     {3, 5},   {3, 1}, {2, 3, 4},
                                {2, 0}, {0, 3}, {9, 33}, {3, 129}, {2501}};
const std::vector<Shape> kPlanes{{3, 5}, {2, 3, 4}, {3, 0}, {0, 3}, {2, 1030, 3}};

}  // namespace

void scan_rows() {
  const Bounds f32{3e-7, 1e-5}, f64{1e-12, 1e-11};
  row("cumsum")
      .inputs(real(-9, 9))
      .takes(kAllTypes)
      .gives(Gives::total)
      .shapes(kLines)
      .covers(kernels::cumsum)
      .reference(along(-1, sums, false))
      .within(f32, f64)
      .gradient(differentiable)
      .calls([](const auto& x) { return cumsum(x, -1); });
  row("cumsum_from_end_of_second_axis")
      .inputs(real(-9, 9).including({inf, nan}))
      .takes(kAllTypes)
      .gives(Gives::total)
      .shapes(kPlanes)
      .reference(along(1, sums, true))
      .within(f32, f64)
      .gradient(differentiable)
      .calls([](const auto& x) { return cumsum(x, 1, true); });
  // Integers of 1 and floating numbers near it stay in range.
  const Domain near_one = real(0.99, 1.01).including({-1.0});
  row("cumprod")
      .inputs(near_one)
      .takes(kAllTypes)
      .gives(Gives::total)
      .shapes(kLines)
      .covers(kernels::cumprod)
      .reference(along(-1, products, false))
      .within(f32, f64)
      .gradient(differentiable)
      .calls([](const auto& x) { return cumprod(x, -1); });
  row("cumprod_of_few")
      .inputs(real(-2, 2).including({0.0}))
      .takes(kAllTypes)
      .gives(Gives::total)
      .shapes({{9}, {3, 5}, {2, 3, 4}})
      .reference(along(0, products, false))
      .gradient(differentiable)
      .calls([](const auto& x) { return cumprod(x, 0); });
  row("cumprod_from_end_of_second_axis")
      .inputs(near_one)
      .takes(kAllTypes)
      .gives(Gives::total)
      .shapes(kPlanes)
      .reference(along(1, products, true))
      .within(f32, f64)
      .gradient(differentiable)
      .calls([](const auto& x) { return cumprod(x, 1, true); });

  const std::vector<std::vector<Shape>> pairs{{{3, 5}, {3, 5}},           {{1, 1}, {1, 1}},
                                              {{3, 0}, {3, 0}},           {{2, 3, 4}, {2, 3, 4}},
                                              {{2, 150, 3}, {2, 150, 3}}, {{1, 1100}, {1, 1100}}};
  row("linear_recurrence")
      .inputs(real(-1, 1), real(-9, 9))
      .shapes_together(pairs)
      .covers(kernels::linear_recurrence)
      .reference([](const Array& a, const Array& b) { return recurrence(a, b, false); })
      .gradient(differentiable)
      .calls([](const auto& a, const auto& b) { return linear_recurrence(a, b, 1); });
  row("linear_recurrence_from_end")
      .inputs(real(-1, 1), real(-9, 9))
      .shapes_together(pairs)
      .reference([](const Array& a, const Array& b) { return recurrence(a, b, true); })
      .gradient(differentiable)
      .calls([](const auto& a, const auto& b) { return linear_recurrence(a, b, 1, true); });
}

}  // namespace tinytorch::conformance
