// What `./tito module measure 06` calls on the CPU.
#include "modules/course/measure.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <vector>

#include "modules/06_spatial/spatial.h"
#include "tests/module_06/reference.h"

namespace spatial {
namespace {

using tinytorch::course::measure;

std::size_t size_of_columns(const Conv& s) {
  const auto filters = static_cast<std::size_t>(s.filters);
  return size_of_weight(s) / filters * (size_of_y(s) / filters);
}

void compare(const Conv& s) {
  const Floats x = numbers(size_of_x(s), 1), weight = numbers(size_of_weight(s), 2),
               bias = numbers(static_cast<std::size_t>(s.filters), 3);
  Floats y(size_of_y(s)), columns(size_of_columns(s));
  measure("conv2d", [&] { conv2d(s, x.data(), weight.data(), bias.data(), y.data()); });
  measure("im2col", [&] { im2col(s, x.data(), columns.data()); });
  measure("im2col and conv2d_of_columns", [&] {
    Floats of_this_call(size_of_columns(s));
    im2col(s, x.data(), of_this_call.data());
    conv2d_of_columns(s, of_this_call.data(), weight.data(), bias.data(), y.data());
  });
}

TEST(Conv2dOfColumns, Of16Channels32x32With16Filters3x3) { compare(conv(1, 16, 32, 32, 16, 3, 1, 1)); }
TEST(Conv2dOfColumns, Of16Channels32x32With16Filters5x5) { compare(conv(1, 16, 32, 32, 16, 5, 1, 2)); }
TEST(Conv2dOfColumns, Of16Channels32x32WithOneFilter3x3) { compare(conv(1, 16, 32, 32, 1, 3, 1, 1)); }

TEST(Conv2dInputGradient, Of16Channels32x32With16Filters3x3) {
  const Conv s = conv(1, 16, 32, 32, 16, 3, 1, 1);
  const Floats x = numbers(size_of_x(s), 1), weight = numbers(size_of_weight(s), 2), bias(16),
               grad = numbers(size_of_y(s), 3);
  Floats y(size_of_y(s)), dx(size_of_x(s)), dweight(size_of_weight(s));
  measure("conv2d", [&] { conv2d(s, x.data(), weight.data(), bias.data(), y.data()); });
  measure("conv2d_input_gradient", [&] { conv2d_input_gradient(s, grad.data(), weight.data(), dx.data()); });
  measure("conv2d_weight_gradient",
          [&] { conv2d_weight_gradient(s, grad.data(), x.data(), dweight.data()); });
}

}  // namespace
}  // namespace spatial
