// tito module measure: counts of kernels whose requests are known by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>

#include "modules/cli/course/files.h"
#include "modules/cli/course/manifest.h"
#include "modules/cli/course/plugin.h"
#include "tests/support/file_test.h"
#include "tests/support/program.h"

namespace tito {
namespace {

namespace fs = std::filesystem;
using ::testing::AnyOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;
using tinytorch::testing::build_folder;
using tinytorch::testing::ProgramRun;

class Measure : public tinytorch::testing::FileTest {
 protected:
  ProgramRun module(const std::string& arguments) const {
    return tinytorch::testing::run_program("'" + (build_folder() / "tito").string() + "' module " +
                                           arguments + " --dir '" + path("mine") + "' 2>&1");
  }
  /// Makes a copy that is solved.
  void solve(const std::string& folder_name) const {
    const CourseTools tools = read_course_tools(build_folder());
    const Module solved = read_module(tools.source / "modules" / folder_name);
    fs::create_directories(path("mine/" + folder_name));
    for (const std::string& source : solved.sources())
      fs::copy_file(solved.folder / source, path("mine/" + folder_name + "/" + source));
  }
};

TEST_F(Measure, CountsTheRequestsOfEachLine) {
  solve("13_kernels");
  const ProgramRun run = module("measure 13");
  EXPECT_EQ(run.exit_code, 0) << run.output;
  // 128 x 128 elements are 512 requests of 32 lanes, whose 32 floats are 4 sectors, and in a column 32.
  EXPECT_THAT(run.output, ContainsRegex("transpose, Of128x128\n  transpose_kernel, 1 launch\n"));
  EXPECT_THAT(run.output, ContainsRegex("kernels_dev.cu:[0-9]+ +global load +512 +65536  4.00 sectors\n"));
  EXPECT_THAT(run.output, ContainsRegex("measure.cu:[0-9]+ +global store +512 +65536  32.00 sectors\n"));
  EXPECT_THAT(run.output,
              ContainsRegex("kernels_dev.cu:[0-9]+ +shared load +512 +65536  1.00 passes, no conflict\n"));
  EXPECT_THAT(run.output,
              ContainsRegex("measure.cu:[0-9]+ +shared load +512 +65536  32.00 passes, 32-way conflict\n"));
  // 2 m k n floats, and with tiles of 16 x 16 a sixteenth.
  EXPECT_THAT(run.output, HasSubstr("all global loads: 2097152 bytes of threads, 1048576 of sectors\n"));
  EXPECT_THAT(run.output, HasSubstr("all global loads: 131072 bytes of threads, 131072 of sectors\n"));
  EXPECT_EQ(module("measure 13").output, run.output);
}

TEST_F(Measure, TimesFunctionsOfTheHostAndComparesThem) {
  solve("04_layers");
  const ProgramRun run = module("measure 04");
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output, ContainsRegex("matmul_blocked, Of32x1024Times1024x1024\n"
                                        " +time +of first +memory\n"
                                        "  matmul +[0-9.]+ m?s +1.00 +0 bytes\n"
                                        "  matmul_blocked +[0-9.]+ m?s +[0-9.]+ +0 bytes\n"));
  EXPECT_THAT(run.output, HasSubstr("matmul_cuda, Of64x64Times64x64\n"));
}

TEST_F(Measure, HasSomethingOfEachModuleAndTheCountsOfTheLessons) {
  std::map<int, std::string> outputs;
  for (const Module& each : read_modules(read_course_tools(build_folder()).source / "modules")) {
    solve(each.folder_name());
    const ProgramRun run = module("measure " + each.name);
    EXPECT_EQ(run.exit_code, 0) << run.output;
    EXPECT_THAT(run.output, AnyOf(HasSubstr(" of first "), HasSubstr("all global loads: ")));
    outputs[each.number] = run.output;
  }
  EXPECT_THAT(outputs[4], ContainsRegex("layers_dev.cu:[0-9]+ +global load +16384 +2097152 "));
  EXPECT_THAT(outputs[7], HasSubstr("all global loads: 1572864 bytes of threads"));
  EXPECT_THAT(outputs[13], HasSubstr("all global loads: 24576 bytes of threads"));
}

TEST_F(Measure, NamesWhatIsNotWritten) {
  ASSERT_EQ(module("start 03 --anyway").exit_code, 0);
  const ProgramRun run = module("measure 03");
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output, HasSubstr("to write: activations.relu_cuda in activations_dev.cu"));
  EXPECT_THAT(run.output, Not(HasSubstr("4096 ")));
}

TEST_F(Measure, ShowsTheFirstErrorOfTheCompiler) {
  solve("03_activations");
  write_text(path("mine/03_activations/activations_dev.cu"), "int f() { return y; }\n");
  const ProgramRun run = module("measure 03");
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output, HasSubstr("error: 'y' was not declared in this scope"));
}

TEST_F(Measure, NeedsACopy) {
  EXPECT_THAT(module("measure 13").output, HasSubstr("`./tito module start 13` makes it"));
}

}  // namespace
}  // namespace tito
