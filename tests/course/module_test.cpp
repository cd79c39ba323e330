// The course as a student uses it: tito module ... on copies of their own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <filesystem>
#include <string>

#include "modules/cli/course/cut.h"
#include "modules/cli/course/exercise_run.h"
#include "modules/cli/course/exports.h"
#include "modules/cli/course/files.h"
#include "modules/cli/course/verify.h"
#include "tests/support/file_test.h"
#include "tests/support/program.h"
#include "tests/support/source_folder.h"

namespace tito {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;
using tinytorch::testing::build_folder;
using tinytorch::testing::ProgramRun;

CourseTools tools() { return read_course_tools(build_folder()); }
std::vector<Module> modules() { return read_modules(tools().source / "modules"); }

class Course : public tinytorch::testing::FileTest {
 protected:
  ProgramRun tito(const std::string& arguments) const {
    return tinytorch::testing::run_program("'" + (build_folder() / "tito").string() + "' " + arguments +
                                           " 2>&1");
  }
  ProgramRun module(const std::string& arguments) const {
    return tito("module " + arguments + " --dir '" + path("mine") + "'");
  }

  /// Writes the solutions into a copy.
  void solve(const Module& solved) const {
    for (const std::string& source : solved.sources())
      fs::copy_file(solved.folder / source, path("mine/" + solved.folder_name() + "/" + source),
                    fs::copy_options::overwrite_existing);
  }

