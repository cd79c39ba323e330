// The commands that lead a student on: module resume, path, reset, status --json, complete, fix, test
// --modules.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>

#include "modules/cli/course/exports.h"
#include "modules/cli/course/files.h"
#include "modules/cli/course/manifest.h"
#include "modules/cli/course/plugin.h"
#include "tests/support/file_test.h"
#include "tests/support/program.h"

namespace tito {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class Commands : public tinytorch::testing::FileTest {
 protected:
  /// tito with these arguments, on the copies of this test.
  tinytorch::testing::ProgramRun student(const std::string& arguments) const {
    return tinytorch::testing::run_program("'" + (tinytorch::testing::build_folder() / "tito").string() +
                                           "' " + arguments + " --dir '" + path("mine") + "' 2>&1");
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

TEST_F(Commands, ResumeNamesWhatIsNextAndWhere) {
  EXPECT_THAT(student("module resume").output,
              AllOf(StartsWith("next: 01_setup, "), HasSubstr("`tito module start 01`")));
  ASSERT_EQ(student("module start 01").exit_code, 0);
  const Module& setup = find_module(modules_, "1");
  const Exercise& first = setup.exercises.front();
  const std::string next = fmt::format("next: {} ({} points) in {}:", first.id, first.points,
                                       path("mine/01_setup/" + first.source));
  EXPECT_THAT(
      student("module resume").output,
      AllOf(StartsWith("01_setup: unchecked, -/"), HasSubstr(next),
            HasSubstr(fmt::format("read: section \"{}\" of modules/01_setup/README.md", first.section)),
            HasSubstr("then: `tito module test 01`")));
  EXPECT_EQ(student("module test 01").exit_code, 1);
  EXPECT_THAT(student("module resume").output, AllOf(StartsWith("01_setup: started, 0/"), HasSubstr(next)));
  fill_in(setup);
  EXPECT_EQ(student("module test 01").exit_code, 0);
  EXPECT_THAT(student("module resume").output, StartsWith("next: 02_tensor, "));
  EXPECT_EQ(student("module start 02").exit_code, 0) << "it needs only 01";
}

TEST_F(Commands, PathPrintsTheDirectoryOfTheCopy) {
  EXPECT_THAT(student("module path 1").output, HasSubstr("`tito module start 01` makes it"));
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
  EXPECT_EQ(tensor.at("missing").at(0), "01_setup: not checked; `tito module test 01` does so");
}

TEST_F(Commands, AMissingFileIsDamageThatResetRepairs) {
  ASSERT_EQ(student("module start 01").exit_code, 0);
  std::filesystem::remove(path("mine/01_setup/" + find_module(modules_, "1").sources().front()));
  EXPECT_THAT(student("module status").output, HasSubstr("01_setup             damaged"));
  EXPECT_THAT(student("module resume").output,
              HasSubstr("`tito module reset 01` keeps the rest and makes a new copy"));
  EXPECT_THAT(student("module start 02").output,
              HasSubstr("01_setup: a file is missing; `tito module reset 01` makes a new copy"));
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

TEST_F(Commands, ResumePutsWhatIsCompleteIntoTheFrameworkFirst) {
  fill_in(find_module(modules_, "dataloader"));
  EXPECT_EQ(student("module test 08").exit_code, 0);
  EXPECT_EQ(student("module resume").output,
            "08_dataloader has all points; `tito module complete 08` lets the framework run on it\n");
}

TEST_F(Commands, AnExportWithoutItsPlugInsIsNone) {
  std::filesystem::create_directories(path("mine/exported/03_activations/1"));
  // A folder elsewhere counts by its name alone.
  write_text(path("mine/exported/03_activations/export.json"),
             R"({"code": "0", "folder": "../../1", "cpu": true, "cuda": false, "tests": 3})");
  EXPECT_THAT(student("module status").output, ContainsRegex("03_activations +locked +-/62  -\n"));
  write_text(path("mine/exported/03_activations/1/cpu.so"), "");
  EXPECT_THAT(student("module status").output,
              HasSubstr("-/62  yours, before its last change, passed 3 tests\n"));
  write_text(path("mine/exported/03_activations/export.json"), "{");
  EXPECT_THAT(student("module status").output, ContainsRegex("03_activations +locked +-/62  -\n"));
}

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
  const std::vector<Export> exports = read_exports(path("mine"));
  ASSERT_EQ(exports.size(), 1U);
  EXPECT_TRUE(std::filesystem::exists(exports[0].cpu));
  EXPECT_THAT(student("fix 03").output,
              AllOf(HasSubstr("03_activations, conformance: test_conformance --backend cpu"),
                    HasSubstr("1. Reproduce: `tito module complete 03`"), HasSubstr("5. Exercise: relu")));

  fill_in(activations_);
  EXPECT_THAT(student("fix 03").output, HasSubstr("Proof of 03_activations, conformance: it passes"))
      << "this code is in the framework, with its tests";
}

TEST_F(Complete, StopsAtTheFirstExerciseThatFailsAndFixLogsIt) {
  edit(kSource, kRelu, "return x;");
  const auto run = student("module complete 03");
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output, AllOf(HasSubstr("stopped at exercises; nothing of this module is in the framework"),
                                HasSubstr("`tito fix 03`"), Not(HasSubstr("2/5"))));
  const auto fix = student("fix 03");
  EXPECT_EQ(fix.exit_code, 0);
  EXPECT_THAT(fix.output,
              AllOf(HasSubstr("## 03_activations, relu: IsZeroBelowZero (code "),
                    HasSubstr("\n1. Reproduce: `tito module test 03`\n2. Minimal case: relu(-1e-30)\n"
                              "3. Expected: 0\n4. Got: -1e-30\n5. Exercise: relu in "),
                    HasSubstr("\n6. Hypothesis: A negative x gives 0, not its absolute value.\n"
                              "7. Change: (yours to write)\n8. Proof: `tito fix` adds it when it passes\n"
                              "9. Prevention: the check Relu.IsZeroBelowZero fails if it comes back\n"),
                    HasSubstr("logged in " + path("mine/fix_log.md"))));
  const std::string log = read_text(path("mine/fix_log.md"));
  student("fix 03");
  EXPECT_EQ(read_text(path("mine/fix_log.md")), log) << "the same fault is logged once";

  fill_in(activations_);
  EXPECT_THAT(student("fix 03").output, HasSubstr("Proof of 03_activations, relu: it passes with the code "));
  EXPECT_THAT(read_text(path("mine/fix_log.md")), AllOf(StartsWith(log), HasSubstr("; 62/62 points\n")));
}

/// Solutions in the framework.
class Progressive : public Commands {
 protected:
  void put_in(const Module& module) const {
    fill_in(module);
    const Candidate candidate = build_candidate(tools_, module, path("mine"), "");
    ASSERT_EQ(candidate.errors, "") << module.folder_name();
    install(path("mine"), candidate.plugins);
  }

