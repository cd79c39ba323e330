// The commands that lead a student on: module resume, path, reset, export, status --json, test --modules.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <stdexcept>
#include <string>

#include "modules/cli/course/exports.h"
#include "modules/cli/course/files.h"
#include "modules/cli/course/manifest.h"
#include "modules/cli/course/plugin.h"
#include "modules/cli/course/results.h"
#include "tests/course/commands.h"

namespace tito {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST_F(Commands, ResumeNamesWhatIsNextAndWhere) {
  EXPECT_THAT(student("module resume").output,
              AllOf(StartsWith("next: 01_setup, "), HasSubstr("`./tito module start 01`")));
  ASSERT_EQ(student("module start 01").exit_code, 0);
  const Module& setup = find_module(modules_, "1");
  const Exercise& first = setup.exercises.front();
  const std::string next = fmt::format("next: {} ({} points) in {}:", first.id, first.points,
                                       path("mine/01_setup/" + first.source));
  EXPECT_THAT(
      student("module resume").output,
      AllOf(StartsWith("01_setup: unchecked, -/"), HasSubstr(next),
            HasSubstr(fmt::format("read: section \"{}\" of modules/01_setup/README.md", first.section)),
            HasSubstr("then: `./tito module test 01`")));
  const auto tested = student("module test 01");
  EXPECT_EQ(tested.exit_code, 1);
  EXPECT_THAT(tested.output, AllOf(HasSubstr("    to write: setup.greeting in setup_dev.cpp\n"
                                             "    read: section \"2. A first function\" of "
                                             "modules/01_setup/README.md\n"),
                                   HasSubstr(fmt::format("01_setup: 0/{} points\n", setup.points()))));
  EXPECT_THAT(student("module resume").output, AllOf(StartsWith("01_setup: started, 0/"), HasSubstr(next)));
  fill_in(setup);
  EXPECT_EQ(student("module export 01").exit_code, 0);
  EXPECT_THAT(student("module resume").output, StartsWith("next: 02_tensor, "));
  EXPECT_EQ(student("module start 02").exit_code, 0) << "it needs only 01";
}

TEST_F(Commands, PathPrintsTheDirectoryOfTheCopy) {
  EXPECT_THAT(student("module path 1").output, HasSubstr("`./tito module start 01` makes it"));
  ASSERT_EQ(student("module start 01").exit_code, 0);
  EXPECT_EQ(student("module path setup").output, path("mine/01_setup") + "\n");
}

TEST_F(Commands, ResetKeepsTheWorkInNumberedBackups) {
  EXPECT_EQ(student("module reset 01").exit_code, 1);
  ASSERT_EQ(student("module start 01").exit_code, 0);
  const std::string source = find_module(modules_, "1").sources().front();
  const std::string untouched = read_text(path("mine/01_setup/" + source));
  for (const std::string number : {"1", "2"}) {
    write_text(path("mine/01_setup/" + source), "work " + number);
    const auto reset = student("module reset 01");
    EXPECT_EQ(reset.exit_code, 0) << reset.output;
    EXPECT_THAT(reset.output, StartsWith(fmt::format("your work is kept in {}{}\n",
                                                     path("mine/backups/01_setup-"), number)));
    EXPECT_EQ(read_text(path("mine/01_setup/" + source)), untouched);
    EXPECT_EQ(read_text(path(fmt::format("mine/backups/01_setup-{}/{}", number, source))), "work " + number);
  }
}

TEST_F(Commands, OneTitoAtATimeWorksOnTheCopies) {
  for (const char* name : {"01_setup/setup_dev.cpp", "13_kernels/kernels_dev.cu"}) {
    const std::string file = path("mine/" + std::string(name));
    std::filesystem::create_directories(std::filesystem::path(file).parent_path());
    write_text(file, "#error nothing is written yet\n");  // so that each ends soon
  }
  for (const char* command : {"module test 01", "module complete 01", "module export 01", "fix 01",
                              "test --modules", "module measure 13", "module reset 01"})
    expect_waits(command);
}

TEST_F(Commands, ACandidateIsOfTheCodeThatWasChecked) {
  const Module& activations = find_module(modules_, "activations");
  fill_in(activations);
  try {
    build_candidate(tools_, activations, path("mine"), "another");
    FAIL() << "it is built";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("03_activations changed since its exercises were checked"));
  }
  EXPECT_FALSE(std::filesystem::exists(path("mine/exported/03_activations/1")));
}