  /// Compiles a copy for the framework, and puts it in force without tests.
  void put_in_force(const Module& each) const {
    const Candidate candidate = build_candidate(tools(), each, path("mine"), "");
    ASSERT_EQ(candidate.errors, "") << each.folder_name();
    install(path("mine"), candidate.plugins);
  }
};

TEST_F(Course, GivesThePointsThatAreDue) {
  verify(tools(), modules(), [](const Module& each, const Verification& result) {
    for (const std::string& problem : result.problems) ADD_FAILURE() << each.folder_name() << ": " << problem;
    EXPECT_EQ(static_cast<std::size_t>(result.solved), each.exercises.size());
    EXPECT_EQ(static_cast<std::size_t>(result.untouched), each.exercises.size());
    EXPECT_EQ(static_cast<std::size_t>(result.alone), each.exercises.size());
    EXPECT_GE(static_cast<std::size_t>(result.diagnosed), each.exercises.size());
  });
}

TEST_F(Course, LeadsThroughAModule) {
  const std::vector<Module> all = modules();
  const Module& activations = find_module(all, "activations");
  EXPECT_THAT(module("test 3").output, HasSubstr("`tito module start 03` makes it"));
  const ProgramRun early = module("start 03");
  EXPECT_EQ(early.exit_code, 1);
  EXPECT_EQ(early.output,
            "tito: 03_activations builds on modules that are not complete; --anyway starts it all the same:\n"
            "  02_tensor: not started; `tito module start 02` does so\n");
  EXPECT_FALSE(fs::exists(path("mine")));
  EXPECT_THAT(module("status").output, HasSubstr("03_activations       locked"));
  const ProgramRun started = module("start 03 --anyway");
  EXPECT_THAT(started.output, HasSubstr("modules that are not complete:\n  02_tensor: not started"));
  EXPECT_EQ(started.exit_code, 0) << started.output;
  EXPECT_THAT(started.output, HasSubstr("begin with relu in activations_dev.cpp"));
  const ProgramRun again = module("start 03 --anyway");
  EXPECT_EQ(again.exit_code, 1);
  EXPECT_THAT(again.output, HasSubstr("is there already"));
  EXPECT_THAT(module("status").output, HasSubstr("unchecked"));

  const ProgramRun untouched = module("test 03");
  EXPECT_EQ(untouched.exit_code, 1);
  EXPECT_THAT(untouched.output,
              HasSubstr("to write: activations.relu in activations_dev.cpp\n"
                        "    read: section \"1. ReLU\" of modules/03_activations/README.md"));
  EXPECT_THAT(untouched.output, HasSubstr("03_activations: 0/62 points"));
  EXPECT_THAT(module("status").output, HasSubstr("started         0/62"));
  EXPECT_THAT(module("export 03").output, HasSubstr("is not complete"));

  solve(activations);
  EXPECT_THAT(module("status").output, HasSubstr("unchecked"));
  const ProgramRun exported = module("export 03");  // checks it first, as it has changed
  EXPECT_EQ(exported.exit_code, 0) << exported.output;
  EXPECT_THAT(exported.output, HasSubstr("03_activations: 62/62 points"));
  EXPECT_THAT(module("status").output, HasSubstr("complete       62/62  yours"));
  write_text(path("mine/results.json"), "{");
  EXPECT_THAT(module("status").output, HasSubstr("unchecked       -/62  yours"));

  const std::string plugins = "03_activations=" + path("mine/exported/03_activations/1/cpu.so");
  setenv("TINYTORCH_PLUGINS", plugins.c_str(), 1);
  const ProgramRun providers = tito("ops --providers");
  unsetenv("TINYTORCH_PLUGINS");
  EXPECT_EQ(providers.exit_code, 0) << providers.output;
  EXPECT_THAT(providers.output, HasSubstr("relu                           cpu  03_activations"));
  EXPECT_THAT(providers.output, HasSubstr("6 kernels and 4 hooks of plug-ins"));
  const ProgramRun unexportable = module("start setup");
  EXPECT_EQ(unexportable.exit_code, 0) << unexportable.output;
  EXPECT_THAT(module("export setup").output, HasSubstr("01_setup replaces nothing in the framework yet"));
}

TEST_F(Course, ReplacesTheSlotsOfTheManifest) {
  for (const Module& each : modules()) {
    if (!each.can_be_exported()) continue;
    fs::create_directories(path("mine/" + each.folder_name()));
    solve(each);
    put_in_force(each);
    const std::vector<Export> exports = read_exports(path("mine"));
    ASSERT_EQ(exports.size(), 1U);
    setenv("TINYTORCH_PLUGINS", plugins_variable(exports, true).c_str(), 1);
    const ProgramRun providers = tito("ops --providers");
    unsetenv("TINYTORCH_PLUGINS");
    const auto expect_on = [&](const char* where, const std::vector<std::string>& names) {
      for (const std::string& name : names)
        EXPECT_THAT(providers.output,
                    HasSubstr(fmt::format("{:<30} {:<4} {}\n", name, where, each.folder_name())));
    };
    expect_on("cpu", each.slots);
    expect_on("cuda", each.cuda_slots);
    expect_on("host", each.hooks);
    fs::remove_all(path("mine"));
  }
}

TEST_F(Course, ShowsTheFirstErrorOfTheCompiler) {
  ASSERT_EQ(module("start 03 --anyway").exit_code, 0);
  const std::string source = path("mine/03_activations/activations_dev.cpp");
  std::string text = read_text(source);
  const std::string call = "todo(\"activations.relu\");";
  text.replace(text.find(call), call.size(), "return y;");
  write_text(source, text);
  const ProgramRun tested = module("test 03");
  EXPECT_EQ(tested.exit_code, 1);
  EXPECT_THAT(tested.output, HasSubstr("activations_dev.cpp:"));
  EXPECT_THAT(tested.output, HasSubstr("error: 'y' was not declared in this scope"));
  EXPECT_THAT(tested.output, HasSubstr("it does not compile"));
}

/// What a copy of 03 reports for relu if this stands in its place.
class Endings : public Course {
 protected:
  std::string relu_as(const std::string& code) {
    if (!fs::exists(path("mine"))) module("start 03 --anyway");
    const std::vector<Module> all = modules();
    const Module& activations = find_module(all, "activations");
    const std::string source = path("mine/03_activations/activations_dev.cpp");
    std::string text = cut(read_text(activations.folder / "activations_dev.cpp"), "activations");
    const std::string call = "todo(\"activations.relu\");";
    text.replace(text.find(call), call.size(), code);
    write_text(source, text);
    const fs::path copy = path("mine/03_activations");
    const CourseTools course = tools();
    ModulePlugins plugins;
    plugins.host = build_plugin(course, PluginKind::host, {source}, copy / "build", "host");
    EXPECT_TRUE(plugins.host.ok()) << plugins.host.errors;
    const ExerciseResult result =
        run_exercise(course, activations, activations.exercises[0], plugins, copy / "build");
    EXPECT_FALSE(result.passed()) << code;
    return result.fault;
  }
};

TEST_F(Endings, NameTheLine) {
  EXPECT_THAT(relu_as("int a[2]; volatile int i = 2; return static_cast<float>(a[i]);"),
              testing::AllOf(HasSubstr("activations_dev.cpp:")));
  EXPECT_THAT(relu_as("while (true) { if (x > 1e38F) x += 1; }"),
              testing::AllOf(HasSubstr("an endless loop? at activations_dev.cpp:")));
  EXPECT_THAT(relu_as("std::exit(0);"), HasSubstr("it ended with exit code 0"));
  EXPECT_THAT(relu_as("std::abort();"), HasSubstr("at activations_dev.cpp:"));
}

/// What the checks of 13_kernels say of a mistake.
class KernelFaults : public Course {
 protected:
  KernelFaults() {
    std::vector<Alternative> alternatives;
    for (const Exercise& exercise : kernels_.exercises) {
      for (const Mistake& mistake : exercise.mistakes) {
        const fs::path file = tools_.source / "tests/module_13/mistakes" / (mistake.name + ".cu");
        alternatives.push_back({exercise.id, mistake.region, mistake.name, read_text(file)});
      }
    }
    fs::create_directories(path("copy"));
    write_text(path("copy/kernels_dev.cu"),
               with_alternatives(read_text(kernels_.folder / "kernels_dev.cu"), "kernels", alternatives));
    plugins_ = build_plugins(tools_, kernels_, path("copy"), path("build"));
    EXPECT_TRUE(plugins_.memory.ok()) << plugins_.memory.errors;
  }

