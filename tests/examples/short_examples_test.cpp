// Runs examples/custom_kernel, linear_regression and autograd_tour as a user does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "core/device.h"
#include "tests/support/backend.h"
#include "tests/support/program.h"
#include "tests/support/temporary_folder.h"

namespace tinytorch::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

ProgramRun run_example(const std::string& example, const std::string& arguments) {
  return run_program("'" + (build_folder() / "examples" / example / example).string() + "' --backend " +
                     name(backend().type) + " " + arguments);
}

TEST(CustomKernel, IsRightInValuesAndGradient) {
  const ProgramRun run = run_example("custom_kernel", "--quick");
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output, AllOf(HasSubstr("values: right\ngradient: right\nsnake  mean squared error"),
                                HasSubstr("\ntanh   mean squared error")));
}

TEST(LinearRegression, FindsTheLine) {
  const ProgramRun run = run_example("linear_regression", "--seed 3");
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output, HasSubstr("epoch  50  loss 0.0"));
  const ProgramRun too_short = run_example("linear_regression", "--epochs 1 --quiet");
  EXPECT_EQ(too_short.exit_code, 1);
  EXPECT_THAT(too_short.output, ::testing::StartsWith("the points were made with y = 3 x + 2; found y = "));
}

TEST(AutogradTour, PrintsWhatAutogradComputes) {
  const ProgramRun run = run_example("autograd_tour", "");
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output,
              HasSubstr("y = sum(x²) = 14.0, dy/dx = 2 x = [2. 4. 6.]\na second pass adds: [ 4.  8. 12.]"));
  EXPECT_THAT(run.output, HasSubstr("x³ at 2: first derivative [12.], second [12.]"));
  EXPECT_THAT(run.output, HasSubstr("clipped: [1. 1.]"));
  EXPECT_THAT(run.output, HasSubstr("cube: right"));
}

TEST(Profile, OfAnExampleIsPrintedAndWritten) {
  const TemporaryFolder folder;
  const std::string trace = (folder.path() / "trace.json").string();
  const ProgramRun run = run_example("linear_regression", "--quick --profile " + trace);
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output, AllOf(HasSubstr(" s recorded\nkind "), HasSubstr("\nkernel    sub "),
                                HasSubstr("\nop        backward pass ")));
  EXPECT_THAT(run.output, ::testing::Not(HasSubstr("GPU")));  // it waits for one
  std::ostringstream text;
  text << std::ifstream(trace).rdbuf();
  EXPECT_THAT(text.str(),
              AllOf(::testing::StartsWith("{\"traceEvents\":["), HasSubstr("\"cat\":\"kernel\"")));
  const ProgramRun refused =
      run_example("linear_regression", "--quick --profile /no/such/directory/trace.json");
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_EQ(refused.output,
            "[write_chrome_trace] /no/such/directory/trace.json: cannot be created: there is no directory "
            "/no/such/directory\n");
}

}  // namespace
}  // namespace tinytorch::testing
