// The commands of a student in a repository without all modules.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>
#include <vector>

#include "modules/cli/course/files.h"
#include "modules/cli/course/manifest.h"
#include "tests/course/commands.h"
#include "tests/support/program.h"

namespace tito {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

/// A repository that has some of the modules only, as students get it.
class PartialRelease : public Commands {
 protected:
  void release(const std::vector<std::string>& wanted) const {
    namespace fs = std::filesystem;
    fs::create_directories(path("release/modules"));
    for (const char* groups : {"checkpoints.json", "milestones.json"})
      fs::copy_file(tools_.source / "modules" / groups, path("release/modules") + '/' + groups);
    for (const std::string& each : wanted) {
      const Module& module = find_module(modules_, each);
      fs::copy(module.folder, path("release/modules/" + module.folder_name()));
    }
    fs::create_directories(path("build/course"));
    fs::copy_file(tinytorch::testing::build_folder() / "tito", path("build/tito"));
    const fs::path description = "course/course.json";
    nlohmann::json tools = nlohmann::json::parse(read_text(tinytorch::testing::build_folder() / description));
    tools["source"] = path("release");
    write_text(path("build") / description, tools.dump());
  }

  tinytorch::testing::ProgramRun tito(const std::string& arguments) const {
    return tinytorch::testing::run_program("'" + path("build/tito") + "' " + arguments + " 2>&1");
  }
};

TEST_F(PartialRelease, NeedsNoModuleThatItDoesNotHave) {
  release({"1", "3", "4"});
  for (const char* command : {"module start 01", "module status", "module resume", "checkpoint status",
                              "milestone list", "milestone status"}) {
    const auto run = tito(command);
    EXPECT_EQ(run.exit_code, 0) << command << ": " << run.output;
  }
  EXPECT_EQ(tito("module start 03").exit_code, 0) << "it needs 02, which is not there";
  EXPECT_THAT(tito("module status").output,
              AllOf(ContainsRegex("03_activations +unchecked"), ContainsRegex("04_layers +locked")));
}

TEST_F(PartialRelease, HasTheGroupsWhoseModulesAreThere) {
  release({"1", "2", "3", "4"});
  EXPECT_THAT(tito("checkpoint status").output,
              AllOf(StartsWith("foundations  0/4 modules"), Not(HasSubstr("networks"))));
  EXPECT_THAT(tito("checkpoint test networks").output,
              HasSubstr("there is no 'networks'; there are: foundations\n"));
  EXPECT_THAT(tito("milestone list").output, AllOf(HasSubstr("xor_crisis"), Not(HasSubstr("tinygpt"))));
}

TEST_F(PartialRelease, HasPagesWhoseLinksToOtherLessonsAreWords) {
  release({"14"});
  for (const char* folder : {"nn", "modules/cli"})
    std::filesystem::create_directory_symlink(tools_.source / folder, path("release/") + folder);
  const auto view = tito("module view 14 --no-open -o '" + path("pages") + "'");
  EXPECT_EQ(view.exit_code, 0) << view.output;
  const std::string page = read_text(path("pages/14_benchmarking/index.html"));
  EXPECT_THAT(page, AllOf(HasSubstr("The capstone of module 16 compares"), Not(HasSubstr("16_tinygpt"))));
}

TEST_F(PartialRelease, SaysWhatItsBuildDoesNotMeasure) {
  release({"1"});
  ASSERT_EQ(tito("module start 01").exit_code, 0);
  const auto measured = tito("module measure 01");
  EXPECT_EQ(measured.exit_code, 1);
  EXPECT_EQ(measured.output, "tito: nothing of 01_setup is measured\n");
}

TEST_F(PartialRelease, SaysThatNoGroupIsThere) {
  release({"1"});
  constexpr const char* kNone = "each of them needs modules that are not in this release\n";
  for (const char* command : {"checkpoint status", "milestone list", "milestone status"})
    EXPECT_EQ(tito(command).output, kNone) << command;
  const auto test = tito("checkpoint test foundations");
  EXPECT_EQ(test.exit_code, 1);
  EXPECT_THAT(test.output, HasSubstr(std::string("there is no 'foundations'; ") + kNone));
}

}  // namespace
}  // namespace tito
