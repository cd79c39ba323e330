// TINYTORCH_ISA, seen from outside: it is read once, when kernels are first needed.
#include "tests/support/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/device.h"

#include <string>

namespace tinytorch::testing {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

ProgramRun devices_with(const std::string& environment) {
  return run_program(environment + " " + (build_folder() / "modules/cli/devices").string());
}

TEST(InstructionSet, OneThatIsNotThereIsAnErrorThatNamesThoseThatAre) {
  const ProgramRun run = devices_with("TINYTORCH_ISA=sse9");
  EXPECT_EQ(run.exit_code, 1);
  // Which there are depends on the build and the processor; the one in use is the last.
  const std::size_t colon = run.output.find(": ") + 2;
  const std::string available = run.output.substr(colon, run.output.find(';') - colon);
  EXPECT_THAT(available, EndsWith(instruction_set()));
  EXPECT_THAT(
      run.output,
      HasSubstr("[TINYTORCH_ISA] \"sse9\" is not an instruction set that this build has kernels for and "
                "this processor supports: " +
                available + "; builds with -DTINYTORCH_INSTRUCTION_SETS=all have kernels for every one\n"));
}

TEST(InstructionSet, OneThatIsForcedIsUsedAndSaid) {
  const std::string name = instruction_set();
  const ProgramRun run = devices_with("TINYTORCH_ISA=" + name);
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_THAT(run.output, HasSubstr("tinytorch: CPU kernels use " + name + ", as TINYTORCH_ISA says\n"));
  EXPECT_THAT(run.output, HasSubstr("instruction_set\t" + name + "\n"));
}

TEST(InstructionSet, EmptyIsAsUnset) {
  const ProgramRun run = devices_with("TINYTORCH_ISA=");
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_THAT(run.output, HasSubstr(std::string("instruction_set\t") + instruction_set() + "\n"));
}

}  // namespace
}  // namespace tinytorch::testing
