// The arguments of every test program's main function, tested by starting this program again.
#include "tests/support/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iomanip>
#include <sstream>

namespace tinytorch::testing {
namespace {

using ::testing::HasSubstr;

ProgramRun run_this_program(const std::string& arguments) {
  std::ostringstream command;
  command << std::quoted((build_folder() / "tests/test_cli").string(), '\'') << ' ' << arguments;
  return run_program(command.str());
}

TEST(TestMain, ZeroTestsFail) {
  const ProgramRun run = run_this_program("--gtest_filter=None.Such");
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output, HasSubstr("no test was run"));
}

TEST(TestMain, ListingTestsIsNotAnEmptyRun) {
  EXPECT_EQ(run_this_program("--gtest_list_tests").exit_code, 0);
}

TEST(TestMain, UnknownBackendExitsWithTwo) {
  EXPECT_EQ(run_this_program("--backend tpu").exit_code, 2);
  EXPECT_EQ(run_this_program("--backend").exit_code, 2);
}

TEST(TestMain, MisspeltOptionExitsWithTwo) {
  const ProgramRun run = run_this_program("--bakend cpu");
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.output, HasSubstr("--bakend"));
}

}  // namespace
}  // namespace tinytorch::testing
