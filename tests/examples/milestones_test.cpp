// Runs the programs of examples/milestones as a user does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "core/device.h"
#include "tests/support/backend.h"
#include "tests/support/program.h"

namespace tinytorch::testing {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;

ProgramRun run_milestone(const std::string& name) {
  return run_program("'" + (build_folder() / "examples" / "milestones" / "milestones").string() +
                     "' --backend " + tinytorch::name(backend().type) + " " + name);
}

TEST(Milestones, ThePerceptronFindsALine) {
  const ProgramRun run = run_milestone("perceptron");
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output, ContainsRegex("epoch +1  corrections +[1-9][0-9]*  training accuracy 0[.]"));
  EXPECT_THAT(run.output, ContainsRegex("points that it has not seen: (0[.]9|1[.])"));
}

TEST(Milestones, OneLayerFailsAtXorAndSaysWhy) {
  const ProgramRun run = run_milestone("xor_crisis");
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output, AllOf(HasSubstr("at best 3 of 4 points right"), HasSubstr("No weights do both")));
}

TEST(Milestones, AHiddenLayerLearnsXorAndDigits) {
  const ProgramRun run = run_milestone("mlp");
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output, AllOf(HasSubstr("XOR with a hidden layer: 4 of 4 points right"),
                                ContainsRegex("digits that it has not seen: accuracy (0[.]9|1[.])")));
}

TEST(Milestones, ATransformerReversesSequences) {
  if (backend().type != DeviceType::cpu) GTEST_SKIP() << "it takes minutes on the emulated device";
  const ProgramRun run = run_milestone("transformer");
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output, ContainsRegex("sequences that it has not seen: accuracy (0[.]9[5-9]|1[.])"));
}

TEST(Milestones, OtherNamesAreRefused) { EXPECT_EQ(run_milestone("deep_blue").exit_code, 2); }

}  // namespace
}  // namespace tinytorch::testing
