// What `./tito module measure 02` calls.
#include "modules/course/measure.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "modules/02_tensor/tensor.h"

namespace tensor {
namespace {

using tinytorch::course::keep;
using tinytorch::course::measure;
using Floats = std::vector<float>;
using List = std::vector<std::int64_t>;

constexpr std::int64_t kSide = 1024;
constexpr std::size_t kSize = kSide * kSide;

void measure_plain_loop(const Floats& x, Floats& y) {
  measure("a plain loop", [&] {
    for (std::size_t i = 0; i < x.size(); ++i) y[i] = x[i];
    keep(y);
  });
}

void measure_copy(const std::string& what, const Floats& x, Floats& y, const List& shape,
                  const List& strides) {
  const List of_y = strides_of(shape);
  measure(what, [&] { copy({x.data(), shape, strides}, {y.data(), shape, of_y}); });
}

TEST(Copy, Of1048576Elements) {
  const Floats x(kSize, 0.5F);
  Floats y(kSize);
  measure_plain_loop(x, y);
  for (const List& shape : {List{kSide * kSide}, List{kSide, kSide}, List(20, 2)}) {
    measure_copy("axes: " + std::to_string(shape.size()), x, y, shape, strides_of(shape));
  }
  measure_copy("axes: 2, transposed", x, y, {kSide, kSide}, {1, kSide});
}

TEST(Add, ARowToEachRowOf1024x1024) {
  const Floats a(kSize, 0.5F), row(kSide, 0.25F);
  Floats y(kSize);
  const List shape{kSide, kSide}, strides = strides_of(shape);
  const List repeated = broadcast_strides(List{kSide}, List{1}, shape);
  const auto add_to_a = [&](const float* b, Axes of_b) {
    add({a.data(), shape, strides}, {b, shape, of_b}, {y.data(), shape, strides});
  };
  measure("the row, with the stride 0", [&] { add_to_a(row.data(), repeated); });
  measure("1024 copies of the row", [&] {
    Floats rows(kSize);
    copy({row.data(), shape, repeated}, {rows.data(), shape, strides});
    add_to_a(rows.data(), strides);
  });
}

}  // namespace
}  // namespace tensor
