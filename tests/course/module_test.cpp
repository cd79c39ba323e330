// The course as a student uses it: tito module ... on copies of their own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "modules/cli/course/cut.h"
#include "modules/cli/course/exercise_run.h"
#include "modules/cli/course/exports.h"
#include "modules/cli/course/files.h"
#include "modules/cli/course/isolation.h"
#include "modules/cli/course/results.h"
#include "modules/cli/course/verify.h"
#include "tests/course/no_isolation.h"
#include "tests/support/file_test.h"
#include "tests/support/program.h"
#include "tests/support/source_folder.h"

namespace tito {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
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
    const Candidate candidate = build_candidate(tools(), each, path("mine"),
                                                code_of(tools(), each, path("mine/" + each.folder_name())));
    ASSERT_EQ(candidate.errors, "") << each.folder_name();
    install(path("mine"), candidate.plugins);
  }
};

TEST_F(Course, GivesThePointsThatAreDue) {
  verify(tools(), modules(), path("verify"), [](const Module& each, const Verification& result) {
    for (const std::string& problem : result.problems) ADD_FAILURE() << each.folder_name() << ": " << problem;
    EXPECT_EQ(static_cast<std::size_t>(result.solved), each.exercises.size());
    EXPECT_EQ(static_cast<std::size_t>(result.untouched), each.exercises.size());
    EXPECT_EQ(static_cast<std::size_t>(result.alone), each.exercises.size());
    EXPECT_GE(static_cast<std::size_t>(result.diagnosed), each.exercises.size());
  });
}

/// A copy of module 01, in which texts are replaced.
class Verifying : public Course {
 protected:
  Verifying() { fs::copy(tools().source / "modules/01_setup", path("01_setup")); }

  void edit(const std::string& file, const std::string& before, const std::string& after) const {
    std::string text = read_text(path("01_setup/" + file));
    ASSERT_NE(text.find(before), std::string::npos) << before;
    write_text(path("01_setup/" + file), text.replace(text.find(before), before.size(), after));
  }

  std::vector<std::string> problems() const {
    std::vector<std::string> problems;
    verify(tools(), {read_module(path("01_setup"))}, path("verify"),
           [&](const Module&, const Verification& result) { problems = result.problems; });
    return problems;
  }
};

TEST_F(Verifying, FindsWhatIsWrong) {
  edit("setup_dev.cpp", "// BEGIN SOLUTION greeting",
       "if (!name.empty()) return \"Hello, \" + name + \"!\";\n// BEGIN SOLUTION greeting");
  edit("setup_dev.cpp", "if (values.empty()) return 0;", "");
  edit("module.json", R"("value_of_a_part", "check": "ComparesWholeNames")",
       R"("value_of_a_part", "check": "FindsTheLine")");
  EXPECT_THAT(
      problems(),
      testing::ElementsAre("untouched, greeting does not name what to write: it passes",
                           HasSubstr("the solution of mean fails: OfNothingIsZero: "),
                           "greeting_to_all is not found by KnowsTheName: it passes",
                           "greeting_without_mark is not found by SaysHello: it passes",
                           testing::AllOf(HasSubstr("if mean alone is solved, it fails: OfNothingIsZero: "),
                                          testing::EndsWith(" greeting passes")),
                           "if value_of alone is solved, greeting passes",
                           HasSubstr("value_of_a_part is not found by FindsTheLine: ComparesWholeNames: ")));
}

TEST_F(Course, LeadsThroughAModule) {
  const std::vector<Module> all = modules();
  const Module& activations = find_module(all, "activations");
  EXPECT_THAT(module("test 3").output, HasSubstr("`./tito module start 03` makes it"));
  const ProgramRun early = module("start 03");
  EXPECT_EQ(early.exit_code, 1);
  EXPECT_EQ(early.output,
            "tito: 03_activations builds on modules that are not complete; --anyway starts it all the same:\n"
            "  02_tensor: not started; `./tito module start 02` does so\n");
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
  EXPECT_THAT(providers.output, HasSubstr("10 kernels and 0 hooks of plug-ins"));
}

