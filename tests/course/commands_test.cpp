// The commands that lead a student on: module resume, path, reset, status --json, complete, fix, test
// --modules.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "modules/cli/course/exports.h"
#include "modules/cli/course/files.h"
#include "modules/cli/course/manifest.h"
#include "modules/cli/course/plugin.h"
#include "modules/cli/course/results.h"
#include "modules/cli/process.h"
#include "tests/course/started_program.h"
#include "tests/examples/clothes.h"
#include "tests/support/file_test.h"
#include "tests/support/program.h"

namespace tito {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::EndsWith;
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

  /// Runs it while another tito, this test, uses the copies, and expects that it waits.
  void expect_waits(const std::string& arguments) const {
    std::optional<FolderLock> other(path("mine"));
    StartedProgram tito("'" + (tinytorch::testing::build_folder() / "tito").string() + "' " + arguments +
                        " --dir '" + path("mine") + "' 2>&1");
    EXPECT_THAT(tito.line(), HasSubstr("waiting for another tito")) << arguments;
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
  const std::string variable = plugins_variable(read_exports(path("mine")), true);
  EXPECT_THAT(variable, StartsWith("08_dataloader=" + path("mine/exported")));
  EXPECT_THAT(run.output, EndsWith("programs run on your exported modules with\n  TINYTORCH_PLUGINS='" +
                                   variable + "'\n"));
  CourseTools here = tools_;
  here.source = path("");
  std::filesystem::rename(path("mine"), path("student"));
  EXPECT_EQ(how_to_run(here, path("student")),
            "`tito run` and `tito ops --providers` now run on your exported modules\n");
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
  for (const char* command : {"module test 01", "module complete 01", "module export 01", "fix 01"}) {
    const auto refused = student(command);
    EXPECT_EQ(refused.exit_code, 1) << command;
    EXPECT_THAT(refused.output,
                HasSubstr("a file of " + path("mine/01_setup") +
                          " is missing; `tito module reset 01` keeps the rest and makes a new copy"))
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

TEST_F(PartialRelease, SaysThatNoGroupIsThere) {
  release({"1"});
  constexpr const char* kNone = "each of them needs modules that are not in this release\n";
  for (const char* command : {"checkpoint status", "milestone list", "milestone status"})
    EXPECT_EQ(tito(command).output, kNone) << command;
  const auto test = tito("checkpoint test foundations");
  EXPECT_EQ(test.exit_code, 1);
  EXPECT_THAT(test.output, HasSubstr(std::string("there is no 'foundations'; ") + kNone));
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
  EXPECT_THAT(run.output, HasSubstr("    hint: A negative x gives 0, not its absolute value.\n"
                                    "    read: section \"1. ReLU\" of modules/03_activations/README.md\n"));
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
    put_copy_in(module);
  }

  void put_copy_in(const Module& module) const {
    const Candidate candidate = build_candidate(
        tools_, module, path("mine"), code_of(tools_, module, path("mine/" + module.folder_name())));
    ASSERT_EQ(candidate.errors, "") << module.folder_name();
    install(path("mine"), candidate.plugins);
  }

  /// A program of the build folder, on these modules.
  tinytorch::testing::ProgramRun run_on_modules(const std::string& program,
                                                const std::string& arguments) const {
    return tinytorch::testing::run_program(
        fmt::format("TINYTORCH_PLUGINS='{}' '{}' {} 2>&1", plugins_variable(read_exports(path("mine")), true),
                    (tinytorch::testing::build_folder() / program).string(), arguments));
  }

  /// The kernels and hooks that its manifest names, by this module alone.
  void expect_provides(const Module& module) const {
    std::vector<Export> exports = read_exports(path("mine"));
    std::erase_if(exports, [&](const Export& each) { return each.module != module.folder_name(); });
    const auto providers = tinytorch::testing::run_program(
        fmt::format("TINYTORCH_PLUGINS='{}' '{}' ops --providers 2>&1", plugins_variable(exports, true),
                    (tinytorch::testing::build_folder() / "tito").string()));
    const auto expect_on = [&](const char* where, const std::vector<std::string>& names) {
      for (const std::string& name : names)
        EXPECT_THAT(providers.output,
                    HasSubstr(fmt::format("{:<30} {:<4} {}\n", name, where, module.folder_name())));
    };
    expect_on("cpu", module.slots);
    expect_on("cuda", module.cuda_slots);
    expect_on("host", module.hooks);
  }

  void expect_passes_on(const std::string& backend) const {
    const auto run = run_on_modules("tests/test_modules", "--backend " + backend);
    EXPECT_EQ(run.exit_code, 0) << run.output;
    for (const Module& module : modules_)
      EXPECT_THAT(run.output, HasSubstr(fmt::format("from Module{:02}\n", module.number)));
  }

  tinytorch::testing::ProgramRun run_milestone(const std::string& arguments) const {
    return run_on_modules("examples/milestones/milestones", arguments + " --backend cpu --quick");
  }

  void write_data() const {
    tinytorch::testing::write_images(folder(), "train", 640);
    tinytorch::testing::write_images(folder(), "t10k", 100);
    std::string text;
    for (int i = 0; i < 300; ++i) text += fmt::format("And the {} lay down.\n", i % 3 == 0 ? "lion" : "lamb");
    write_text(path("text"), text);
  }

  void expect_examples_run() const {
    const auto network = run_on_modules("examples/xor_network/xor_network", "--backend cpu");
    EXPECT_EQ(network.exit_code, 0) << network.output;
    EXPECT_THAT(network.output, HasSubstr("Solved"));
    const auto gpt =
        run_on_modules("examples/tinygpt/tinygpt",
                       fmt::format("--backend cpu --quick --text '{0}' --output '{0} run'", path("text")));
    EXPECT_EQ(gpt.exit_code, 0) << gpt.output;
    EXPECT_THAT(gpt.output, HasSubstr("bits a character"));
  }

  /// Those that read data.
  void expect_milestones_run() const {
    const auto expect_runs = [&](const std::string& arguments, const std::string& printed) {
      const auto run = run_milestone(arguments);
      EXPECT_EQ(run.exit_code, 0) << run.output;
      EXPECT_THAT(run.output, ContainsRegex(printed));
    };
    expect_runs("cnn --data '" + folder().string() + "'",
                "of one layer [01][.][0-9]+, of LeNet [01][.][0-9]+");
    expect_runs("tinygpt --text '" + path("text") + "'", "held-out text: [0-9.]+ bits a character");
    expect_runs("capstone --text '" + path("text") + "'",
                "yours: [1-9][0-9]+ kernels and [1-9][0-9]* hooks(.|\n)*"
                "your speed is [0-9.]+ of the framework's, with 95 % confidence from [0-9.]+ to [0-9.]+\n"
                "held-out text: [0-9.]+ bits a character by the framework, [0-9.]+ by yours\n$");
    // Another learning rate is not faster, but learns something else.
    edit("10_optimizers/optimizers_dev.cpp", "shrunk - options.rate", "shrunk - 5 * options.rate");
    put_copy_in(find_module(modules_, "optimizers"));
    const auto differs = run_milestone("capstone --text '" + path("text") + "'");
    EXPECT_EQ(differs.exit_code, 1) << differs.output;
    EXPECT_THAT(differs.output, HasSubstr("they differ by more than 0.01"));
  }
};

TEST_F(Progressive, ModulesAndMilestonesRunOnTheSolutions) {
  for (const Module& module : modules_) {
    put_in(module);
    expect_provides(module);
  }
  expect_passes_on("cpu");
  expect_passes_on("cuda");
  write_data();
  expect_examples_run();
  expect_milestones_run();
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
  EXPECT_THAT(student("milestone status").output,
              AllOf(HasSubstr("2020  tinygpt      not yet\n"), HasSubstr("now   capstone     not yet\n")));
  const auto refused = student("milestone run xor_crisis");
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.output, HasSubstr("xor_crisis runs on your own modules, and these are missing:\n"
                                        "  02_tensor: not started; `tito module start 02` does so\n"));
  const std::string milestones = student("milestone status").output;
  EXPECT_THAT(milestones, HasSubstr("1969  xor_crisis   not yet\n"));
  const nlohmann::json all = nlohmann::json::parse(read_text(tools_.source / "modules/milestones.json"));
  for (const nlohmann::json& group : all.at("groups"))
    EXPECT_THAT(milestones, ContainsRegex(group.at("name").get<std::string>() + " +not yet\n"));

  for (const char* module : {"2", "3", "4"}) put_in(find_module(modules_, module));
  EXPECT_THAT(student("milestone status").output, HasSubstr("1969  xor_crisis   ready\n"));
  const auto crisis = student("milestone run xor_crisis --quick");
  EXPECT_EQ(crisis.exit_code, 0) << crisis.output;
  EXPECT_THAT(crisis.output,
              AllOf(HasSubstr("the framework runs with your 02_tensor 03_activations 04_layers\n"),
                    HasSubstr("at best 3 of 4 points right"), HasSubstr("it fails, as it must")));

  put_in(find_module(modules_, "1"));
  EXPECT_EQ(student("module test 01").exit_code, 0);
  const auto tested = student("checkpoint test foundations");
  EXPECT_EQ(tested.exit_code, 0) << tested.output;
  EXPECT_THAT(tested.output, AllOf(ContainsRegex("foundations [(]cpu[)]: [1-9][0-9]* passed, 0 failed"),
                                   ContainsRegex("foundations [(]cuda[)]: [1-9][0-9]* passed, 0 failed")));
}

TEST_F(Progressive, AMilestoneNeedsModulesInTheFramework) {
  Results results;
  for (const char* name : {"2", "3", "4"}) {
    const Module& module = find_module(modules_, name);
    fill_in(module);
    ModuleResult& result = results[module.folder_name()];
    result.code = code_of(tools_, module, path("mine/" + module.folder_name()));
    for (const Exercise& exercise : module.exercises) result.passed[exercise.id] = true;
  }
  write_results(path("mine"), results);
  const auto run = student("milestone run xor_crisis");
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output,
              HasSubstr("these are missing:\n"
                        "  02_tensor: not in the framework; `tito module complete 02` puts it in\n"
                        "  03_activations: not in the framework; `tito module complete 03` puts it in\n"
                        "  04_layers: not in the framework; `tito module complete 04` puts it in\n"));
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
