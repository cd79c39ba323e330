#include "core/ops/composite.h"

#include <algorithm>
#include <numeric>

#include "tests/conformance/op_table.h"
#include "tests/conformance/rows.h"

namespace tinytorch::conformance {
namespace {

double average(std::span<const double> x) {
  return std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size());
}

/// The same elements in row-major order under another shape.
Array reshaped(Array x, const Shape& shape) {
  x.shape = shape;
  return x;
}

}  // namespace

void composite_rows() {
  const Domain values = real(-9, 9);
  const Tolerance f32{3e-7, 1e-6}, f64{1e-12, 1e-12};

  row("mean")
      .inputs(values)
      .dtypes(kAllDTypes)
      .result_dtype(ResultDType::int_to_f32)
      .shapes({{}, {1}, {7}, {3, 5}, {0}, {2, 0}, {2, 3, 4}, {379, 373}})
      .reference([](const Array& x) {
        Axes all;
        for (int i = 0; i < x.shape.size(); ++i) all.push_back(i);
        return reduce(x, all, false, average);
      })
      .tolerances(f32, f64)
      .gradient(differentiable)
      .calls([](const auto& x) { return mean(x); });
  row("mean_over_second_axis_keepdim")
      .inputs(values)
      .dtypes(kAllDTypes)
      .result_dtype(ResultDType::int_to_f32)
      .shapes({{3, 4}, {2, 3, 4}, {3, 0}, {0, 3}, {65, 130}})
      .reference([](const Array& x) { return reduce(x, {1}, true, average); })
      .tolerances(f32, f64)
      .gradient(differentiable)
      .calls([](const auto& x) { return mean(x, {1}, true); });
  row("square")
      .inputs(values.including({0.0, -0.0, inf, nan}))
      .dtypes(kAllDTypes)
      .reference([](double x) { return x * x; })
      .exactly()
      .gradient(differentiable)
      .calls([](const auto& x) { return square(x); });

  const Domain wide = values.including({0.0, -0.0, 2.0, -1.0, inf, -inf, nan});
  row("masked_fill")
      .inputs(wide, booleans())
      .dtypes(kNumericDTypes)
      .skip_dtype_errors()
      .reference([](double x, double mask) { return mask != 0 ? 7 : x; })
      .exactly()
      .gradient(differentiable)
      .calls([](const auto& x, const auto& mask) { return masked_fill(x, value_of(mask), 7); });
  row("transpose")
      .inputs(values)
      .dtypes(kAllDTypes)
      .shapes({{3, 5}, {2, 3, 4}, {0, 3}, {1, 1}, {130, 67}})
      .reference([](const Array& x) {
        Shape shape = x.shape;
        const int last = shape.size() - 1;
        std::swap(shape[last], shape[last - 1]);
        return generate(shape, [&](Dims at) {
          std::swap(at[last], at[last - 1]);
          return x(at);
        });
      })
      .exactly_with_signed_zeros()
      .gradient(differentiable)
      .calls([](const auto& x) { return transpose(x); });
  row("squeeze")
      .inputs(values)
      .dtypes(kAllDTypes)
      .shapes({{}, {1}, {1, 3, 1, 5}, {2, 1}, {1, 0, 1}, {4}})
      .reference([](const Array& x) {
        Shape shape;
        for (const std::int64_t length : x.shape) {
          if (length != 1) shape.push_back(length);
        }
        return reshaped(x, shape);
      })
      .exactly_with_signed_zeros()
      .gradient(differentiable)
      .calls([](const auto& x) { return squeeze(x); });
  row("squeeze_second_axis")
      .inputs(values)
      .dtypes(kAllDTypes)
      .shapes({{3, 1}, {3, 1, 4}, {1, 1, 4}, {0, 1}})
      .reference([](const Array& x) {
        Shape shape = x.shape;
        shape.erase(1);
        return reshaped(x, shape);
      })
      .exactly_with_signed_zeros()
      .gradient(differentiable)
      .calls([](const auto& x) { return squeeze(x, 1); });
  row("unsqueeze")
      .inputs(values)
      .dtypes(kAllDTypes)
      .shapes({{}, {7}, {3, 5}, {2, 0}, {2, 3, 4}})
      .reference([](const Array& x) {
        Shape shape = x.shape;
        shape.push_back(1);
        return reshaped(x, shape);
      })
      .exactly_with_signed_zeros()
      .gradient(differentiable)
      .calls([](const auto& x) { return unsqueeze(x, -1); });
  row("flatten")
      .inputs(values)
      .dtypes(kAllDTypes)
      .shapes({{3, 5}, {2, 3, 4}, {2, 0, 3}, {4, 1}, {3, 2, 2, 2}})
      .reference([](const Array& x) {
        std::int64_t rest = 1;
        for (int i = 1; i < x.shape.size(); ++i) rest *= x.shape[i];
        return reshaped(x, {x.shape[0], rest});
      })
      .exactly_with_signed_zeros()
      .gradient(differentiable)
      .calls([](const auto& x) { return flatten(x, 1); });
  row("flatten_of_middle_axes")
      .inputs(values)
      .dtypes(kAllDTypes)
      .shapes({{2, 3, 5}, {2, 3, 4, 5}, {2, 0, 3, 2}, {4, 1, 1, 2, 3}})
      .reference([](const Array& x) {
        Shape shape{x.shape[0], x.shape[1]};
        for (int i = 2; i < x.shape.size() - 1; ++i) shape[1] *= x.shape[i];
        shape.push_back(x.shape.back());
        return reshaped(x, shape);
      })
      .exactly_with_signed_zeros()
      .gradient(differentiable)
      .calls([](const auto& x) { return flatten(x, 1, -2); });
  row("select")
      .inputs(values)
      .dtypes(kAllDTypes)
      .shapes({{3, 5}, {2, 3, 4}, {0, 2}, {4, 1}})
      .reference([](const Array& x) {
        Shape shape = x.shape;
        shape.erase(1);
        return generate(shape, [&](Dims at) {
          at.insert(1, x.shape[1] - 1);
          return x(at);
        });
      })
      .exactly_with_signed_zeros()
      .gradient(differentiable)
      .calls([](const auto& x) { return select(x, 1, -1); });
  row("stack")
      .inputs(values, values)
      .dtypes(kAllDTypes)
      .operand_shapes({{{}, {}}, {{3}, {3}}, {{2, 3}, {2, 3}}, {{0, 2}, {0, 2}}})
      .reference([](const Array& a, const Array& b) {
        Shape shape = a.shape;
        shape.push_back(2);
        return generate(shape, [&](Dims at) {
          const Array& from = at.back() == 0 ? a : b;
          at.erase(at.size() - 1);
          return from(at);
        });
      })
      .exactly_with_signed_zeros()
      .gradient(differentiable)
      .calls([](const auto& a, const auto& b) {
        return stack(std::vector{a, b}, -1);
      });
  row("sum_to")
      .inputs(values)
      .result_dtype(ResultDType::int_to_i64)
      .dtypes(kAllDTypes)
      .shapes({{2, 3, 4}, {5, 7, 4}, {0, 3, 4}, {2, 70, 130}})
      .reference([](const Array& x) {
        const Array y = reduce(x, {0, 1}, false, [](auto elements) {
          return std::accumulate(elements.begin(), elements.end(), 0.0);
        });
        return reshaped(y, {1, x.shape[2]});
      })
      .tolerances(f32, f64)
      .gradient(differentiable)
      .calls([](const auto& x) {
        return sum_to(x, {1, x.shape()[2]});
      });

  time_row("mean", {{{1 << 24}}});
  time_row("mean_over_second_axis_keepdim", {{{4096, 4096}}});
  time_row("mean", {{{4, 8}}});
  time_row("transpose", {{{4, 8}}});
  time_row("squeeze", {{{4, 1, 8}}});
  time_row("unsqueeze", {{{4, 8}}});
  time_row("flatten", {{{4, 8}}});
  time_row("select", {{{4, 8}}});
  time_row("stack", {{{1024, 1024}, {1024, 1024}}});
  time_row("sum_to", {{{64, 512, 128}}});
}

}  // namespace tinytorch::conformance
