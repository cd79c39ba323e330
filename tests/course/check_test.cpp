// What the checks of exercises accept.
#include "modules/course/check.h"

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <vector>

namespace tinytorch::course {
namespace {

constexpr std::array<float, 2> kTwo{1, 2};

TEST(CheckOfLists, AcceptsWhatIsExpected) {
  check("f", {kTwo}, kTwo, std::vector<float>{1, 2.000001F});
  check("f", {kTwo}, {}, {});
}

TEST(CheckOfLists, NamesTheFirstDifference) {
  EXPECT_FATAL_FAILURE(check("f", {kTwo}, kTwo, std::vector<float>{1, 3}),
                       "f({1, 2}) is {1, 2}, expected {1, 3}: they differ at 1");
  EXPECT_FATAL_FAILURE(check("f", {kTwo}, std::vector<float>{2}, std::vector<float>{3}),
                       "f({1, 2}) is {2}, expected {3}");
  EXPECT_FATAL_FAILURE(
      check("f", {kTwo}, kTwo, std::vector<float>{1, std::numeric_limits<float>::quiet_NaN()}),
      "f({1, 2}) is {1, 2}, expected {1, NaN}: they differ at 1");
}

TEST(CheckOfLists, RefusesElementsTooManyAndTooFew) {
  EXPECT_FATAL_FAILURE(check("f", {kTwo}, kTwo, std::vector<float>{1}),
                       "f({1, 2}) is {1, 2}, expected {1}: it has 2 elements, not 1");
  EXPECT_FATAL_FAILURE(check("f", {kTwo}, kTwo, {}),
                       "f({1, 2}) is {1, 2}, expected {}: it has 2 elements, not 0");
  EXPECT_FATAL_FAILURE(check("f", {kTwo}, std::vector<float>{1}, kTwo),
                       "f({1, 2}) is {1}, expected {1, 2}: it has 1 elements, not 2");
}

}  // namespace
}  // namespace tinytorch::course
