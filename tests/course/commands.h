#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "modules/cli/course/files.h"
#include "modules/cli/course/manifest.h"
#include "modules/cli/course/plugin.h"
#include "modules/cli/process.h"
#include "tests/course/started_program.h"
#include "tests/support/file_test.h"
#include "tests/support/program.h"

namespace tito {

/// The commands of a student, on copies that belong to the test.
class Commands : public tinytorch::testing::FileTest {
 protected:
  /// tito with these arguments, on the copies of this test.
  tinytorch::testing::ProgramRun student(const std::string& arguments) const {
    return tinytorch::testing::run_program("'" + (tinytorch::testing::build_folder() / "tito").string() +
                                           "' " + arguments + " --dir '" + path("mine") + "' 2>&1");
  }

  /// Runs it while another tito, this test, uses the copies, and expects that it waits.
  void expect_waits(const std::string& arguments) const {
    std::optional<FolderLock> other(path("mine"));
    StartedProgram tito("'" + (tinytorch::testing::build_folder() / "tito").string() + "' " + arguments +
                        " --dir '" + path("mine") + "' 2>&1");
    EXPECT_THAT(tito.line(), ::testing::HasSubstr("waiting for another tito")) << arguments;
    other.reset();
    tito.end();
  }

  /// Writes the solutions into a copy, which is made if it is not there.
  void fill_in(const Module& module) const {
    std::filesystem::create_directories(path("mine/" + module.folder_name()));
    for (const std::string& source : module.sources())
      write_text(path("mine/" + module.folder_name() + "/" + source), read_text(module.folder / source));
  }

  /// Replaces a text of a copy, which has it once.
  void edit(const std::string& source, const std::string& before, const std::string& after) const {
    std::string text = read_text(path("mine/" + source));
    ASSERT_NE(text.find(before), std::string::npos) << before;
    text.replace(text.find(before), before.size(), after);
    write_text(path("mine/" + source), text);
  }

  const CourseTools tools_ = read_course_tools(tinytorch::testing::build_folder());
  const std::vector<Module> modules_ = read_modules(tools_.source / "modules");
};

}  // namespace tito
