// Runs the programs of examples/milestones as a user does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "core/device.h"
#include "tests/examples/clothes.h"
#include "tests/support/backend.h"
#include "tests/support/file_test.h"
#include "tests/support/program.h"

namespace tinytorch::testing {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;

/// @param environment  "NAME=VALUE " of a shell
ProgramRun run_milestone(const std::string& name, const std::string& environment = "") {
  return run_program(environment + "'" +
                     (build_folder() / "examples" / "milestones" / "milestones").string() + "' --backend " +
                     tinytorch::name(backend().type) + " " + name + " 2>&1");
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

/// Milestones that read data, which is made here.
class MilestonesOfData : public FileTest {
 protected:
  std::string text() const {
    std::ofstream file(path("text"));
    for (int i = 0; i < 300; ++i) file << "And the " << (i % 3 == 0 ? "lion" : "lamb") << " lay down.\n";
    return " --text '" + path("text") + "'";
  }
};

TEST_F(MilestonesOfData, LeNetTellsClothesApart) {
  write_images(folder(), "train", 160);
  write_images(folder(), "t10k", 40);
  const ProgramRun run = run_milestone("cnn --quick --data '" + folder().string() + "'");
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output,
              AllOf(HasSubstr("160 images to learn, 40 to test\n"),
                    ContainsRegex("one layer, epoch 2: loss [0-9.]+\n"),
                    ContainsRegex("LeNet, epoch 2: loss [0-9.]+\n"),
                    ContainsRegex("not seen: accuracy of one layer [01][.][0-9]+, of LeNet [01][.][0-9]+\n"),
                    HasSubstr("a quick run is too short")));
}

TEST_F(MilestonesOfData, WithoutClothesTheCnnSaysWhatToInstall) {
  const ProgramRun run = run_milestone("cnn --quick --data '" + folder().string() + "'");
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.output, AllOf(HasSubstr("train-images-idx3-ubyte is missing"),
                                HasSubstr("`apt-get install dataset-fashion-mnist`"), HasSubstr("--data")));
}

TEST_F(MilestonesOfData, ANetworkLosesWeightsAndBytes) {
  write_images(folder(), "train", 160);
  write_images(folder(), "t10k", 100);
  const ProgramRun run = run_milestone("compression --quick --data '" + folder().string() + "'");
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output, AllOf(ContainsRegex("10 units, trained: accuracy [01][.][0-9]+\n"),
                                ContainsRegex("set to 0: accuracy [01][.][0-9]+\n"),
                                ContainsRegex("trained on: accuracy [01][.][0-9]+\n"),
                                ContainsRegex("in int8: accuracy [01][.][0-9]+\n")));
  EXPECT_THAT(run.output, HasSubstr("weights: 101632, of which 10164 are not 0\n"
                                    "  f32            406528 bytes\n"
                                    "  f32, as CSR     81872 bytes\n"
                                    "  int8           102184 bytes\n"));
  EXPECT_THAT(run.output,
              AllOf(ContainsRegex("a batch of 1: f32 [0-9.]+ us, int8 [0-9.]+ us; f32 / int8 = "),
                    ContainsRegex("a batch of 100: f32 [0-9.]+ us, int8 [0-9.]+ us; f32 / int8 = ")));
}

TEST_F(MilestonesOfData, AGptLearnsToWrite) {
  const ProgramRun run = run_milestone("tinygpt --quick" + text());
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output,
              AllOf(HasSubstr("6900 characters, a GPT of "), ContainsRegex("step +40: loss [0-9]"),
                    ContainsRegex("held-out text: [0-9.]+ bits a character; each character "
                                  "predicted by the one before: [0-9.]+\n\nAnd "),
                    HasSubstr("a quick run is too short")));
}

TEST_F(MilestonesOfData, WithoutATextTheGptSaysWhatToInstall) {
  const ProgramRun run = run_milestone("tinygpt --quick", "PATH=/nowhere ");
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.output, AllOf(HasSubstr("`apt-get install bible-kjv`"), HasSubstr("--text FILE")));
}

TEST_F(MilestonesOfData, ATextThatIsTooShortIsRefused) {
  std::ofstream(path("short")) << "In the beginning God created the heaven and the earth.\n";
  const ProgramRun run = run_milestone("tinygpt --quick --text '" + path("short") + "'");
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.output, AllOf(HasSubstr("the text has "), HasSubstr("each takes more than 32")));
}

TEST_F(MilestonesOfData, TheCapstoneComparesNothingWithItself) {
  const ProgramRun run = run_milestone("capstone --quick" + text(), "TINYTORCH_PLUGINS= ");
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.output, AllOf(HasSubstr("nothing of yours is in the framework"),
                                HasSubstr("`./tito module complete` puts a module in")));
}

TEST_F(MilestonesOfData, OneTrainingOfTheCapstonePrintsLossAndTimes) {
  const ProgramRun run = run_milestone("capstone --quick --once" + text());
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output, ContainsRegex("^bits [0-9.]+ seconds( [0-9.e-]+){8}\n$"));
}

TEST(Milestones, OtherNamesAreRefused) { EXPECT_EQ(run_milestone("deep_blue").exit_code, 2); }

}  // namespace
}  // namespace tinytorch::testing