TEST_F(Commands, ExportSaysWhichProgramsRunOnIt) {
  const Module& loader = find_module(modules_, "dataloader");
  fill_in(loader);
  const auto run = student("module export 08");
  EXPECT_EQ(run.exit_code, 0) << run.output;
  const std::string variable = plugins_variable(read_exports(tools_, path("mine")), true);
  EXPECT_THAT(variable, StartsWith("08_dataloader=" + path("mine/exported")));
  EXPECT_THAT(run.output, EndsWith("programs run on your exported modules with\n  TINYTORCH_PLUGINS='" +
                                   variable + "'\n"));
  CourseTools here = tools_;
  here.source = path("");
  std::filesystem::rename(path("mine"), path("student"));
  EXPECT_EQ(how_to_run(here, path("student")),
            "`./tito run` and `./tito ops --providers` now run on your exported modules\n");
}

TEST_F(Commands, ABuildWithoutTheCourseNamesTheOneThatHasIt) {
  try {
    read_course_tools(path("build"));
    FAIL() << "it is there";
  } catch (const std::runtime_error& error) {
    EXPECT_EQ(error.what(), "the build in " + path("build") +
                                " has no course; TITO_PRESET=emulated chooses the one that has");
  }
}

TEST_F(Commands, StatusIsReadByPrograms) {
  ASSERT_EQ(student("module start 01").exit_code, 0);
  const nlohmann::json json = nlohmann::json::parse(student("module status --json").output);
  EXPECT_EQ(json.at("version"), 1);
  EXPECT_EQ(json.at("student"), path("mine"));
  const nlohmann::json& setup = json.at("modules").at(0);
  EXPECT_EQ(setup.at("module"), "01_setup");
  EXPECT_EQ(setup.at("state"), "unchecked");
  EXPECT_TRUE(setup.at("points").is_null());
  EXPECT_TRUE(setup.at("exported").is_null());
  EXPECT_TRUE(setup.at("exercises").at(0).at("passed").is_null());
  const nlohmann::json& tensor = json.at("modules").at(1);
  EXPECT_EQ(tensor.at("state"), "locked");
  EXPECT_EQ(tensor.at("missing").at(0), "01_setup: not checked; `./tito module test 01` does so");
}

TEST_F(Commands, AMissingFileIsDamageThatResetRepairs) {
  ASSERT_EQ(student("module start 01").exit_code, 0);
  std::filesystem::remove(path("mine/01_setup/" + find_module(modules_, "1").sources().front()));
  EXPECT_THAT(student("module status").output, HasSubstr("01_setup             damaged"));
  EXPECT_THAT(student("module resume").output,
              HasSubstr("`./tito module reset 01` keeps the rest and makes a new copy"));
  EXPECT_THAT(student("module start 02").output,
              HasSubstr("01_setup: a file is missing; `./tito module reset 01` makes a new copy"));
  for (const char* command : {"module test 01", "module complete 01", "module export 01", "fix 01"}) {
    const auto refused = student(command);
    EXPECT_EQ(refused.exit_code, 1) << command;
    EXPECT_THAT(refused.output,
                HasSubstr("a file of " + path("mine/01_setup") +
                          " is missing; `./tito module reset 01` keeps the rest and makes a new copy"))
        << command;
  }
  EXPECT_EQ(student("module path 01").output, path("mine/01_setup") + "\n");
  EXPECT_EQ(student("module reset 01").exit_code, 0);
  EXPECT_THAT(student("module status").output, HasSubstr("01_setup             unchecked"));
}

