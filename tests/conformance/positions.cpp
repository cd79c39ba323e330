#include "core/ops/positions.h"
#include "core/ops/positions_kernels.h"

#include <cmath>

#include "autograd/ops/positions.h"
#include "tests/conformance/op_table.h"
#include "tests/conformance/rows.h"

namespace tinytorch::conformance {
namespace {

/// x with each pair of elements of the last axis rotated: (i, i + width / 2), or (2 i, 2 i + 1) if
/// interleaved. angle(index of the pair) returns the cosine and the sine.
template <class Angle>
Array rotated(const Array& x, const Angle& angle, RotaryPairs pairs = RotaryPairs::halves) {
  const std::int64_t half = x.shape.back() / 2;
  const bool interleaved = pairs == RotaryPairs::interleaved;
  return generate(x.shape, [&](const Dims& at) {
    const bool is_first = interleaved ? at.back() % 2 == 0 : at.back() < half;
    const std::int64_t distance = interleaved ? 1 : half;
    Dims pair = at, other = at;
    pair.back() = interleaved ? at.back() / 2 : at.back() % half;
    other.back() += is_first ? distance : -distance;
    const auto [cosine, sine] = angle(pair);
    return is_first ? x(at) * cosine - x(other) * sine : x(at) * cosine + x(other) * sine;
  });
}

/// The angle of a pair from a table.
auto angle_of(const Array& cosine, const Array& sine) {
  return [&](const Dims& pair) {
    return std::pair(broadcast_element(cosine, pair), broadcast_element(sine, pair));
  };
}

std::pair<double, double> cos_sin(double angle) { return {std::cos(angle), std::sin(angle)}; }

double frequency(std::int64_t pair, std::int64_t width, double base) {
  return std::pow(base, -2.0 * static_cast<double>(pair) / static_cast<double>(width));
}

}  // namespace

void positions_rows() {
  const std::vector<std::vector<Shape>> shapes{{{2}, {1}, {1}},
                                               {{3, 4}, {3, 2}, {3, 2}},
                                               {{2, 2, 3, 2}, {3, 1}, {2, 1, 3, 1}},
                                               {{0, 4}, {0, 2}, {2}},
                                               {{3, 0}, {3, 0}, {1}},
                                               {{3, 5, 130}, {5, 65}, {5, 65}},
                                               {{7, 300, 66}, {300, 33}, {300, 33}}};
  row("rotate_halves")
      .inputs(real(-2, 2), real(-1, 1).constant(), real(-1, 1).constant())
      .operand_shapes(shapes)
      .covers(kernels::rotate_halves)
      .reference([](const Array& x, const Array& cosine, const Array& sine) {
        return rotated(x, angle_of(cosine, sine));
      })
      .gradient(differentiable)
      .calls([](const auto& x, const auto& cosine, const auto& sine) {
        return rotate_halves(x, value_of(cosine), value_of(sine));
      });
  row("rotate_interleaved")
      .inputs(real(-2, 2), real(-1, 1).constant(), real(-1, 1).constant())
      .operand_shapes(shapes)
      .covers(kernels::rotate_interleaved)
      .reference([](const Array& x, const Array& cosine, const Array& sine) {
        return rotated(x, angle_of(cosine, sine), RotaryPairs::interleaved);
      })
      .gradient(differentiable)
      .calls([](const auto& x, const auto& cosine, const auto& sine) {
        return rotate_interleaved(x, value_of(cosine), value_of(sine));
      });
  row("rotary")
      .inputs(real(-2, 2), indices(500))
      .operand_shapes(
          {{{1, 2}, {1}}, {{3, 4}, {3}}, {{2, 1, 3, 2}, {2, 1, 3}}, {{0, 4}, {0}}, {{2, 20, 64}, {20}}})
      .reference([](const Array& x, const Array& positions) {
        return rotated(x, [&](const Dims& pair) {
          Dims row = pair;
          row.erase(row.size() - 1);
          return cos_sin(broadcast_element(positions, row) * frequency(pair.back(), x.shape.back(), 500.0));
        });
      })
      // Angles of up to 500 have the relative error of pow() and its exponent, some 4 ulp.
      .tolerances({2e-6, 1e-6}, {1e-13, 2e-12})
      .gradient(differentiable)
      .calls([](const auto& x, const auto& positions) { return rotary(x, value_of(positions), 500.0); });
  row("rotary_from_an_offset")
      .inputs(real(-2, 2))
      .shapes({{1, 2}, {3, 4}, {2, 1, 3, 2}, {0, 4}, {2, 20, 64}})
      .reference([](const Array& x) {
        return rotated(x, [&](const Dims& pair) {
          const auto position = static_cast<double>(pair[pair.size() - 2] + 7);
          return cos_sin(position * frequency(pair.back(), x.shape.back(), 10000.0));
        });
      })
      .gradient(differentiable)
      .calls([](const auto& x) { return rotary(x, std::int64_t{7}); });
  row("rotary_of_interleaved_pairs")
      .inputs(real(-2, 2))
      .shapes({{1, 2}, {3, 4}, {2, 1, 3, 2}, {0, 4}, {2, 20, 64}})
      .reference([](const Array& x) {
        const auto angle = [&](const Dims& pair) {
          const auto position = static_cast<double>(pair[pair.size() - 2] + 7);
          return cos_sin(position * frequency(pair.back(), x.shape.back(), 500.0));
        };
        return rotated(x, angle, RotaryPairs::interleaved);
      })
      .gradient(differentiable)
      .calls([](const auto& x) { return rotary(x, std::int64_t{7}, 500.0, RotaryPairs::interleaved); });
  row("sinusoidal_positions")
      .inputs(real(-1, 1))
      .shapes({{1, 1}, {3, 4}, {5, 7}, {0, 4}, {3, 0}, {100, 64}})
      .reference([](const Array& x) {
        return generate(x.shape, [&](const Dims& at) {
          const auto [cosine, sine] =
              cos_sin(static_cast<double>(at[0]) * frequency(at[1] / 2, x.shape[1], 10000.0));
          return at[1] % 2 == 0 ? sine : cosine;
        });
      })
      .tolerances({2e-6, 1e-6}, {1e-13, 4e-13})  // the same for angles of up to 100
      .gradient(not_differentiable)
      .skip_dtype_errors()
      .calls([](const Tensor& x) {
        return sinusoidal_positions(x.size(0), x.size(1), {.dtype = x.dtype(), .device = x.device()});
      });

  time_row("rotate_halves", {{{64, 128, 64}, {128, 32}, {128, 32}}});
  time_row("rotate_interleaved", {{{64, 128, 64}, {128, 32}, {128, 32}}});
  time_row("rotary_from_an_offset", {{{64, 128, 64}}});
  time_row("sinusoidal_positions", {{{1024, 256}}});
}

}  // namespace tinytorch::conformance
