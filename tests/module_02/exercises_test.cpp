// The checks of module 02: one suite an exercise, named in modules/02_tensor/module.json.
#include "modules/02_tensor/tensor.h"

#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "modules/course/check.h"

namespace tensor {
namespace {

using tinytorch::course::check;
using List = std::vector<std::int64_t>;
using Floats = std::vector<float>;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

std::string text(const List& list) {
  std::string text;
  for (const std::int64_t each : list) text += (text.empty() ? "" : ", ") + std::to_string(each);
  return '{' + text + '}';
}

/// Fails unless the call gave this list.
void check_list(const std::string& call, const List& result, const List& expected) {
  EXPECT_TRUE(result == expected) << call << " is " << text(result) << ", expected " << text(expected);
}

void check_numel(const List& shape, std::int64_t expected) {
  const std::int64_t result = numel(shape);
  EXPECT_TRUE(result == expected) << "numel(" << text(shape) << ") is " << result << ", expected "
                                  << expected;
}

TEST(Numel, IsTheProduct) {
  check_numel({2, 3}, 6);
  check_numel({4, 5, 6}, 120);
  check_numel({5, 0, 2}, 0);
}
TEST(Numel, IsOneWithoutAxes) { check_numel({}, 1); }

void check_strides(const List& shape, const List& expected) {
  check_list("strides_of(" + text(shape) + ")", strides_of(shape), expected);
}

TEST(StridesOf, LastAxisIsContiguous) {
  const List strides = strides_of(List{2, 3, 4});
  EXPECT_TRUE(strides.size() == 3 && strides[2] == 1)
      << "strides_of({2, 3, 4}) is " << text(strides) << ", and should end with 1";
}
TEST(StridesOf, IsTheProductOfTheLengthsBehind) {
  check_strides({2, 3, 4}, {12, 4, 1});
  check_strides({7}, {1});
  check_strides({}, {});
}

void check_offset(const List& index, const List& strides, std::int64_t expected) {
  const std::int64_t result = offset(index, strides);
  EXPECT_TRUE(result == expected) << "offset(" << text(index) << ", " << text(strides) << ") is " << result
                                  << ", expected " << expected;
}

TEST(Offset, UsesEachStride) {
  check_offset({1, 2}, {3, 1}, 5);
  check_offset({1, 2}, {1, 10}, 21);
  check_offset({2, 3}, {0, 5}, 15);
  check_offset({}, {}, 0);
}

void check_broadcast(const List& a, const List& b, const List& expected) {
  check_list("broadcast_shape(" + text(a) + ", " + text(b) + ")", broadcast_shape(a, b), expected);
}

TEST(BroadcastShape, KeepsEqualShapes) { check_broadcast({2, 3}, {2, 3}, {2, 3}); }
TEST(BroadcastShape, AlignsTheLastAxes) {
  check_broadcast({3, 2}, {2}, {3, 2});
  check_broadcast({3}, {4, 1, 3}, {4, 1, 3});
  check_broadcast({}, {2, 3}, {2, 3});
}
TEST(BroadcastShape, RepeatsLengthOne) { check_broadcast({4, 1}, {1, 5}, {4, 5}); }
TEST(BroadcastShape, TakesZeroFromTheOther) { check_broadcast({1}, {0}, {0}); }
TEST(BroadcastShape, RefusesDifferentLengths) {
  EXPECT_THROW(broadcast_shape(List{2}, List{3}), std::invalid_argument) << "broadcast_shape({2}, {3})";
  EXPECT_THROW(broadcast_shape(List{0}, List{3}), std::invalid_argument) << "broadcast_shape({0}, {3})";
}

void check_broadcast_strides(const List& shape, const List& strides, const List& target,
                             const List& expected) {
  check_list("broadcast_strides(" + text(shape) + ", " + text(strides) + ", " + text(target) + ")",
             broadcast_strides(shape, strides, target), expected);
}

TEST(BroadcastStrides, KeepsTheOthers) { check_broadcast_strides({2, 3}, {3, 1}, {2, 3}, {3, 1}); }
TEST(BroadcastStrides, AlignsTheLastAxes) { check_broadcast_strides({3}, {7}, {3, 3}, {0, 7}); }
TEST(BroadcastStrides, IsZeroAlongRepeatedAxes) { check_broadcast_strides({4, 1}, {2, 1}, {4, 5}, {2, 0}); }

/// A tensor of consecutive numbers in memory, and what is seen of it.
struct Memory {
  Floats data;
  List shape, strides;

