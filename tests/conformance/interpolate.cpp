#include "core/ops/interpolate.h"

#include <algorithm>
#include <cmath>

#include "tests/conformance/op_table.h"
#include "tests/conformance/rows.h"

namespace tinytorch::conformance {
namespace {

/// The position in the image of element i of `to` (bilinear). `ratio` is from / to, or 1 / the factor.
double position(std::int64_t i, std::int64_t from, std::int64_t to, double ratio, bool align_corners) {
  if (!align_corners) return std::max(0.0, (static_cast<double>(i) + 0.5) * ratio - 0.5);
  return to > 1 ? static_cast<double>(i * (from - 1)) / static_cast<double>(to - 1) : 0.0;
}

/// The image interpolated between its pixels; the last row and column are repeated.
double between(const Array& x, std::int64_t n, std::int64_t c, double row, double column) {
  const auto pixel = [&](double i, double j) {
    return x({n, c, std::min(static_cast<std::int64_t>(i), x.shape[2] - 1),
              std::min(static_cast<std::int64_t>(j), x.shape[3] - 1)});
  };
  const double i = std::floor(row), j = std::floor(column), down = row - i, right = column - j;
  return (1 - down) * ((1 - right) * pixel(i, j) + right * pixel(i, j + 1)) +
         down * ((1 - right) * pixel(i + 1, j) + right * pixel(i + 1, j + 1));
}

Array bilinear(const Array& x, std::int64_t height, std::int64_t width, double row_ratio, double column_ratio,
               bool align_corners) {
  return generate({x.shape[0], x.shape[1], height, width}, [&](const Dims& at) {
    return between(x, at[0], at[1], position(at[2], x.shape[2], height, row_ratio, align_corners),
                   position(at[3], x.shape[3], width, column_ratio, align_corners));
  });
}

Array bilinear_to(const Array& x, const Pair& size, bool align_corners) {
  return bilinear(x, size.height, size.width,
                  static_cast<double>(x.shape[2]) / static_cast<double>(size.height),
                  static_cast<double>(x.shape[3]) / static_cast<double>(size.width), align_corners);
}

void bilinear_row(const std::string& name, const Pair& size, bool align_corners,
                  const std::vector<Shape>& shapes) {
  row("interpolate_bilinear" + name)
      .inputs(real(-3, 3))
      .shapes(shapes)
      .reference([=](const Array& x) { return bilinear_to(x, size, align_corners); })
      .tolerances({3e-6, 3e-6}, {1e-12, 1e-12})
      .gradient(differentiable)
      .calls([=](const auto& x) {
        return interpolate(x, size, {.mode = Interpolation::bilinear, .align_corners = align_corners});
      });
}

void nearest_row(const std::string& name, const Pair& size, const std::vector<Shape>& shapes) {
  row("interpolate_nearest" + name)
      .inputs(real(-3, 3))
      .shapes(shapes)
      .reference([=](const Array& x) {
        return generate({x.shape[0], x.shape[1], size.height, size.width}, [&](const Dims& at) {
          return x({at[0], at[1], at[2] * x.shape[2] / size.height, at[3] * x.shape[3] / size.width});
        });
      })
      .exactly()
      .gradient(differentiable)
      .calls([=](const auto& x) { return interpolate(x, size); });
}

}  // namespace

void interpolate_rows() {
  nearest_row("_up", {6, 7}, {{1, 1, 2, 3}, {2, 2, 3, 2}, {0, 2, 3, 3}, {3, 5, 4, 7}});
  nearest_row("_up_by_forty_nine", {1, 98}, {{1, 1, 1, 2}, {2, 3, 1, 2}});
  nearest_row("_down", {2, 3}, {{1, 1, 3, 5}, {2, 3, 17, 20}});
  bilinear_row("_up", {6, 7}, false, {{1, 1, 2, 3}, {2, 2, 3, 2}, {1, 1, 1, 1}, {0, 2, 3, 3}, {3, 5, 4, 5}});
  bilinear_row("_down", {2, 3}, false, {{1, 1, 4, 5}, {2, 3, 17, 20}});
  bilinear_row("_up_aligned", {5, 7}, true, {{1, 1, 2, 3}, {2, 2, 3, 2}, {1, 1, 1, 1}, {3, 5, 4, 5}});
  bilinear_row("_down_aligned", {1, 3}, true, {{1, 1, 4, 5}, {2, 3, 17, 20}});
  row("interpolate_by_factors")
      .inputs(real(-3, 3))
      .shapes({{1, 1, 4, 4}, {2, 3, 9, 10}})
      .reference([](const Array& x) {
        const auto scaled = [&](int axis, double scale) {
          return static_cast<std::int64_t>(std::floor(static_cast<double>(x.shape[axis]) * scale));
        };
        return bilinear(x, scaled(2, 1.75), scaled(3, 0.6), 1 / 1.75, 1 / 0.6, false);
      })
      .tolerances({3e-6, 3e-6}, {1e-12, 1e-12})
      .gradient(differentiable)
      .calls([](const auto& x) { return interpolate_by(x, 1.75, 0.6, {.mode = Interpolation::bilinear}); });
  row("interpolate_by_one_factor")
      .inputs(real(-3, 3))
      .shapes({{1, 1, 3, 4}, {2, 3, 9, 10}})
      .reference([](const Array& x) {
        return generate({x.shape[0], x.shape[1], 2 * x.shape[2], 2 * x.shape[3]}, [&](const Dims& at) {
          return x({at[0], at[1], at[2] / 2, at[3] / 2});
        });
      })
      .exactly()
      .gradient(differentiable)
      .calls([](const auto& x) { return interpolate_by(x, 2); });

  time_row("interpolate_bilinear_up", {{{32, 64, 32, 32}}});
  time_row("interpolate_by_one_factor", {{{8, 64, 64, 64}}});
  time_row("interpolate_by_factors", {{{8, 64, 64, 64}}});
}

}  // namespace tinytorch::conformance