TEST_F(Commands, TestOfAllModulesAddsUp) {
  const auto none = student("test --modules");
  EXPECT_EQ(none.exit_code, 1);
  EXPECT_THAT(none.output, HasSubstr("there are no copies in " + path("mine")));
  const Module& setup = find_module(modules_, "1");
  fill_in(setup);
  const auto solved = student("test --modules");
  EXPECT_EQ(solved.exit_code, 0) << solved.output;
  EXPECT_THAT(solved.output,
              AllOf(HasSubstr("module               status     passed failed    points\n"),
                    ContainsRegex("01_setup +complete +" + std::to_string(setup.exercises.size()) + " +0 "),
                    ContainsRegex(fmt::format("total +{} +0 +{}/", setup.exercises.size(), setup.points()))));
  ASSERT_EQ(student("module start 02").exit_code, 0);
  const auto failing = student("test --modules");
  EXPECT_EQ(failing.exit_code, 1);
  EXPECT_THAT(failing.output, ContainsRegex(fmt::format("02_tensor +started +0 +{} +0/",
                                                        find_module(modules_, "2").exercises.size())));
}

TEST_F(Commands, ResultsCountForTheirCodeAndVersion) {
  fill_in(find_module(modules_, "1"));
  ASSERT_EQ(student("module test 01").exit_code, 0);
  edit("01_setup/setup_dev.cpp", "Hello, ", "Good morning, ");
  EXPECT_THAT(student("module status").output, ContainsRegex("01_setup +unchecked +-/8"));
  fill_in(find_module(modules_, "1"));
  EXPECT_THAT(student("module status").output, ContainsRegex("01_setup +complete +8/8"));
  nlohmann::json results = nlohmann::json::parse(read_text(path("mine/results.json")));
  results["version"] = results["version"].get<int>() + 1;
  write_text(path("mine/results.json"), results.dump());
  EXPECT_THAT(student("module status").output, ContainsRegex("01_setup +unchecked +-/8"));
}

TEST_F(Commands, DamagedResultsAreKeptAndAllIsCheckedAnew) {
  fill_in(find_module(modules_, "1"));
  ASSERT_EQ(student("module test 01").exit_code, 0);
  write_text(path("mine/results.json"), "{\"version\": ");
  EXPECT_THAT(student("module status").output, AllOf(HasSubstr("results.json cannot be read ("),
                                                     HasSubstr("it is kept as results.json.damaged"),
                                                     ContainsRegex("01_setup +unchecked +-/8")));
  EXPECT_EQ(read_text(path("mine/results.json.damaged")), "{\"version\": ");
  EXPECT_EQ(student("test --modules").exit_code, 0);
  EXPECT_THAT(student("module status").output, ContainsRegex("^module(.|\n)*01_setup +complete +8/8"));
}

TEST_F(Commands, ResultsCountThoughNobodyReadsTheOutput) {
  fill_in(find_module(modules_, "2"));
  tinytorch::testing::run_program("'" + (tinytorch::testing::build_folder() / "tito").string() +
                                  "' module test 02 --dir '" + path("mine") + "' | true");
  EXPECT_THAT(student("module status").output, ContainsRegex("02_tensor +complete +42/42"));
}

TEST_F(Commands, ResumePutsWhatIsCompleteIntoTheFrameworkFirst) {
  fill_in(find_module(modules_, "dataloader"));
  EXPECT_EQ(student("module test 08").exit_code, 0);
  EXPECT_EQ(student("module resume").output,
            "08_dataloader has all points; `./tito module complete 08` lets the framework run on it\n");
}

TEST_F(Commands, AnExportWithoutItsPlugInsOrForAnotherFrameworkIsNone) {
  const auto describe = [&](const std::string& framework) {
    // A folder elsewhere counts by its name alone.
    write_text(path("mine/exported/03_activations/export.json"), nlohmann::json{{"code", "0"},
                                                                                {"framework", framework},
                                                                                {"folder", "../../1"},
                                                                                {"cpu", true},
                                                                                {"cuda", false},
                                                                                {"tests", 3}}
                                                                     .dump());
  };
  const auto expect_none = [&] {
    EXPECT_THAT(student("module status").output, ContainsRegex("03_activations +locked +-/62  -\n"));
  };
  std::filesystem::create_directories(path("mine/exported/03_activations/1"));
  describe(code_of_framework(tools_));
  expect_none();
  write_text(path("mine/exported/03_activations/1/cpu.so"), "");
  EXPECT_THAT(student("module status").output,
              HasSubstr("-/62  yours, before its last change, passed 3 tests\n"));
  describe("another");
  expect_none();
  write_text(path("mine/exported/03_activations/export.json"), "{");
  expect_none();
}

}  // namespace
}  // namespace tito
