#include "modules/cli/course/cut.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace tito {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string kSource =
    "// Before.\n"
    "int twice(int x) {\n"
    "  // BEGIN SOLUTION twice\n"
    "  return 2 * x;\n"
    "  // END SOLUTION\n"
    "}\n"
    "void both() {\n"
    "    // BEGIN SOLUTION both\n"
    "    first();\n"
    "    // END SOLUTION\n"
    "    between();\n"
    "    // BEGIN SOLUTION both\n"
    "    second();\n"
    "    // END SOLUTION\n"
    "}";

TEST(Cut, ReplacesEachSolution) {
  EXPECT_EQ(cut(kSource, "numbers"),
            "// Before.\n"
            "int twice(int x) {\n"
            "  todo(\"numbers.twice\");\n"
            "}\n"
            "void both() {\n"
            "    todo(\"numbers.both\");\n"
            "    between();\n"
            "    todo(\"numbers.both\");\n"
            "}");
}

TEST(Cut, NumbersTheRegionsOfAnExercise) {
  const std::vector<Region> regions = regions_of(kSource);
  ASSERT_EQ(regions.size(), 3U);
  EXPECT_EQ(regions[0].text, "  return 2 * x;\n");
  EXPECT_EQ(regions[1].number, 1);
  EXPECT_EQ(regions[2].number, 2);
  EXPECT_EQ(regions[2].begin_line, 11U);
  EXPECT_EQ(regions[2].end_line, 13U);
}

TEST(Cut, KeepsAllTextsForTheTests) {
  const std::string all = with_alternatives(
      kSource, "numbers",
      {{"twice", 1, "adds", "  return 2 + x;\n"}, {"both", 2, "forgets", "  // nothing\n"}});
  EXPECT_THAT(all, HasSubstr("  return 2 * x;\n"));
  EXPECT_THAT(all, HasSubstr("  return 2 + x;\n"));
  EXPECT_THAT(all, HasSubstr("chosen(\"twice\", 1, \"adds\")"));
  EXPECT_THAT(all, HasSubstr("chosen(\"both\", 2, \"forgets\")"));
  EXPECT_THAT(all, HasSubstr("todo(\"numbers.twice\");"));
  EXPECT_THAT(all, Not(HasSubstr("SOLUTION")));
}

void expect_error(const std::string& source, const std::string& message) {
  try {
    cut(source, "m");
    ADD_FAILURE() << "no error for " << source;
  } catch (const CutError& error) {
    EXPECT_EQ(error.what(), message);
  }
}

TEST(Cut, RefusesWhatWouldLeaveASolution) {
  expect_error("a\n// BEGIN SOLUTION x\n// BEGIN SOLUTION y\n", "line 3: BEGIN SOLUTION inside another");
  expect_error("// BEGIN SOLUTION\n// END SOLUTION\n", "line 1: BEGIN SOLUTION names no exercise");
  expect_error("// END SOLUTION\n", "line 1: END SOLUTION without BEGIN SOLUTION");
  expect_error("\n// BEGIN SOLUTION x\n", "line 2: BEGIN SOLUTION without END SOLUTION");
  EXPECT_THROW(with_alternatives(kSource, "m", {{"twice", 2, "late", ""}}), CutError);
  EXPECT_EQ(cut("", "m"), "");
}

}  // namespace
}  // namespace tito
