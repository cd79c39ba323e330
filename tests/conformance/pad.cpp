#include <algorithm>

#include "core/ops/rearrange.h"
#include "tests/conformance/op_table.h"
#include "tests/conformance/rows.h"

namespace tinytorch::conformance {
namespace {

/// Pads the last two axes. source_of(i, length) maps index i along an axis, which is negative or at least
/// `length` in the padding, to the index of the element copied there, or to -1 for `value`.
template <class SourceOf>
auto padded(Padding last, Padding other, double value, SourceOf source_of) {
  return [=](const Array& x) {
    const int columns = x.shape.size() - 1, rows = columns - 1;
    Shape shape = x.shape;
    shape[columns] += last.before + last.after;
    shape[rows] += other.before + other.after;
    return generate(shape, [&](Dims at) {
      at[columns] = source_of(at[columns] - last.before, x.shape[columns]);
      at[rows] = source_of(at[rows] - other.before, x.shape[rows]);
      return at[columns] < 0 || at[rows] < 0 ? value : x(at);
    });
  };
}

}  // namespace

void pad_rows() {
  const Domain values = real(-9, 9);
  const auto outside = [](std::int64_t i, std::int64_t n) { return i < 0 || i >= n ? -1 : i; };
  row("pad")
      .inputs(values)
      .dtypes(kAllDTypes)
      .shapes({{3, 4}, {2, 3, 4}, {0, 3}, {1, 1}, {60, 67}})
      .reference(padded({2, 1}, {0, 3}, 1, outside))
      .exactly_with_signed_zeros()
      .gradient(differentiable)
      .calls([](const auto& x) {
        return pad(x, {{2, 1}, {0, 3}}, 1);
      });
  row("pad_and_crop")
      .inputs(values)
      .dtypes(kAllDTypes)
      .shapes({{3, 4}, {2, 3, 4}, {1, 3}, {2, 1}})
      .reference(padded({-1, 2}, {1, -1}, 0, outside))
      .exactly_with_signed_zeros()
      .gradient(differentiable)
      .calls([](const auto& x) {
        return pad(x, {{-1, 2}, {1, -1}});
      });
  row("pad_reflecting")
      .inputs(values)
      .dtypes(kAllDTypes)
      .shapes({{3, 4}, {2, 3, 4}, {2, 3}, {60, 67}})
      .reference(padded({2, 1}, {-1, 1}, 0,
                        [](std::int64_t i, std::int64_t n) {
                          return i < 0 ? -i : i >= n ? 2 * n - 2 - i : i;
                        }))
      .exactly_with_signed_zeros()
      .gradient(differentiable)
      .calls([](const auto& x) {
        return pad(x, {{2, 1}, {-1, 1}}, PadMode::reflect);
      });
  row("pad_replicating")
      .inputs(values)
      .dtypes(kAllDTypes)
      .shapes({{3, 4}, {2, 3, 4}, {1, 1}, {60, 67}})
      .reference(padded({3, 0}, {1, 2}, 0,
                        [](std::int64_t i, std::int64_t n) { return std::clamp<std::int64_t>(i, 0, n - 1); }))
      .exactly_with_signed_zeros()
      .gradient(differentiable)
      .calls([](const auto& x) {
        return pad(x, {{3, 0}, {1, 2}}, PadMode::replicate);
      });
  row("pad_circularly")
      .inputs(values)
      .dtypes(kAllDTypes)
      .shapes({{3, 4}, {2, 3, 3}, {60, 67}})
      .reference(padded({3, 1}, {0, 2}, 0, [](std::int64_t i, std::int64_t n) { return (i + n) % n; }))
      .exactly_with_signed_zeros()
      .gradient(differentiable)
      .calls([](const auto& x) {
        return pad(x, {{3, 1}, {0, 2}}, PadMode::circular);
      });

  time_row("pad", {{{1024, 1024}}});
  time_row("pad_reflecting", {{{1024, 1024}}});
}

}  // namespace tinytorch::conformance