  std::string message_for(const std::string& name) {
    for (const Exercise& exercise : kernels_.exercises) {
      for (const Mistake& mistake : exercise.mistakes) {
        if (mistake.name != name) continue;
        const ExerciseResult result =
            run_exercise(tools_, kernels_, exercise, plugins_, path("build"),
                         {fmt::format("COURSE_ALTERNATIVES=*,{}:{}={}", exercise.id, mistake.region, name)});
        const CheckResult* const failure = result.failure();
        return failure == nullptr ? result.fault : failure->message;
      }
    }
    return "there is no such mistake";
  }

  const CourseTools tools_ = tools();
  const Module kernels_ = read_module(tools_.source / "modules/13_kernels");
  ModulePlugins plugins_;
};

TEST_F(KernelFaults, HaveAKernelAndALine) {
  const auto expect = [&](const std::string& mistake, const std::string& fault, const std::string& kernel) {
    EXPECT_THAT(message_for(mistake),
                testing::AllOf(HasSubstr(fault), HasSubstr("kernel " + kernel), HasSubstr("kernels_dev.cu:")))
        << mistake;
  };
  expect("block_sum_without_barriers_in_the_tree", "race: threads use the same memory", "block_sum_kernel");
  expect("transpose_without_barrier", "race: threads use the same memory", "transpose_kernel");
  expect("sum_into_one_element", "race: threads use the same memory", "sum_kernel");
  expect("block_sum_with_a_barrier_in_a_branch", "divergent __syncthreads", "block_sum_kernel");
  expect("axpy_without_bounds", "after the end of the block", "axpy_kernel");
  expect("block_sum_leaves_memory_uninitialized", "reads uninitialized shared memory", "block_sum_kernel");
  expect("softmax_rows_leaves_memory_uninitialized", "reads uninitialized shared memory",
         "softmax_rows_kernel");
}

}  // namespace
}  // namespace tito