/// What the framework does with the solution of a module in which a text is replaced.
class Altered : public Course {
 protected:
  ProgramRun run_with(const std::string& name, const std::string& before, const std::string& after,
                      const std::string& command) const {
    const std::vector<Module> all = modules();
    const Module& altered = find_module(all, name);
    fs::create_directories(path("mine/" + altered.folder_name()));
    solve(altered);
    const std::string source = path("mine/" + altered.folder_name() + "/" + altered.sources().front());
    std::string text = read_text(source);
    EXPECT_NE(text.find(before), std::string::npos) << before;
    write_text(source, text.replace(text.find(before), before.size(), after));
    put_in_force(altered);
    return tinytorch::testing::run_program(
        fmt::format("TINYTORCH_PLUGINS='{}' {} 2>&1",
                    plugins_variable(read_exports(tools(), path("mine")), true), command));
  }
};

TEST_F(Altered, GreetingIsTheFirstLineOfTheProviders) {
  EXPECT_THAT(tito("ops --providers").output, StartsWith("Hello, TinyTorch "));
  const ProgramRun run = run_with("setup", "return \"Hello, \"", "return \"Ahoy, \"",
                                  "'" + (build_folder() / "tito").string() + "' ops --providers");
  EXPECT_THAT(run.output, StartsWith("Ahoy, TinyTorch "));
  EXPECT_THAT(run.output, HasSubstr("!\ngreeting                       host 01_setup\n"
                                    "0 kernels and 1 hooks of plug-ins\n"));
}

TEST_F(Altered, MonitorWatchesTheServingExample) {
  const std::string serving =
      "'" + (build_folder() / "examples/serving/serving").string() + "' --backend cpu --quiet";
  const auto decisions = [](const ProgramRun& run) {
    return run.output.substr(0, run.output.find(" requests answered"));
  };
  const std::string without = decisions(tinytorch::testing::run_program(serving + " 2>&1"));
  EXPECT_THAT(without, testing::AllOf(HasSubstr("rolled back"), Not(HasSubstr("reading 0 has drifted"))));
  EXPECT_EQ(decisions(run_with("mlops", "double sum = 0;", "double sum = 0;", serving)), without);
  EXPECT_THAT(
      decisions(run_with("mlops", "double sum = 0;", "double sum = 1;", serving)),
      testing::AllOf(HasSubstr("rolled back"), HasSubstr("reading 0 has drifted: stability index 1.")));
  EXPECT_THAT(decisions(run_with("mlops", "each.failed ? 1 : 0", "0", serving)),
              Not(HasSubstr("rolled back")));
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
  EXPECT_THAT(tested.output, HasSubstr("\nrelu                      0/4\nrelu_gradient "))
      << "the error is said once";
}

/// Sources that are compiled as those of a module.
class Sources : public Course {
 protected:
  ModulePlugins build(const std::map<std::string, std::string>& sources) const {
    Module module;
    for (const auto& [name, text] : sources) {
      write_text(folder() / name, text);
      module.exercises.emplace_back().source = name;
    }
    return build_plugins(tools(), module, folder(), folder() / "build");
  }
};

TEST_F(Sources, OfOneKindAreCompiledTogether) {
  const ModulePlugins plugins =
      build({{"a_dev.cpp", "int f() { return 1; }"}, {"b_dev.cpp", "int f();\nint g() { return f(); }"}});
  EXPECT_EQ(first_errors(plugins), "");
  const ProgramRun symbols =
      tinytorch::testing::run_program("nm -C --defined-only '" + plugins.host.library.string() + "'");
  EXPECT_THAT(symbols.output, testing::AllOf(HasSubstr(" f()\n"), HasSubstr(" g()\n")));
}

