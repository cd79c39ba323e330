#include "modules/cli/course/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <memory>
#include <semaphore>
#include <stdexcept>
#include <thread>

#include "modules/cli/course/cut.h"
#include "modules/cli/course/exercise_run.h"
#include "modules/cli/course/files.h"

namespace tito {
namespace {

namespace fs = std::filesystem;

class Verifier {
 public:
  Verifier(const CourseTools& tools, const Module& module, const fs::path& folder)
      : tools_(tools),
        module_(module),
        tests_(tools.source / "tests" / fmt::format("module_{:02}", module.number)),
        folder_(folder / module.folder_name()) {}

  Verification run() {
    verify_untouched();
    write_sources(folder_ / "all", [&](const std::string& text, const std::string& source) {
      return with_alternatives(text, module_.name, alternatives_in(source));
    });
    plugins_ = build(folder_ / "all");
    verify_solutions();
    for (const Exercise& exercise : module_.exercises) {
      verify_alone(exercise);
      for (const Mistake& mistake : exercise.mistakes) verify_mistake(exercise, mistake);
    }
    return result_;
  }

 private:
  template <class F>
  void write_sources(const fs::path& folder, const F& transform) {
    fs::create_directories(folder);
    for (const std::string& source : module_.sources())
      write_text(folder / source, transform(read_text(module_.folder / source), source));
  }

  ModulePlugins build(const fs::path& folder) {
    ModulePlugins plugins = build_plugins(tools_, module_, folder, folder / "build");
    for (const Plugin* plugin : {&plugins.host, &plugins.memory, &plugins.races, &plugins.counters}) {
      if (!plugin->ok())
        throw std::runtime_error(fmt::format("{}:\n{}", module_.folder_name(), plugin->errors));
    }
    return plugins;
  }

  std::vector<Alternative> alternatives_in(const std::string& source) const {
    std::vector<Alternative> alternatives;
    for (const Exercise& exercise : module_.exercises) {
      if (exercise.source != source) continue;
      for (const Mistake& mistake : exercise.mistakes) {
        const fs::path file = tests_ / "mistakes" / (mistake.name + fs::path(source).extension().string());
        alternatives.push_back({exercise.id, mistake.region, mistake.name, read_text(file)});
      }
    }
    return alternatives;
  }

  ExerciseResult run(const Exercise& exercise, const std::string& alternatives) {
    return run_exercise(tools_, module_, exercise, plugins_, folder_ / "all" / "build",
                        {"COURSE_ALTERNATIVES=" + alternatives});
  }

  static std::string text_of(const ExerciseResult& result) {
    if (result.passed()) return "it passes";
    const CheckResult* const failure = result.failure();
    return fmt::format("{}{}{}", result.fault, !result.fault.empty() && failure != nullptr ? "; " : "",
                       failure == nullptr ? "" : failure->name + ": " + failure->message);
  }

  void count(bool holds, int& number, const std::string& problem) {
    if (holds) {
      ++number;
    } else {
      result_.problems.push_back(problem);
    }
  }

  /// The very copy that a student gets.
  void verify_untouched() {
    write_sources(folder_ / "untouched",
                  [&](const std::string& text, const std::string&) { return cut(text, module_.name); });
    const ModulePlugins plugins = build(folder_ / "untouched");
    for (const Exercise& exercise : module_.exercises) {
      const ExerciseResult result =
          run_exercise(tools_, module_, exercise, plugins, folder_ / "untouched" / "build");
      const CheckResult* const failure = result.failure();
      count(failure != nullptr && failure->todo == fmt::format("{}.{}", module_.name, exercise.id),
            result_.untouched,
            fmt::format("untouched, {} does not name what to write: {}", exercise.id, text_of(result)));
    }
  }

  void verify_solutions() {
    for (const Exercise& exercise : module_.exercises) {
      const ExerciseResult result = run(exercise, "*");
      count(result.passed(), result_.solved,
            fmt::format("the solution of {} fails: {}", exercise.id, text_of(result)));
    }
  }

  void verify_alone(const Exercise& exercise) {
    const ExerciseResult own = run(exercise, exercise.id);
    std::string problem = own.passed() ? "" : fmt::format(" it fails: {}", text_of(own));
    for (const std::string& other : passing_exercises(tools_, module_, plugins_, folder_ / "all" / "build",
                                                      {"COURSE_ALTERNATIVES=" + exercise.id})) {
      if (other != exercise.id) problem += fmt::format(" {} passes", other);
    }
    count(problem.empty(), result_.alone, fmt::format("if {} alone is solved,{}", exercise.id, problem));
  }

  void verify_mistake(const Exercise& exercise, const Mistake& mistake) {
    const ExerciseResult result =
        run(exercise, fmt::format("*,{}:{}={}", exercise.id, mistake.region, mistake.name));
    const CheckResult* const failure = result.failure();
    const bool by_check = failure != nullptr && failure->name == mistake.check;
    count(by_check, result_.diagnosed,
          fmt::format("{} is not found by {}: {}", mistake.name, mistake.check, text_of(result)));
  }

  const CourseTools& tools_;
  const Module& module_;
  fs::path tests_, folder_;
  ModulePlugins plugins_;
  Verification result_;
};

}  // namespace

void verify(const CourseTools& tools, const std::vector<Module>& modules, const fs::path& folder,
            const std::function<void(const Module&, const Verification&)>& report) {
  std::counting_semaphore<> processors(std::max(1U, std::thread::hardware_concurrency()));
  std::vector<std::future<Verification>> verifications;
  for (const Module& module : modules) {
    verifications.push_back(std::async(std::launch::async, [&] {
      processors.acquire();
      // Also if it throws: others wait.
      const std::shared_ptr<void> release(nullptr, [&](void*) { processors.release(); });
      return Verifier(tools, module, folder).run();
    }));
  }
  for (std::size_t i = 0; i < modules.size(); ++i) report(modules[i], verifications[i].get());
}

}  // namespace tito
