#include "core/dims.h"

#include <gtest/gtest.h>

#include <sstream>

#include "core/error.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

constexpr std::int64_t kHuge = std::int64_t{1} << 62;

TEST(Dims, HoldsUpToEightValuesInOrder) {
  Dims dims{2, 3};
  dims.push_back(4);
  dims.insert(0, 1);
  EXPECT_EQ(dims, (Dims{1, 2, 3, 4}));
  dims.erase(1);
  EXPECT_EQ(dims, (Dims{1, 3, 4}));
  EXPECT_EQ(dims.size(), 3);
  EXPECT_EQ(dims.back(), 4);
  EXPECT_TRUE(dims.contains(3));
  EXPECT_FALSE(dims.contains(2));
  EXPECT_EQ(Dims::filled(8, 5).size(), kMaxRank);
  EXPECT_TRUE(Dims().empty());
}

TEST(Dims, ComparesLengthsBeforeValues) {
  EXPECT_NE((Dims{1, 2}), (Dims{1, 2, 0}));
  EXPECT_NE(Dims(), (Dims{0}));
  EXPECT_EQ(Dims(), Dims());
}

TEST(Dims, RefusesANinthValue) {
  const char* const message = "[shape] 9 axes; a tensor has at most 8";
  Dims full = Dims::filled(8, 1);
  EXPECT_ERROR(full.push_back(1), ShapeError, message);
  EXPECT_ERROR(full.insert(0, 1), ShapeError, message);
  EXPECT_ERROR((Dims{1, 1, 1, 1, 1, 1, 1, 1, 1}), ShapeError, message);
  EXPECT_ERROR(Dims::filled(9, 1), ShapeError, message);
  EXPECT_EQ(full, Dims::filled(8, 1));
}

TEST(Dims, PrintsAsAList) {
  EXPECT_EQ(to_string(Dims{2, -3, 4}), "[2, -3, 4]");
  EXPECT_EQ(to_string(Dims{7}), "[7]");
  EXPECT_EQ(to_string(Dims()), "[]");
  std::ostringstream out;
  out << Shape{2, 3} << Axes();
  EXPECT_EQ(out.str(), "[2, 3][]");
}

TEST(Dims, CountsElements) {
  EXPECT_EQ(checked_numel("test", {}), 1);
  EXPECT_EQ(checked_numel("test", {2, 3, 4}), 24);
  EXPECT_EQ(checked_numel("test", {2, 0, 4}), 0);
  EXPECT_EQ(checked_numel("test", {kHuge}), kHuge);
}

TEST(Dims, NoticesThatAProductOverflows) {
  EXPECT_ERROR(checked_numel("test", {kHuge, 2}), ShapeError,
               "[test] shape [4611686018427387904, 2] has more elements than 63 bits can count");
  EXPECT_ERROR(checked_numel("test", {kHuge, 4}),
               ShapeError,  // the product is 2^64: it would wrap around to 0
               "[test] shape [4611686018427387904, 4] has more elements than 63 bits can count");
  EXPECT_EQ(checked_numel("test", {kHuge, 4, 0}), 0);
  EXPECT_EQ(checked_numel("test", {0, kHuge, kHuge}), 0);
}

TEST(Dims, RefusesANegativeLength) {
  EXPECT_ERROR(checked_numel("test", {2, -1}), ShapeError, "[test] negative length in shape [2, -1]");
  EXPECT_ERROR(checked_numel("test", {0, -1}), ShapeError, "[test] negative length in shape [0, -1]");
}

TEST(Dims, GivesRowMajorStrides) {
  EXPECT_EQ(contiguous_strides({2, 3, 4}), (Strides{12, 4, 1}));
  EXPECT_EQ(contiguous_strides({5}), (Strides{1}));
  EXPECT_EQ(contiguous_strides({}), Strides());
}

TEST(Dims, BroadcastsByNumPysRule) {
  const auto both_ways = [](const Shape& a, const Shape& b, const Shape& expected) {
    EXPECT_EQ(broadcast_shapes("test", a, b), expected) << to_string(a) << " with " << to_string(b);
    EXPECT_EQ(broadcast_shapes("test", b, a), expected) << to_string(b) << " with " << to_string(a);
  };
  both_ways({}, {}, {});
  both_ways({}, {2, 3}, {2, 3});
  both_ways({3}, {2, 3}, {2, 3});
  both_ways({2, 1}, {1, 3}, {2, 3});
  both_ways({5, 1, 4}, {3, 1}, {5, 3, 4});
  both_ways({0}, {1}, {0});
  both_ways({0, 3}, {3}, {0, 3});
  both_ways({1, 1, 1, 1, 1, 1, 1, 1}, {8}, {1, 1, 1, 1, 1, 1, 1, 8});
}

TEST(Dims, SaysWhichAxisDoesNotBroadcast) {
  EXPECT_ERROR(
      broadcast_shapes("add", {2, 3}, {4, 3}), ShapeError,
      "[add] shapes [2, 3] and [4, 3] do not broadcast: axis -2 is 2 and 4; lengths must be equal or 1");
  EXPECT_ERROR(
      broadcast_shapes("add", {3}, {5, 4}), ShapeError,
      "[add] shapes [3] and [5, 4] do not broadcast: axis -1 is 3 and 4; lengths must be equal or 1");
  EXPECT_ERROR(broadcast_shapes("add", {0}, {2}), ShapeError,
               "[add] shapes [0] and [2] do not broadcast: axis -1 is 0 and 2; lengths must be equal or 1");
}

TEST(Dims, CountsNegativeAxesFromTheEnd) {
  EXPECT_EQ(normalize_axis("test", 0, 3), 0);
  EXPECT_EQ(normalize_axis("test", -1, 3), 2);
  EXPECT_EQ(normalize_axis("test", -3, 3), 0);
  EXPECT_ERROR(normalize_axis("test", 3, 3), ShapeError,
               "[test] axis 3 is out of range for a tensor with 3 axes; use -3 to 2");
  EXPECT_ERROR(normalize_axis("test", -4, 3), ShapeError,
               "[test] axis -4 is out of range for a tensor with 3 axes; use -3 to 2");
  EXPECT_ERROR(normalize_axis("test", 0, 0), ShapeError, "[test] axis 0 of a tensor that has no axes");
}

TEST(Dims, SortsAxesAndRefusesDuplicates) {
  EXPECT_EQ(normalize_axes("test", {-1, 0}, 3), (Axes{0, 2}));
  EXPECT_EQ(normalize_axes("test", {}, 3), (Axes{0, 1, 2}));
  EXPECT_EQ(normalize_axes("test", {}, 0), Axes());
  EXPECT_ERROR(normalize_axes("test", {1, -2}, 3), ShapeError, "[test] axis 1 is named twice in [1, -2]");
}

TEST(Dims, RemovesReducedAxesOrKeepsThemWithLengthOne) {
  EXPECT_EQ(reduced_shape({2, 3, 4}, {0, 2}, false), (Shape{3}));
  EXPECT_EQ(reduced_shape({2, 3, 4}, {0, 2}, true), (Shape{1, 3, 1}));
  EXPECT_EQ(reduced_shape({}, {}, true), Shape());
}

}  // namespace
}  // namespace tinytorch::testing
