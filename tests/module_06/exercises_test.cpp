// The checks of module 06: one suite an exercise, named in modules/06_spatial/module.json.
#include "modules/06_spatial/spatial.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "modules/course/check.h"
#include "tests/module_06/reference.h"

namespace spatial {
namespace {

using tinytorch::course::check;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

void check_size(int size, int kernel, int stride, int padding, int expected) {
  check("output_size",
        {static_cast<double>(size), static_cast<double>(kernel), static_cast<double>(stride),
         static_cast<double>(padding)},
        output_size(size, kernel, stride, padding), expected);
}
TEST(OutputSize, CountsPositions) {
  check_size(5, 3, 1, 0, 3);
  check_size(3, 3, 1, 0, 1);
}
TEST(OutputSize, RoundsDownWithAStride) {
  check_size(5, 3, 2, 0, 2);
  check_size(6, 3, 2, 0, 2);
}
TEST(OutputSize, AddsPaddingOnEitherSide) { check_size(5, 3, 1, 1, 5); }

void check_conv(const Conv& s, bool with_bias = false) {
  const Floats x = numbers(size_of_x(s), 1), weight = numbers(size_of_weight(s), 2);
  const Floats bias = with_bias ? numbers(static_cast<std::size_t>(s.filters), 3)
                                : Floats(static_cast<std::size_t>(s.filters), 0);
  Floats y(size_of_y(s), kNaN);
  conv2d(s, x.data(), weight.data(), bias.data(), y.data());
  check("conv2d", {x, weight, bias}, y, reference(s, x, weight, bias));
}
TEST(Conv2d, OfOneFilter) { check_conv(conv(1, 1, 4, 5, 1, 3)); }
TEST(Conv2d, OfChannelsAndFilters) { check_conv(conv(1, 3, 4, 4, 2, 2)); }
TEST(Conv2d, WithAStride) { check_conv(conv(1, 1, 7, 6, 1, 3, 2)); }
TEST(Conv2d, WithPadding) { check_conv(conv(1, 2, 3, 4, 1, 3, 1, 1)); }
TEST(Conv2d, AddsTheBiasOfEachFilter) { check_conv(conv(1, 1, 3, 3, 3, 2), true); }
TEST(Conv2d, OfABatch) { check_conv(conv(3, 2, 4, 4, 2, 3, 2, 1), true); }

Floats columns_of(const Conv& s, const Floats& x) {
  Floats columns(static_cast<std::size_t>(s.channels * s.kernel * s.kernel * s.out_height * s.out_width),
                 kNaN);
  im2col(s, x.data(), columns.data());
  return columns;
}
TEST(Im2col, OfOneChannel) {
  const Floats x{1, 2, 3, 4, 5, 6};
  check("im2col of a 2 x 3 image by a 2 x 2 filter of", {x}, columns_of(conv(1, 1, 2, 3, 1, 2), x),
        Floats{1, 2, 2, 3, 4, 5, 5, 6});
}
TEST(Im2col, OfChannels) {
  const Floats x{1, 2, 3, 4, 5, 6, 7, 8};
  check("im2col of two 2 x 2 channels by a 1 x 1 filter of", {x}, columns_of(conv(1, 2, 2, 2, 1, 1), x), x);
}
TEST(Im2col, WithAStride) {
  const Floats x{1, 2, 3, 4};
  check("im2col of a 1 x 4 image by a 1 x 1 filter with stride 2 of", {x},
        columns_of(conv(1, 1, 1, 4, 1, 1, 2), x), Floats{1, 3});
}
TEST(Im2col, WritesZerosOutside) {
  const Floats x{5};
  check("im2col of one pixel with padding 1 by a 3 x 3 filter of", {x},
        columns_of(conv(1, 1, 1, 1, 1, 3, 1, 1), x), Floats{0, 0, 0, 0, 5, 0, 0, 0, 0});
}

void check_columns(const Floats& bias) {
  const Conv s = conv(1, 1, 1, 3, 2, 1);
  const Floats columns{1, 2, 3}, weight{10, 100};
  Floats y(6, kNaN);
  conv2d_of_columns(s, columns.data(), weight.data(), bias.data(), y.data());
  check("conv2d_of_columns", {columns, weight, bias}, y,
        Floats{10 + bias[0], 20 + bias[0], 30 + bias[0], 100 + bias[1], 200 + bias[1], 300 + bias[1]});
}
TEST(Conv2dOfColumns, MultipliesByEachFilter) {
  check_columns({0, 0});
  const Conv s = conv(1, 2, 4, 4, 3, 2);
  const auto terms = static_cast<std::size_t>(s.channels * s.kernel * s.kernel);
  const auto positions = static_cast<std::size_t>(s.out_height * s.out_width);
  const Floats columns = numbers(terms * positions, 4), weight = numbers(size_of_weight(s), 5), bias(3, 0);
  Floats y(3 * positions, kNaN), expected(y.size(), 0);
  for (std::size_t f = 0; f < 3; ++f)
    for (std::size_t t = 0; t < terms; ++t)
      for (std::size_t p = 0; p < positions; ++p)
        expected[f * positions + p] += weight[f * terms + t] * columns[t * positions + p];
  conv2d_of_columns(s, columns.data(), weight.data(), bias.data(), y.data());
  check("conv2d_of_columns", {columns, weight, bias}, y, expected);
}
TEST(Conv2dOfColumns, AddsTheBiasOfEachFilter) { check_columns({7, 8}); }

/// The results of a pooling of one image.
struct Pooled {
  Pooled(int height, int width, int kernel, int stride, const Floats& x)
      : s{.images = 1,
          .height = height,
          .width = width,
          .kernel = kernel,
          .stride = stride,
          .out_height = (height - kernel) / stride + 1,
          .out_width = (width - kernel) / stride + 1},
        y(static_cast<std::size_t>(s.out_height * s.out_width), kNaN),
        indices(y.size(), -1) {
    max_pool2d(s, x.data(), y.data(), indices.data());
  }