TEST_F(Sources, ThatDoNotCompileHaveAnErrorOfEachKind) {
  EXPECT_THAT(
      first_errors(build({{"a_dev.cpp", "int f() { return x; }"}, {"b_dev.cu", "int g() { return y; }"}})),
      testing::AllOf(testing::ContainsRegex("a_dev.cpp:1:.*'x'"),
                     testing::ContainsRegex("\n.*b_dev.cu:1:.*'y'")));
  const ModulePlugins only_races = build({{"b_dev.cu",
                                           "#if defined(__has_feature)\n#if __has_feature(thread_sanitizer)\n"
                                           "#define __SANITIZE_THREAD__ 1\n#endif\n#endif\n"
                                           "#ifdef __SANITIZE_THREAD__\nint g() { return y; }\n#endif\n"}});
  EXPECT_TRUE(only_races.memory.ok()) << only_races.memory.errors;
  EXPECT_THAT(first_errors(only_races), testing::ContainsRegex("b_dev.cu:7:.*'y'"));
}

TEST_F(Sources, IncludeNoSolution) {
  if (!can_isolate()) GTEST_SKIP() << kNoIsolation;
  for (const char* file : {"modules/01_setup/setup_dev.cpp", "modules/01_setup/rubric.md",
                           "tests/module_01/mistakes/greeting_to_all.cpp"}) {
    ASSERT_TRUE(fs::exists(tools().source / file)) << file;
    const std::string errors = first_errors(
        build({{"a_dev.cpp", fmt::format("#include \"{}\"\n", (tools().source / file).string())}}));
    EXPECT_THAT(errors, HasSubstr("a_dev.cpp:1:")) << file;
  }
}

TEST_F(Sources, AreInFoldersOfAnyName) {
  const fs::path folder = path("a\"b\\c");
  fs::create_directories(folder);
  write_text(folder / "a_dev.cpp", "\nint f() { return x; }");
  const Plugin plugin =
      build_plugin(tools(), PluginKind::host, {folder / "a_dev.cpp"}, folder / "build", "host");
  EXPECT_THAT(first_error(plugin.errors), StartsWith((folder / "a_dev.cpp").string() + ":2:"));
}

/// What a copy of 03 reports for relu if this stands in its place.
class Endings : public Course {
 protected:
  inline static const std::string kReluKernel = "if (i < n) y[i] = x[i] < 0 ? 0 : x[i];";

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
    plugins_.host = build_plugin(tools(), PluginKind::host, {source}, copy / "build", "host");
    EXPECT_TRUE(plugins_.host.ok()) << plugins_.host.errors;
    const ExerciseResult result = run(activations, activations.exercises[0]);
    EXPECT_FALSE(result.passed()) << code;
    return result.fault;
  }

  /// The same for the kernel.
  std::string relu_kernel_as(const std::string& code) {
    const std::vector<Module> all = modules();
    const Module& activations = find_module(all, "activations");
    std::string text = read_text(activations.folder / "activations_dev.cu");
    text.replace(text.find(kReluKernel), kReluKernel.size(), code);
    write_text(path("activations_dev.cu"), text);
    plugins_.memory = build_plugin(tools(), PluginKind::memory, {path("activations_dev.cu")},
                                   path("mine/03_activations/build"), "memory");
    EXPECT_TRUE(plugins_.memory.ok()) << plugins_.memory.errors;
    return run(activations, *activations.find("relu_cuda")).fault;
  }

 private:
  ExerciseResult run(const Module& activations, const Exercise& exercise) const {
    return run_exercise(tools(), activations, exercise, plugins_, path("mine/03_activations/build"));
  }

  ModulePlugins plugins_;
};

TEST_F(Endings, NameTheLine) {
  EXPECT_THAT(relu_as("int a[2]; volatile int i = 2; return static_cast<float>(a[i]);"),
              testing::AllOf(HasSubstr("activations_dev.cpp:")));
  EXPECT_THAT(relu_as("while (true) { if (x > 1e38F) x += 1; }"),
              testing::AllOf(HasSubstr("an endless loop? at activations_dev.cpp:")));
  EXPECT_THAT(relu_as("std::exit(0);"), HasSubstr("it ended with exit code 0"));
  EXPECT_THAT(relu_as("std::abort();"), HasSubstr("at activations_dev.cpp:"));
}