  void expect_passes_on(const std::string& backend) const {
    const auto run = tinytorch::testing::run_program(fmt::format(
        "TINYTORCH_PLUGINS='{}' '{}' --backend {} 2>&1", plugins_variable(read_exports(path("mine")), true),
        (tinytorch::testing::build_folder() / "tests/test_modules").string(), backend));
    EXPECT_EQ(run.exit_code, 0) << run.output;
    for (const Module& module : modules_)
      EXPECT_THAT(run.output, HasSubstr(fmt::format("from Module{:02}\n", module.number)));
  }
};

TEST_F(Progressive, ModulesPassOnTheSolutions) {
  for (const Module& module : modules_) {
    if (module.can_be_exported()) put_in(module);
  }
  expect_passes_on("cpu");
  expect_passes_on("cuda");
}

TEST_F(Progressive, CheckpointsAndMilestonesStandOnModules) {
  EXPECT_THAT(
      student("checkpoint status").output,
      HasSubstr("foundations  0/4 modules  Tensors, activations and layers\n  01_setup: not started;"));
  const auto early = student("checkpoint test foundations");
  EXPECT_EQ(early.exit_code, 1);
  EXPECT_THAT(early.output,
              HasSubstr("foundations stands on modules that are missing:\n  01_setup: not started;"));
  EXPECT_THAT(
      student("checkpoint test none").output,
      HasSubstr("there is no 'none'; there are: foundations, networks, training, performance, systems"));
  const auto refused = student("milestone run xor_crisis");
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.output, HasSubstr("xor_crisis runs on your own modules, and these are missing:\n"
                                        "  02_tensor: not started; `tito module start 02` does so\n"));
  EXPECT_THAT(student("milestone status").output, HasSubstr("1969  xor_crisis   not yet\n"));

  for (const char* module : {"2", "3", "4"}) put_in(find_module(modules_, module));
  EXPECT_THAT(student("milestone status").output, HasSubstr("1969  xor_crisis   ready\n"));
  const auto crisis = student("milestone run xor_crisis");
  EXPECT_EQ(crisis.exit_code, 0) << crisis.output;
  EXPECT_THAT(crisis.output,
              AllOf(HasSubstr("the framework runs with your 02_tensor 03_activations 04_layers\n"),
                    HasSubstr("at best 3 of 4 points right"), HasSubstr("it fails, as it must")));

  fill_in(find_module(modules_, "1"));
  EXPECT_EQ(student("module test 01").exit_code, 0);
  const auto tested = student("checkpoint test foundations");
  EXPECT_EQ(tested.exit_code, 0) << tested.output;
  EXPECT_THAT(tested.output, AllOf(ContainsRegex("foundations [(]cpu[)]: [1-9][0-9]* passed, 0 failed"),
                                   ContainsRegex("foundations [(]cuda[)]: [1-9][0-9]* passed, 0 failed")));
}

TEST_F(Progressive, FailWithoutTheModule) {
  const auto run = tinytorch::testing::run_program(
      "'" + (tinytorch::testing::build_folder() / "tests/test_modules").string() +
      "' --gtest_filter=Module03.* 2>&1");
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output, HasSubstr("nothing of 03_activations is in the framework"));
}

}  // namespace
}  // namespace tito