  Pool s;
  Floats y;
  std::vector<std::int64_t> indices;
};
void check_indices(const std::string& call, const Pooled& pooled, const std::vector<std::int64_t>& expected) {
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_TRUE(pooled.indices[i] == expected[i])
        << call << ": index " << i << " is " << pooled.indices[i] << ", expected " << expected[i];
}

const Floats kImage{1, 2, 5, 4, 3, 0, 1, 9, 7, 8, 2, 6};  // 3 x 4
TEST(MaxPool2d, OfSeparateWindows) {
  const Floats x{1, 2, 5, 4, 3, 0, 1, 9};
  check("max_pool2d of a 2 x 4 image by 2 x 2 windows of", {x}, Pooled(2, 4, 2, 2, x).y, Floats{3, 9});
}
TEST(MaxPool2d, OfOverlappingWindows) {
  check("max_pool2d of a 3 x 4 image by 2 x 2 windows with stride 1 of", {kImage},
        Pooled(3, 4, 2, 1, kImage).y, Floats{3, 5, 9, 8, 8, 9});
}
TEST(MaxPool2d, OfNegativeNumbers) {
  const Floats x{-4, -3, -2, -5};
  check("max_pool2d of a 2 x 2 image by a 2 x 2 window of", {x}, Pooled(2, 2, 2, 1, x).y, Floats{-2});
}
TEST(MaxPool2d, RemembersWhere) {
  check_indices("max_pool2d of a 3 x 4 image", Pooled(3, 4, 2, 1, kImage), {4, 2, 7, 9, 9, 7});
}
TEST(MaxPool2d, TakesTheFirstOfEquals) {
  check_indices("max_pool2d of equal numbers", Pooled(2, 2, 2, 1, {6, 6, 6, 6}), {0});
}
TEST(MaxPool2d, KeepsNaN) {
  const Floats x{1, kNaN, 2, 3};
  check("max_pool2d of a 2 x 2 image by a 2 x 2 window of", {x}, Pooled(2, 2, 2, 1, x).y, Floats{kNaN});
}

Floats pool_gradient(int images, int height, int width, const Floats& grad,
                     const std::vector<std::int64_t>& indices) {
  const Pool s{.images = images,
               .height = height,
               .width = width,
               .kernel = 1,
               .stride = 1,
               .out_height = 1,
               .out_width = static_cast<int>(grad.size()) / images};
  Floats dx(static_cast<std::size_t>(images * height * width), kNaN);
  max_pool2d_gradient(s, grad.data(), indices.data(), dx.data());
  return dx;
}
TEST(MaxPool2dGradient, IsZeroElsewhere) {
  check("max_pool2d_gradient to index 2 of a 2 x 2 image of", {Floats{5}}, pool_gradient(1, 2, 2, {5}, {2}),
        Floats{0, 0, 5, 0});
}
TEST(MaxPool2dGradient, AddsWhereWindowsOverlap) {
  check("max_pool2d_gradient to the same index twice of", {Floats{5, 7}},
        pool_gradient(1, 1, 2, {5, 7}, {1, 1}), Floats{0, 12});
}
TEST(MaxPool2dGradient, OfSeveralImages) {
  check("max_pool2d_gradient to index 1 of two images of", {Floats{5, 7}},
        pool_gradient(2, 1, 2, {5, 7}, {1, 1}), Floats{0, 5, 0, 7});
}

void check_input_gradient(const Conv& s) {
  const Floats grad = numbers(size_of_y(s), 6), weight = numbers(size_of_weight(s), 7);
  Floats dx(size_of_x(s), kNaN), expected(dx.size(), 0);
  for_each_product(s, [&](std::size_t of_y, std::size_t of_weight, std::size_t of_x) {
    expected[of_x] += grad[of_y] * weight[of_weight];
  });
  conv2d_input_gradient(s, grad.data(), weight.data(), dx.data());
  check("conv2d_input_gradient", {grad, weight}, dx, expected);
}
TEST(Conv2dInputGradient, OfOneFilter) { check_input_gradient(conv(1, 1, 4, 5, 1, 3)); }
TEST(Conv2dInputGradient, OfChannelsAndFilters) { check_input_gradient(conv(1, 3, 4, 4, 2, 2)); }
TEST(Conv2dInputGradient, WithAStrideAndPadding) { check_input_gradient(conv(1, 1, 5, 6, 1, 3, 2, 1)); }
TEST(Conv2dInputGradient, OfABatch) { check_input_gradient(conv(3, 2, 4, 4, 2, 3, 2, 1)); }

void check_weight_gradient(const Conv& s) {
  const Floats grad = numbers(size_of_y(s), 8), x = numbers(size_of_x(s), 9);
  Floats dweight(size_of_weight(s), kNaN), expected(dweight.size(), 0);
  for_each_product(s, [&](std::size_t of_y, std::size_t of_weight, std::size_t of_x) {
    expected[of_weight] += grad[of_y] * x[of_x];
  });
  conv2d_weight_gradient(s, grad.data(), x.data(), dweight.data());
  check("conv2d_weight_gradient", {grad, x}, dweight, expected);
}
TEST(Conv2dWeightGradient, OfOneFilter) { check_weight_gradient(conv(1, 1, 4, 5, 1, 3)); }
TEST(Conv2dWeightGradient, OfChannelsAndFilters) { check_weight_gradient(conv(1, 3, 4, 4, 2, 2)); }
TEST(Conv2dWeightGradient, WithAStrideAndPadding) { check_weight_gradient(conv(1, 1, 5, 6, 1, 3, 2, 1)); }
TEST(Conv2dWeightGradient, SumsOverTheBatch) { check_weight_gradient(conv(3, 2, 4, 4, 2, 3, 2, 1)); }

}  // namespace
}  // namespace spatial