TEST_F(Endings, NameTheLineOfAKernelThatDoesNotEnd) {
  const std::string source = read_text(tools().source / "modules/03_activations/activations_dev.cu");
  const auto before = source.begin() + static_cast<std::ptrdiff_t>(source.find(kReluKernel));
  const std::string at = fmt::format("activations_dev.cu:{}", std::count(source.begin(), before, '\n') + 1);
  EXPECT_EQ(relu_kernel_as(kReluKernel + " while (gridDim.x > 1) { if (x[0] > 1e38F) return; }"),
            "it did not end in time: an endless loop? at " + at);
}

TEST_F(Endings, CountOnlyIfTheProgramEndsAsItReports) {
  EXPECT_EQ(relu_as("std::atexit([] { std::_Exit(5); }); return x < 0 ? 0 : x;"),
            "it ended with exit code 5");
  const std::vector<Module> all = modules();
  const Module& activations = find_module(all, "activations");
  std::string claims;
  for (const Check& check : activations.exercises[0].checks)
    claims += fmt::format(R"(dprintf(fd, "{{\"ends\": \"{}\", \"passed\": true}}\n");)", check.name);
  EXPECT_EQ(relu_as("for (int fd = 3; fd < 20; ++fd) {" + claims + "} std::_Exit(0);"),
            "it ended with exit code 0");
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
    alternatives.push_back(
        {"sum", 1, "atomic",
         "for (int i = blockIdx.x * kThreads + threadIdx.x; i < n; i += gridDim.x * kThreads)\n"
         "  atomicAdd(sums, x[i]);\n"});
    alternatives.push_back({"sum", 2, "atomic",
                            "const int blocks = n == 0 ? 1 : std::min((n - 1) / kThreads + 1, kMostBlocks);\n"
                            "cudaMemsetAsync(result, 0, sizeof *result, stream);\n"
                            "sum_kernel<<<blocks, kThreads, 0, stream>>>(x, result, n);\n"});
    alternatives.push_back(
        {"block_sum", 2, "on_the_host", "*result = 0;\nfor (int i = 0; i < n; ++i) *result += x[i];\n"});
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

  /// The first check that fails, and what it says, of an exercise in which these texts replace the
  /// solution's.
  std::string failure_of(const char* exercise, const std::string& alternatives) {
    const ExerciseResult result = run_exercise(tools_, kernels_, *kernels_.find(exercise), plugins_,
                                               path("build"), {"COURSE_ALTERNATIVES=*," + alternatives});
    const CheckResult* const failure = result.failure();
    return failure == nullptr ? result.fault : failure->name + ": " + failure->message;
  }

  void expect_what_only_the_emulated_device_would_take_to_fail() {
    // Each launch adds in another order.
    EXPECT_THAT(
        failure_of("sum", "sum:1=atomic,sum:2=atomic"),
        testing::ContainsRegex("^GivesTheSameBitsEachTime: sum is .*, then .*, of the same elements"));
    EXPECT_THAT(failure_of("block_sum", "block_sum:2=on_the_host"), HasSubstr("SEGV at kernels_dev.cu:"));
  }

  void expect_lines_of_both_accesses_of_a_race() {
    EXPECT_THAT(message_for("block_sum_without_the_first_barrier"),
                testing::ContainsRegex(
                    "between: kernels_dev.cu:[0-9]+( and kernels_dev.cu:[0-9]+)?, in kernel block_sum"));
    const std::string source = read_text(path("copy/kernels_dev.cu"));
    const auto launch = source.begin() + static_cast<std::ptrdiff_t>(source.find("block_sum_kernel<<<"));
    EXPECT_THAT(message_for("block_sum_without_the_first_barrier"),
                Not(HasSubstr(fmt::format(":{},", std::count(source.begin(), launch, '\n') + 1))));
  }

  const CourseTools tools_ = tools();
  const Module kernels_ = read_module(tools_.source / "modules/13_kernels");
  ModulePlugins plugins_;
};

TEST_F(KernelFaults, HaveAKernelAndALine) {
  expect_what_only_the_emulated_device_would_take_to_fail();
  expect_lines_of_both_accesses_of_a_race();
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
