#include "core/tensor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/ops/comparison.h"
#include "core/ops/composite.h"
#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/matmul.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

/// 0, 1, 2, ... as f32 on the tested device.
Tensor counting(const Shape& shape) {
  return reshape(arange(checked_numel("test", shape), {.dtype = DType::f32, .device = backend()}), shape);
}

TEST(Tensor, IsMadeFromNestedBraces) {
  const Tensor x{{1, 2, 3}, {4, 5, 6}};
  EXPECT_EQ(x.shape(), (Shape{2, 3}));
  EXPECT_EQ(x.dtype(), DType::i64);
  EXPECT_EQ(x.to_vector<std::int64_t>(), (std::vector<std::int64_t>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ((Tensor{{{1.0}, {2.0}}, {{3.0}, {4.0}}}).shape(), (Shape{2, 2, 1}));
  EXPECT_EQ((Tensor{{1, 2}, {3, 4.5}}).dtype(), DType::f32);
  EXPECT_EQ((Tensor{true, false}).dtype(), DType::boolean);
  EXPECT_EQ((Tensor{true, 2}).dtype(), DType::i64);
}

TEST(Tensor, RefusesRaggedBraces) {
  EXPECT_ERROR((Tensor{{1, 2}, {3}}), ShapeError,
               "[tensor] rows of shape [2] and [1] in one pair of braces; all must have one shape");
  EXPECT_ERROR((Tensor{{1}, 2}), ShapeError,
               "[tensor] rows of shape [1] and [] in one pair of braces; all must have one shape");
}

TEST(Tensor, IsUndefinedByDefault) {
  const Tensor x;
  EXPECT_FALSE(x.defined());
  EXPECT_EQ(x.version(), 0u);
  const auto message = [](const std::string& op, const std::string& name) {
    return "[" + op + "] " + name + " is undefined (default-constructed); give it a value first";
  };
  EXPECT_ERROR(x + 1, ValueError, message("add", "a"));
  EXPECT_ERROR(1 - x, ValueError, message("sub", "b"));
  EXPECT_ERROR(x == 1, ValueError, message("eq", "a"));
  EXPECT_ERROR(sum(x), ValueError, message("sum", "x"));
  EXPECT_ERROR(argmax(x), ValueError, message("argmax", "x"));
  EXPECT_ERROR(x.item(), ValueError, message("item", "the tensor"));
  EXPECT_ERROR(x.to_vector(), ValueError, message("to_vector", "the tensor"));
  EXPECT_ERROR(x.to(DType::f64), ValueError, message("to", "the tensor"));
  EXPECT_ERROR(reshape(x, {1}), ValueError, message("reshape", "x"));
  EXPECT_ERROR(clone(x), ValueError, message("clone", "x"));
  EXPECT_ERROR(matmul(x, x), ValueError, message("matmul", "a"));
  EXPECT_ERROR(equal(x, x), ValueError, message("equal", "a"));
  EXPECT_ERROR(concat({x, x}), ValueError, message("concat", "a tensor"));
  EXPECT_ERROR(where(x, 1, 2), ValueError, message("where", "the condition"));
}

TEST(Tensor, ConvertsItsElementsToAnyType) {
  const Tensor x = Tensor{{1.5, -2.0}, {0.0, 300.0}}.to(backend());
  EXPECT_EQ(x.to_vector<double>(), (std::vector<double>{1.5, -2, 0, 300}));
  EXPECT_EQ(x.to_vector<std::uint8_t>(), (std::vector<std::uint8_t>{1, 0, 0, 255}));
  EXPECT_EQ(x.to_vector<bool>(), (std::vector<bool>{true, true, false, true}));
  EXPECT_EQ(transpose(x).to_vector<float>(), (std::vector<float>{1.5, 0, -2, 300}));
  EXPECT_EQ(slice(slice(x, 0, 1), 1, 1).item<std::int32_t>(), 300);
}

TEST(Tensor, ItemWantsExactlyOneElement) {
  EXPECT_EQ((Tensor{{2.5}}).item(), 2.5f);
  EXPECT_ERROR(counting({2, 3}).item(), ShapeError,
               "[item] needs exactly one element, but the shape is [2, 3]; to_vector() reads all of them");
  EXPECT_ERROR(counting({0}).item(), ShapeError,
               "[item] needs exactly one element, but the shape is [0]; to_vector() reads all of them");
}

TEST(Tensor, DataIsReadAsItsOwnTypeOnly) {
  const Tensor x = counting({2});
  EXPECT_ERROR(x.data<double>(), DTypeError,
               "[data] the tensor is f32, but it was read as f64; convert it with "
               ".to(DType::f64)");
  EXPECT_NE(x.data<float>(), nullptr);
}

TEST(Tensor, SizeCountsAxesFromEitherEnd) {
  const Tensor x = counting({2, 3});
  EXPECT_EQ(x.size(0), 2);
  EXPECT_EQ(x.size(-1), 3);
  EXPECT_ERROR(x.size(2), ShapeError, "[size] axis 2 is out of range for a tensor with 2 axes; use -2 to 1");
}

TEST(Tensor, ToGivesTheTensorItselfWhereNothingChanges) {
  const Tensor x = counting({3});
  EXPECT_EQ(x.to(DType::f32).storage(), x.storage());
  EXPECT_EQ(x.to(backend()).storage(), x.storage());
  EXPECT_NE(x.to(DType::f64).storage(), x.storage());
}

TEST(Views, ShareStorageAndSeeChanges) {
  Tensor x = counting({2, 3});
  const Tensor views[] = {transpose(x),       slice(x, 1, 0, 2), select(x, 0, 1),
                          unsqueeze(x, 0),    reshape(x, {6}),   expand(unsqueeze(x, 0), {4, 2, 3}),
                          permute(x, {1, 0}), flatten(x)};
  fill(x, 5);
  for (const Tensor& view : views) {
    EXPECT_EQ(view.storage(), x.storage());
    EXPECT_EQ(view.version(), x.version());
    for (const float value : view.to_vector()) EXPECT_EQ(value, 5.0f);
  }
}

TEST(Views, WriteThroughToTheWhole) {
  Tensor x = zeros({3, 4}, {.device = backend()});
  Tensor column = select(x, 1, 2);
  assign(column, Tensor{1.0, 2.0, 3.0}.to(backend()));
  Tensor corner = slice(slice(x, 0, 0, 3, 2), 1, 0, 1);
  corner += 7;
  EXPECT_TENSOR_EQ(x, (Tensor{{7.0, 0.0, 1.0, 0.0}, {0.0, 0.0, 2.0, 0.0}, {7.0, 0.0, 3.0, 0.0}}));
}

TEST(Reshape, IsAViewWhereTheStridesAllowIt) {
  const Tensor x = counting({4, 6});
  EXPECT_EQ(reshape(x, {2, 12}).storage(), x.storage());
  EXPECT_EQ(reshape(slice(x, 0, 1, 3), {2, 2, 3}).storage(), x.storage());
  EXPECT_EQ(reshape(transpose(x), {2, 3, 2, 2}).storage(), x.storage());  // splits axes, merges none
  EXPECT_EQ(reshape(slice(x, 1, 0, 6, 2), {2, 2, 3}).storage(), x.storage());
  EXPECT_EQ(reshape(slice(x, 1, 0, 1), {2, 2}).storage(), x.storage());
}

TEST(Reshape, CopiesWhereItMust) {
  const Tensor x = counting({2, 3});
  const Tensor flat = reshape(transpose(x), {6});
  EXPECT_NE(flat.storage(), x.storage());
  EXPECT_TENSOR_EQ(flat, (Tensor{0.0, 3.0, 1.0, 4.0, 2.0, 5.0}));
  EXPECT_NE(reshape(expand(counting({1, 3}), {2, 3}), {6}).storage(), x.storage());
}

TEST(Reshape, WorksOutOneOpenLength) {
  EXPECT_EQ(reshape(counting({2, 6}), {3, -1}).shape(), (Shape{3, 4}));
  EXPECT_EQ(reshape(counting({}), {-1}).shape(), (Shape{1}));
  EXPECT_EQ(reshape(counting({0, 3}), {-1, 3}).shape(), (Shape{0, 3}));
  EXPECT_ERROR(reshape(counting({6}), {-1, -1}), ShapeError, "[reshape] more than one -1 in [-1, -1]");
  EXPECT_ERROR(reshape(counting({6}), {4, -1}), ShapeError,
               "[reshape] a tensor of shape [6] has 6 elements, which do not fill [4, -1]");
  EXPECT_ERROR(reshape(counting({0}), {0, -1}), ShapeError,
               "[reshape] a tensor of shape [0] has 0 elements, which do not fill [0, -1]");
  EXPECT_ERROR(reshape(counting({6}), {-2, -3}), ShapeError, "[reshape] negative length in shape [-2, -3]");
}

TEST(Slice, WorksAsInPython) {
  // All starts, stops and steps around an axis of length 5, against Python's rule written out.
  const Tensor x = counting({5});
  for (std::int64_t start = -7; start <= 7; ++start) {
    for (std::int64_t stop = -7; stop <= 7; ++stop) {
      for (std::int64_t step = 1; step <= 6; ++step) {
        std::vector<float> expected;
        for (std::int64_t i = 0; i < 5; ++i) {
          const std::int64_t first = start < 0 ? std::max<std::int64_t>(start + 5, 0) : start;
          const std::int64_t last = stop < 0 ? stop + 5 : stop;
          if (i >= first && i < last && (i - first) % step == 0) expected.push_back(static_cast<float>(i));
        }
        EXPECT_EQ(slice(x, 0, start, stop, step).to_vector(), expected)
            << start << ":" << stop << ":" << step;
      }
    }
  }
}

TEST(Slice, GoesToTheEndWithoutAStop) {
  EXPECT_TENSOR_EQ(slice(counting({5}), 0, 3), (Tensor{3.0, 4.0}));
  EXPECT_TENSOR_EQ(slice(counting({5}), -1, -2), (Tensor{3.0, 4.0}));
  constexpr std::int64_t kFar = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(slice(counting({5}), 0, -kFar, kFar).numel(), 5);
  EXPECT_TENSOR_EQ(slice(counting({5}), 0, 1, kFar, kFar), (Tensor{1.0}));
}

TEST(InPlace, ChangesTheStorageAndItsVersion) {
  Tensor x = counting({3});
  const Tensor alias = x;
  std::uint64_t version = x.version();
  const auto expect_bump = [&] {
    EXPECT_GT(alias.version(), version);
    version = alias.version();
  };
  x += 1;
  expect_bump();
  x -= Tensor(1);
  expect_bump();
  x *= 4;
  expect_bump();
  x /= 2;
  expect_bump();
  EXPECT_TENSOR_EQ(alias, (Tensor{0.0, 2.0, 4.0}));
  assign(x, Tensor{1.0, 2.0, 3.0}.to(backend()));
  expect_bump();
  fill(x, 9);
  expect_bump();
  EXPECT_TENSOR_EQ(alias, (Tensor{9.0, 9.0, 9.0}));
  x + 1;
  EXPECT_EQ(alias.version(), version);
}

TEST(InPlace, ReadsOverlappingOperandsBeforeItWrites) {
  Tensor x = counting({5});
  Tensor tail = slice(x, 0, 1);
  tail += slice(x, 0, 0, 4);
  EXPECT_TENSOR_EQ(x, (Tensor{0.0, 1.0, 3.0, 5.0, 7.0}));
  Tensor square = counting({2, 2});
  assign(square, transpose(square));
  EXPECT_TENSOR_EQ(square, (Tensor{{0.0, 2.0}, {1.0, 3.0}}));
  square += square;
  EXPECT_TENSOR_EQ(square, (Tensor{{0.0, 4.0}, {2.0, 6.0}}));
}

TEST(InPlace, KeepsShapeAndType) {
  Tensor x = counting({3});
  EXPECT_ERROR(x += counting({2, 3}), ShapeError,
               "[add] in place on shape [3], but with b of shape [2, 3] the result has shape [2, 3]");
  Tensor integers = x.to(DType::i64);
  EXPECT_ERROR(integers += x, DTypeError,
               "[add] in place on dtype i64, but the result is f32; write a = a + b");
  EXPECT_ERROR(integers -= x, DTypeError,
               "[sub] in place on dtype i64, but the result is f32; write a = a - b");
  EXPECT_ERROR(integers *= x, DTypeError,
               "[mul] in place on dtype i64, but the result is f32; write a = a * b");
  EXPECT_ERROR(integers /= x, DTypeError,
               "[div] in place on dtype i64, but the result is f32; write a = a / b");
  EXPECT_TENSOR_EQ(integers, (Tensor{0, 1, 2}));
  EXPECT_ERROR(
      assign(x, counting({2})), ShapeError,
      "[assign] shapes [2] and [3] do not broadcast: axis -1 is 2 and 3; lengths must be equal or 1");
  EXPECT_ERROR(assign(x, counting({2, 3})), ShapeError,
               "[assign] a source of shape [2, 3] does not fit into [3]");
}

TEST(Arange, OfAnOverflowingDistanceIsEmptyOrRefused) {
  EXPECT_EQ(arange(1e308, -1e308).numel(), 0);
  EXPECT_ERROR(arange(-1e308, 1e308, 1e300), ValueError,
               "[arange] -1e+308 to 1e+308 in steps of 1e+300 is more than 2^53 elements");
}

TEST(InPlace, RefusesExpandedViewsWhoseElementsAreOne) {
  const Tensor x = counting({3, 1});
  Tensor wide = expand(x, {3, 4});
  EXPECT_ERROR(wide += 1, ShapeError,
               "[add] cannot change [3, 4] in place: axis 1 is expanded, so its elements share memory; "
               "clone() it first");
  EXPECT_ERROR(assign(wide, counting({4})), ShapeError,
               "[assign] cannot change [3, 4] in place: axis 1 is expanded, so its elements share memory; "
               "clone() it first");
  EXPECT_TENSOR_EQ(x, (Tensor{{0.0}, {1.0}, {2.0}}));
}

TEST(InPlace, AssignConvertsAndBroadcasts) {
  Tensor x = zeros({2, 2}, {.dtype = DType::u8, .device = backend()});
  assign(x, Tensor{1.9, 300.0});
  EXPECT_EQ(x.to_vector<std::int32_t>(), (std::vector<std::int32_t>{1, 255, 1, 255}));
}

TEST(Clone, HasStorageOfItsOwnInTheSameOrder) {
  const Tensor x = transpose(counting({2, 3}));
  Tensor y = clone(x);
  EXPECT_NE(y.storage(), x.storage());
  EXPECT_EQ(y.strides(), x.strides());
  EXPECT_TRUE(contiguous(x).is_contiguous());
  EXPECT_EQ(contiguous(y = counting({2})).storage(), y.storage());
}

TEST(Equal, WantsShapeTypeAndElements) {
  const Tensor x = counting({2, 3});
  EXPECT_TRUE(equal(x, clone(x)));
  EXPECT_FALSE(equal(x, reshape(x, {3, 2})));
  EXPECT_FALSE(equal(x, x.to(DType::f64)));
  EXPECT_FALSE(equal(x, x + 1));
  EXPECT_TRUE(equal(zeros({0, 2}), zeros({0, 2})));
  EXPECT_FALSE(equal(Tensor{std::nan("")}, Tensor{std::nan("")}));
}

TEST(Allclose, ToleratesWhatItIsTold) {
  const Tensor x = Tensor{1.0, 100.0}.to(backend());
  EXPECT_TRUE(allclose(x, x * 1.000001));
  EXPECT_FALSE(allclose(x, x * 1.001));
  EXPECT_TRUE(allclose(x, x * 1.001, {.relative = 0.01}));
  EXPECT_TRUE(allclose(x, x + 0.05, {.relative = 0, .absolute = 0.06}));
  EXPECT_TRUE(allclose(x, expand(x, {2, 2})));
  const Tensor inf = Tensor{std::numeric_limits<double>::infinity()}.to(backend());
  EXPECT_TRUE(allclose(inf, inf));
  EXPECT_FALSE(allclose(inf, -inf));
  EXPECT_FALSE(allclose(Tensor{1.0}.to(backend()), inf));
  const Tensor nan = inf - inf;
  EXPECT_FALSE(allclose(nan, nan));
  EXPECT_TRUE(allclose(nan, nan, {.nan_equals_nan = true}));
}

TEST(Integers, WrapAround) {
  constexpr std::int64_t kTop = std::numeric_limits<std::int64_t>::max(),
                         kBottom = std::numeric_limits<std::int64_t>::min();
  const Tensor top = full({3}, kTop, {.device = backend()});
  EXPECT_EQ((top + 1).to_vector<std::int64_t>(), std::vector<std::int64_t>(3, kBottom));
  EXPECT_EQ((top * 2).to_vector<std::int64_t>(), std::vector<std::int64_t>(3, -2));
  EXPECT_EQ(sum(top).item<std::int64_t>(), kTop - 2);
  const Tensor bottom = full({1}, kBottom, {.device = backend()});
  EXPECT_EQ((-bottom).item<std::int64_t>(), kBottom);
  EXPECT_EQ(abs(bottom).item<std::int64_t>(), kBottom);
  EXPECT_EQ((bottom - 1).item<std::int64_t>(), kTop);
  const Tensor bytes = full({1}, 200, {.dtype = DType::u8, .device = backend()});
  EXPECT_EQ((bytes + bytes).item<std::int32_t>(), 144);
  EXPECT_EQ((-bytes).item<std::int32_t>(), 56);
}

TEST(Integers, StayExactBeyondDoublePrecision) {
  constexpr std::int64_t kOdd = (std::int64_t{1} << 60) + 1;
  const Tensor x = full({2}, kOdd, {.device = backend()});
  EXPECT_EQ((x + 1).to_vector<std::int64_t>(), std::vector<std::int64_t>(2, kOdd + 1));
  EXPECT_EQ(max(x).item<std::int64_t>(), kOdd);
  EXPECT_FALSE((x == kOdd - 1).to_vector<bool>()[0]);
  EXPECT_EQ(arange(kOdd, kOdd + 3).to_vector<std::int64_t>(),
            (std::vector<std::int64_t>{kOdd, kOdd + 1, kOdd + 2}));
  EXPECT_EQ(arange(kOdd, kOdd - 5, -2).to_vector<std::int64_t>(),
            (std::vector<std::int64_t>{kOdd, kOdd - 2, kOdd - 4}));
}

TEST(Integers, HavePowersThatAreIntegers) {
  const Tensor base = Tensor{2, -2, 1, -1, -1, 3, 0, 0}.to(backend());
  const Tensor exponent = Tensor{-1, -3, -5, -3, -2, 4, 0, -1}.to(backend());
  EXPECT_TENSOR_EQ(pow(base, exponent), (Tensor{0, 0, 1, -1, 1, 81, 1, 0}));
}

TEST(FromValues, TakesVectorsAndListsOfEachType) {
  const std::vector<bool> bits{true, false, true};
  const Tensor x = from_values(bits, {3}, backend());
  EXPECT_TENSOR_EQ(x, (Tensor{true, false, true}));
  EXPECT_EQ(x.device(), backend());
  EXPECT_EQ(x.to_vector<bool>(), bits);
  EXPECT_TENSOR_EQ(from_values<bool>(bits, {1, 3}), (Tensor{{true, false, true}}));
  EXPECT_EQ(from_values(std::vector<bool>(), {0}).dtype(), DType::boolean);
  EXPECT_ERROR(from_values(bits, {2}), ShapeError,
               "[from_values] 3 values do not fill shape [2], which has 2 elements");

  const std::array<bool, 2> array{false, true};
  EXPECT_TENSOR_EQ(from_values(std::span<const bool>(array), {2}), (Tensor{false, true}));
  EXPECT_TENSOR_EQ(from_values({false, true}, {2}), (Tensor{false, true}));
  EXPECT_TENSOR_EQ(from_values({1.5, 2.5}, {2}), (Tensor{1.5, 2.5}.to(DType::f64)));
  EXPECT_TENSOR_EQ(from_values({1.5f, 2.5f}, {2, 1}, backend()), (Tensor{{1.5}, {2.5}}));
  EXPECT_TENSOR_EQ(from_values<std::uint8_t>({1, 255}, {2}), (Tensor{1, 255}.to(DType::u8)));
  EXPECT_TENSOR_EQ(from_values<float>({1, 2}, {2}), (Tensor{1.0, 2.0}));
}

}  // namespace
}  // namespace tinytorch::testing
