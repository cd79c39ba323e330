// The checks of module 01: one suite an exercise, named in modules/01_setup/module.json.
#include "modules/01_setup/setup.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "modules/course/check.h"

namespace setup {
namespace {

void check_greeting(const std::string& name, const std::string& expected) {
  const std::string result = greeting(name);
  EXPECT_TRUE(result == expected) << "greeting(\"" << name << "\") is \"" << result << "\", expected \""
                                  << expected << '"';
}
TEST(Greeting, SaysHello) { check_greeting("Ada", "Hello, Ada!"); }
TEST(Greeting, KnowsTheName) { check_greeting("Grace", "Hello, Grace!"); }

void check_mean(const std::vector<float>& values, double expected) {
  const double result = mean(values);
  EXPECT_TRUE(tinytorch::course::agree(result, expected, 1e-12))
      << "mean(" << tinytorch::course::text_of(values) << ") is " << tinytorch::course::text_of(result)
      << ", expected " << expected;
}
TEST(Mean, DividesTheSum) {
  check_mean({1, 2, 6}, 3);
  check_mean({-1}, -1);
}
TEST(Mean, KeepsTheFraction) { check_mean({1, 2}, 1.5); }
TEST(Mean, OfNothingIsZero) { check_mean({}, 0); }
TEST(Mean, AddsUpInDouble) { check_mean(std::vector<float>(1 << 25, 1), 1); }

void check_value(const std::string& report, const std::string& name, const std::string& expected) {
  const std::string result = value_of(report, name);
  EXPECT_TRUE(result == expected) << "value_of(report, \"" << name << "\") is \"" << result
                                  << "\", expected \"" << expected << "\", where the report is\n"
                                  << report;
}
const std::string kReport = "core      fast\ncores     8\nmemory    16 GB\nempty     \n";
TEST(ValueOf, LeavesOutTheSpaces) { check_value("cores     8\n", "cores", "8"); }
TEST(ValueOf, FindsTheLine) { check_value(kReport, "memory", "16 GB"); }
TEST(ValueOf, ComparesWholeNames) { check_value("cores     8\ncore      fast\n", "core", "fast"); }
TEST(ValueOf, IsEmptyIfThereIsNone) {
  check_value(kReport, "disk", "");
  check_value(kReport, "empty", "");
}

}  // namespace
}  // namespace setup
