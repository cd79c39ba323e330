// tito module complete: the integration-fix process of CONTRIBUTING.md, for a student's module.
#include "modules/cli/commands.h"
#include "modules/cli/course/check_copy.h"
#include "modules/cli/course/exports.h"
#include "modules/cli/course/framework_tests.h"
#include "modules/cli/course/progress.h"
#include "modules/cli/process.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace tito {
namespace {

namespace fs = std::filesystem;

class Completion {
 public:
  Completion(const Course& course, const Module& module) : course_(course), module_(module) {}

  /// Runs the steps until one fails.
  /// @return  whether all passed
  bool run() {
    return step("exercises", &Completion::check) && step("candidate", &Completion::compile) &&
           step("conformance", &Completion::conform) && step("progressive", &Completion::progress) &&
           step("install", &Completion::put_in_force);
  }

 private:
  /// Prints which step it is, and how long it took; if it fails, records why and prints what stays.
  bool step(const char* name, bool (Completion::*action)()) {
    fmt::print("{}/5 {}\n", ++number_, name);
    std::fflush(stdout);
    const auto start = std::chrono::steady_clock::now();
    const bool passed = (this->*action)();
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    fmt::print("    {} ({:.1f} s)\n", passed ? "passed" : "FAILED", seconds.count());
    std::fflush(stdout);
    if (!passed) stop(name);
    return passed;
  }

  void stop(const char* name) {
    if (!candidate_.folder.empty()) discard(candidate_);
    result_.integration.clear();
    if (!failure_.message.empty()) result_.integration[name] = failure_;
    record(course_, module_, result_);
    const std::vector<Progress> all = progress_of(course_);
    const Progress& progress = find_progress(all, module_.number);
    fmt::print("stopped at {}; {}\n", name,
               !progress.exported           ? "nothing of this module is in the framework"
               : progress.export_is_current ? "the framework runs on your export of this code, from before"
                                            : "the framework runs on your export of before");
    const auto& failures = result_.failures;
    const bool only_unwritten =
        !failures.empty() && std::all_of(failures.begin(), failures.end(),
                                         [](const auto& failure) { return failure.second.is_todo; });
    if (only_unwritten) {
      fmt::print("{} exercises are still to be written; `./tito module resume` names the next\n",
                 failures.size());
    } else {
      fmt::print("`./tito fix {:02}` goes through finding the fault\n", module_.number);
    }
  }

  bool check() {
    result_ = check_copy(course_, module_, Verbosity::exercises);
    return result_.points(module_) == module_.points();
  }

  bool compile() {
    const Candidate candidate = build_candidate(course_.tools(), module_, course_.student(), result_.code);
    if (!candidate.errors.empty()) {
      fmt::print("{}\n", first_error(candidate.errors));
      failure_ = {.check = "the compiler", .message = candidate.errors};
      return false;
    }
    candidate_ = candidate.plugins;
    for (const fs::path& plugin : {candidate_.cpu, candidate_.cuda}) {
      if (!plugin.empty())
        fmt::print("    {}: {} bytes\n", plugin.filename().string(), fs::file_size(plugin));
    }
    return true;
  }

  bool conform() {
    if (module_.slots.empty() && module_.cuda_slots.empty()) {
      fmt::print("    {} replaces no kernels\n", module_.folder_name());
      return true;
    }
    return conform_on("cpu", module_.slots) && conform_on("cuda", module_.cuda_slots);
  }

  bool conform_on(const char* backend, const std::vector<std::string>& slots) {
    return slots.empty() || passes({"test_conformance", rows_of(slots, folder()), backend});
  }

  /// The progressive tests of this module, and of those before it that are in the framework.
  bool progress() {
    std::string filter = fmt::format("Module{:02}.*", module_.number);
    for (const Module& other : course_.modules()) {
      if (other.number < module_.number && is_exported(other))
        filter += fmt::format(":Module{:02}.*", other.number);
    }
    return passes({"test_modules", filter, "cpu"}) && passes({"test_modules", filter, "cuda"});
  }

  bool put_in_force() {
    candidate_.tests = tests_;
    install(course_.student(), candidate_);
    fmt::print("    {}\n", candidate_.folder.string());
    return true;
  }

  /// Where the framework's tests write.
  fs::path folder() const { return course_.copy_of(module_) / "build" / "framework"; }

  /// The candidate, with what is in the framework of the modules before.
  std::vector<Export> exports() const {
    std::vector<Export> before = read_exports(course_.tools(), course_.student());
    std::erase_if(before, [&](const Export& each) { return each.module >= module_.folder_name(); });
    return candidate_.folder.empty() ? before : with_candidate(before, candidate_);
  }

  bool is_exported(const Module& module) const {
    const std::vector<Export> all = exports();
    return std::any_of(all.begin(), all.end(),
                       [&](const Export& each) { return each.module == module.folder_name(); });
  }

  bool passes(const FrameworkTests& tests) {
    const FrameworkResult run = run_framework_tests(course_.tools(), tests, exports(), folder());
    const TestResult& result = run.result;
    fmt::print("    {} ({}): {} passed, {} failed\n", tests.program, tests.backend, result.passed,
               result.failures());
    print_first_failure(run);
    tests_ += result.passed;
    if (result.failures() == 0 && result.passed > 0) return true;
    const std::string first = result.failed.empty() ? result.broken : result.failed.front();
    failure_ = {.check = fmt::format("{} --backend {}", tests.program, tests.backend),
                .message = first.empty() ? "it has no tests of this module" : first};
    return false;
  }

  static void print_first_failure(const FrameworkResult& run) {
    constexpr std::size_t kShown = 1;
    TestResult first = run.result;
    if (first.failed.size() > kShown) first.failed.resize(kShown);
    print_failures(first, run.log);
    if (run.result.failed.size() > kShown) fmt::print("    all of them: {}\n", run.log.string());
  }

  const Course& course_;
  const Module& module_;
  int number_ = 0;
  ModuleResult result_;
  Export candidate_;
  Failure failure_;
  int tests_ = 0;
};

}  // namespace

int complete_module(const std::string& wanted, const std::string& directory) {
  const Course course(directory);
  const Module& module = course.find(wanted);
  course.started(module);
  const FolderLock lock(course.student());
  if (!Completion(course, module).run()) return EXIT_FAILURE;
  fmt::print("{} is complete\n", module.folder_name());
  fmt::print("{}", how_to_run(course.tools(), course.student()));
  return EXIT_SUCCESS;
}

}  // namespace tito