  View<const float> view() const { return {data.data(), shape, strides}; }
  View<float> view() { return {data.data(), shape, strides}; }
};

Floats consecutive(std::size_t size) {
  Floats data(size);
  for (std::size_t i = 0; i < size; ++i) data[i] = static_cast<float>(i + 1);
  return data;
}

const Memory kRows{consecutive(6), {2, 3}, {3, 1}};        // 1 2 3, 4 5 6
const Memory kTransposed{consecutive(6), {2, 3}, {1, 2}};  // 1 3 5, 2 4 6
const Memory kRepeated{{10, 20, 30}, {2, 3}, {0, 1}};      // 10 20 30, 10 20 30

Memory result(const List& strides, std::size_t size = 6) { return {Floats(size, kNaN), {2, 3}, strides}; }

TEST(Copy, CopiesContiguousElements) {
  Memory y = result({3, 1});
  copy(kRows.view(), y.view());
  check("copy", {kRows.data}, y.data, Floats{1, 2, 3, 4, 5, 6});
}
TEST(Copy, FollowsTheStridesOfX) {
  Memory y = result({3, 1});
  copy(kTransposed.view(), y.view());
  check("copy of a transposed view of", {kTransposed.data}, y.data, Floats{1, 3, 5, 2, 4, 6});
}
TEST(Copy, FollowsTheStridesOfY) {
  Memory y = result({1, 2});
  copy(kRows.view(), y.view());
  check("copy to a transposed view from", {kRows.data}, y.data, Floats{1, 4, 2, 5, 3, 6});
}
TEST(Copy, CopiesNothingOfAnEmptyTensor) {
  Memory x{{1}, {2, 0}, {0, 1}}, y{{7}, {2, 0}, {0, 1}};
  copy(std::as_const(x).view(), y.view());
  check("copy of an empty tensor over", {Floats{7}}, y.data, Floats{7});
}
TEST(Copy, CopiesASingleNumber) {
  Memory x{{5}, {}, {}}, y{{kNaN}, {}, {}};
  copy(std::as_const(x).view(), y.view());
  check("copy", {x.data}, y.data, x.data);
}

TEST(Add, AddsContiguousElements) {
  Memory y = result({3, 1});
  add(kRows.view(), kRows.view(), y.view());
  check("add", {kRows.data, kRows.data}, y.data, Floats{2, 4, 6, 8, 10, 12});
}
TEST(Add, FollowsEachTensorsStrides) {
  Memory y = result({1, 2});
  add(kTransposed.view(), kRepeated.view(), y.view());
  check("add of a transposed and a repeated view", {kTransposed.data, kRepeated.data}, y.data,
        Floats{11, 12, 23, 24, 35, 36});
}

TEST(Multiply, MultipliesContiguousElements) {
  Memory y = result({3, 1});
  multiply(kRows.view(), kRows.view(), y.view());
  check("multiply", {kRows.data, kRows.data}, y.data, Floats{1, 4, 9, 16, 25, 36});
}
TEST(Multiply, FollowsEachTensorsStrides) {
  Memory y = result({1, 2});
  multiply(kTransposed.view(), kRepeated.view(), y.view());
  check("multiply of a transposed and a repeated view", {kTransposed.data, kRepeated.data}, y.data,
        Floats{10, 20, 60, 80, 150, 180});
}

Floats sums(const Memory& x, const List& shape) {
  Memory y{Floats(static_cast<std::size_t>(shape[0] * shape[1]), kNaN), shape, {shape[1], 1}};
  sum(x.view(), y.view());
  return y.data;
}

TEST(Sum, StartsFromZero) { check("sum of all of", {kRows.data}, sums(kRows, {1, 1}), Floats{21}); }
TEST(Sum, KeepsTheOtherAxes) {
  check("sum of each row of", {kRows.data}, sums(kRows, {2, 1}), Floats{6, 15});
  check("sum of each column of", {kRows.data}, sums(kRows, {1, 3}), Floats{5, 7, 9});
  check("sum without an axis of", {kRows.data}, sums(kRows, {2, 3}), kRows.data);
}
TEST(Sum, FollowsTheStridesOfX) {
  check("sum of each row of a transposed view of", {kTransposed.data}, sums(kTransposed, {2, 1}),
        Floats{9, 12});
}
TEST(Sum, IsExactForLongSums) {
  constexpr std::int64_t kSize = 1 << 25;
  const Memory ones{{1}, {1, kSize}, {0, 0}};
  check("sum of 33554432 ones", {Floats{1, 1, 1}}, sums(ones, {1, 1}), Floats{kSize});
}
TEST(Sum, OfNothingIsZero) {
  const Memory nothing{{1}, {2, 0}, {0, 1}};
  check("sum of the rows of an empty tensor", {Floats{}}, sums(nothing, {2, 1}), Floats{0, 0});
}

}  // namespace
}  // namespace tensor
