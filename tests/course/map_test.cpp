// tito module list --map.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <string>
#include <vector>

#include "modules/cli/course/manifest.h"
#include "modules/cli/course/plugin.h"
#include "tests/support/program.h"

namespace tito {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;
using tinytorch::testing::build_folder;

TEST(ModuleMap, NamesEachLaterModuleOnce) {
  std::vector<std::string> also;
  for (const Module& module : read_modules(read_course_tools(build_folder()).source / "modules"))
    also.insert(also.end(), module.also.begin(), module.also.end());
  EXPECT_THAT(also, UnorderedElementsAre("losses", "tokenization", "embeddings", "transformers", "profiling",
                                         "quantization", "acceleration", "memoization", "capstone"));
  const tinytorch::testing::ProgramRun run = tinytorch::testing::run_program(
      fmt::format("'{}' module list --map", (build_folder() / "tito").string()));
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_THAT(
      run.output,
      AllOf(HasSubstr("names are those of the Python original in September 2025"),
            HasSubstr("\n11_training          losses\n"), HasSubstr("\n01_setup             -\n"),
            HasSubstr(
                "\n16_tinygpt           tokenization, embeddings, transformers, memoization, capstone\n")));
}

}  // namespace
}  // namespace tito
