// tito module complete, and tito fix after it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "modules/cli/course/exports.h"
#include "modules/cli/course/files.h"
#include "modules/cli/course/manifest.h"
#include "modules/cli/process.h"
#include "tests/course/commands.h"

namespace tito {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

/// A copy of 03_activations with the solutions.
class Complete : public Commands {
 protected:
  Complete() { fill_in(activations_); }

  static constexpr const char* kSource = "03_activations/activations_dev.cpp";
  static constexpr const char* kRelu = "return x < 0 ? 0 : x;";
  const Module& activations_ = find_module(modules_, "activations");
};

TEST_F(Complete, PutsAModuleInThatPassesAllSteps) {
  const auto run = student("module complete 03");
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output,
              AllOf(HasSubstr("1/5 exercises\n"), HasSubstr("03_activations: 62/62 points"),
                    ContainsRegex("2/5 candidate\n    cpu[.]so: [1-9][0-9]+ bytes\n    cuda[.]so: [1-9]"),
                    ContainsRegex("test_conformance [(]cpu[)]: [1-9][0-9]* passed, 0 failed"),
                    ContainsRegex("test_conformance [(]cuda[)]: [1-9][0-9]* passed, 0 failed"),
                    ContainsRegex("test_modules [(]cpu[)]: 4 passed, 0 failed"),
                    ContainsRegex("test_modules [(]cuda[)]: 4 passed, 0 failed"),
                    HasSubstr("03_activations is complete")));
  EXPECT_THAT(student("module status").output, ContainsRegex("62/62  yours, passed [1-9][0-9]* tests"));
  EXPECT_THAT(student("fix 03").output,
              HasSubstr("03_activations has no fault in its last results: 62/62 points"));

  // It passes its checks, which do not ask for such an x; the op table does.
  edit(kSource, kRelu, "return x < 0 ? 0 : x > 0.9F && x < 1 ? 1 : x;");
  const auto failing = student("module complete 03");
  EXPECT_EQ(failing.exit_code, 1);
  EXPECT_THAT(failing.output,
              AllOf(HasSubstr("62/62 points"), HasSubstr("3/5 conformance"), HasSubstr("FAILED"),
                    HasSubstr("stopped at conformance; the framework runs on your export of before"),
                    Not(HasSubstr("4/5"))));
  EXPECT_THAT(student("module status").output,
              ContainsRegex("complete +62/62  yours, before its last change, passed [1-9][0-9]* tests"));
  const std::vector<Export> exports = read_exports(tools_, path("mine"));
  ASSERT_EQ(exports.size(), 1U);
  EXPECT_TRUE(std::filesystem::exists(exports[0].cpu));
  EXPECT_THAT(student("fix 03").output,
              AllOf(HasSubstr("03_activations, conformance: test_conformance --backend cpu"),
                    HasSubstr("1. Reproduce: `./tito module complete 03`"), HasSubstr("5. Exercise: relu")));

  fill_in(activations_);
  EXPECT_THAT(student("fix 03").output, HasSubstr("Proof of 03_activations, conformance: it passes"))
      << "this code is in the framework, with its tests";
}

TEST_F(Complete, SaysWhenItIsOnlyNotWrittenYet) {
  ASSERT_EQ(student("module start 01").exit_code, 0);
  EXPECT_THAT(student("module complete 01").output,
              HasSubstr("3 exercises are still to be written; `./tito module resume` names the next\n"));
}

TEST_F(Complete, CompilesKernelsWithNvccWhereItIs) {
  if (find_nvcc().empty()) GTEST_SKIP() << "there is no nvcc";
  // g++ compiles it for the emulated device.
  edit("03_activations/activations_dev.cu", "if (i < n) y[i]",
       "if (std::getenv(\"NONE\") == nullptr && i < n) y[i]");
  const auto run = student("module complete 03");
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output, AllOf(HasSubstr("62/62 points"), HasSubstr("__host__ function"),
                                HasSubstr("stopped at candidate")));
}

TEST_F(Complete, StopsAtTheFirstExerciseThatFailsAndFixLogsIt) {
  edit(kSource, kRelu, "return x;");
  const auto run = student("module complete 03");
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output, HasSubstr("    hint: A negative x gives 0, not its absolute value.\n"
                                    "    read: section \"1. ReLU\" of modules/03_activations/README.md\n"));
  EXPECT_THAT(run.output, AllOf(HasSubstr("stopped at exercises; nothing of this module is in the framework"),
                                HasSubstr("`./tito fix 03`"), Not(HasSubstr("2/5"))));
  const auto fix = student("fix 03");
  EXPECT_EQ(fix.exit_code, 0);
  EXPECT_THAT(fix.output,
              AllOf(HasSubstr("## 03_activations, relu: IsZeroBelowZero (code "),
                    HasSubstr("\n1. Reproduce: `./tito module test 03`\n2. Minimal case: relu(-1e-30)\n"
                              "3. Expected: 0\n4. Got: -1e-30\n5. Exercise: relu in "),
                    HasSubstr("\n6. Hypothesis: A negative x gives 0, not its absolute value.\n"
                              "7. Change: (yours to write)\n8. Proof: `./tito fix` adds it when it passes\n"
                              "9. Prevention: the check Relu.IsZeroBelowZero fails if it comes back\n"),
                    HasSubstr("logged in " + path("mine/fix_log.md"))));
  const std::string log = read_text(path("mine/fix_log.md"));
  student("fix 03");
  EXPECT_EQ(read_text(path("mine/fix_log.md")), log) << "the same fault is logged once";

  fill_in(activations_);
  EXPECT_THAT(student("fix 03").output, HasSubstr("Proof of 03_activations, relu: it passes with the code "));
  EXPECT_THAT(read_text(path("mine/fix_log.md")), AllOf(StartsWith(log), HasSubstr("; 62/62 points\n")));
}

}  // namespace
}  // namespace tito
