// tito fix: nine steps from a failure to its fix, as an entry of fix_log.md.
#include "modules/cli/commands.h"
#include "modules/cli/course/check_copy.h"
#include "modules/cli/course/exports.h"
#include "modules/cli/course/files.h"
#include "modules/cli/process.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <regex>

namespace tito {
namespace {

namespace fs = std::filesystem;

/// An entry of the log, but for its change, proof and prevention, which are the student's.
struct FixEntry {
  std::string subject = {};  ///< "relu" or "conformance": what failed
  std::string title = {}, reproduce = {}, minimal_case = {}, expected = {}, got = {};
  std::string exercise = {}, hypothesis = {}, prevention = {};
};

std::string in_one_line(std::string text) {
  constexpr std::size_t kMost = 400;
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text.size() > kMost ? text.substr(0, kMost) + " ..." : text;
}

const Check* find_check(const Exercise& exercise, const std::string& name) {
  const auto found = std::find_if(exercise.checks.begin(), exercise.checks.end(),
                                  [&](const Check& check) { return check.name == name; });
  return found == exercise.checks.end() ? nullptr : &*found;
}

/// Splits "relu(-2) is 2, expected 0", as checks write it, where the failure says so.
void read_message(const Failure& failure, FixEntry& entry) {
  const std::string message = in_one_line(failure.message);
  std::smatch match;
  if (std::regex_match(message, match, std::regex("(.*) is (.*), expected (.*)"))) {
    entry.minimal_case = match[1];
    entry.got = match[2];
    entry.expected = match[3];
    return;
  }
  entry.minimal_case = failure.check.empty() ? "any call" : "the check " + failure.check;
  entry.got = message;
  entry.expected = "that it ends, and passes";
}

FixEntry entry_of(const Course& course, const Module& module, const Exercise& exercise,
                  const Failure& failure) {
  FixEntry entry{.subject = exercise.id};
  entry.title = failure.check.empty() ? "does not run" : failure.check;
  entry.reproduce = fmt::format("`./tito module test {:02}`", module.number);
  read_message(failure, entry);
  entry.exercise = fmt::format("{} in {}; read section \"{}\" of modules/{}/README.md", exercise.id,
                               (course.copy_of(module) / exercise.source).string(), exercise.section,
                               module.folder_name());
  const Check* const check = find_check(exercise, failure.check);
  entry.hypothesis = check != nullptr ? check->hint : "the message says where it ended";
  entry.prevention = failure.check.empty() ? "compile and check after each change"
                                           : fmt::format("the check {}.{} fails if it comes back",
                                                         exercise.suite(), failure.check);
  return entry;
}

/// The exercises whose name is in the name of a test, as relu in Ops/Values.Agree/relu_f32_expanded; all, if
/// none is.
std::string suspects(const Module& module, const std::string& test) {
  std::string named, all;
  for (const Exercise& exercise : module.exercises) {
    const auto add = [&](std::string& list) { list += (list.empty() ? "" : ", ") + exercise.id; };
    add(all);
    if (test.find('/' + exercise.id) != std::string::npos) add(named);
  }
  return named.empty() ? "one of " + all : named;
}

/// Of a step of `module complete`.
FixEntry entry_of(const Course& course, const Module& module, const std::string& step,
                  const Failure& failure) {
  const fs::path logs = course.copy_of(module) / "build" / "framework";
  return {.subject = step,
          .title = failure.check,
          .reproduce = fmt::format("`./tito module complete {:02}`", module.number),
          .minimal_case = in_one_line(failure.message),
          .expected = "that the framework computes with your code what it computes with its own",
          .got = fmt::format("{} fails; its output is in {}", failure.check, logs.string()),
          .exercise = suspects(module, failure.message),
          .hypothesis =
              "the checks of the exercises call it with other shapes, layouts or values than the "
              "framework does",
          .prevention = "`./tito module complete` runs this test again"};
}

/// The first failure that is no missing code.
std::optional<FixEntry> find_fault(const Course& course, const Module& module, const ModuleResult& result) {
  for (const Exercise& exercise : module.exercises) {
    const auto failure = result.failures.find(exercise.id);
    if (failure != result.failures.end() && !failure->second.is_todo)
      return entry_of(course, module, exercise, failure->second);
  }
  if (result.integration.empty()) return std::nullopt;
  const auto& [step, failure] = *result.integration.begin();
  return entry_of(course, module, step, failure);
}

std::string text_of(const FixEntry& entry, const std::string& heading) {
  return fmt::format(
      "{}\n\n1. Reproduce: {}\n2. Minimal case: {}\n3. Expected: {}\n4. Got: {}\n5. Exercise: {}\n"
      "6. Hypothesis: {}\n7. Change: (yours to write)\n8. Proof: `./tito fix` adds it when it passes\n"
      "9. Prevention: {}\n",
      heading, entry.reproduce, entry.minimal_case, entry.expected, entry.got, entry.exercise,
      entry.hypothesis, entry.prevention);
}

/// student/fix_log.md.
class FixLog {
 public:
  explicit FixLog(const fs::path& student)
      : file_(student / "fix_log.md"), text_(fs::exists(file_) ? read_text(file_) : "# Fix log\n") {}

  const fs::path& file() const { return file_; }
  bool has(const std::string& heading) const { return text_.find(heading + '\n') != std::string::npos; }

  /// What failed in the last entry of a module that has no proof yet; empty if there is none.
  std::string unproved(const Module& module) const {
    const std::string begin = "\n## " + module.folder_name() + ", ";
    const std::size_t heading = text_.rfind(begin);
    if (heading == std::string::npos) return "";
    const std::size_t subject = heading + begin.size();
    if (text_.find("\nProof of " + module.folder_name() + ", ", subject) != std::string::npos) return "";
    return text_.substr(subject, text_.find_first_of(":\n", subject) - subject);
  }

  void append(const std::string& entry) {
    text_ += '\n' + entry;
    write_text(file_, text_);
  }

 private:
  fs::path file_;
  std::string text_;
};

/// Whether what failed, an exercise or a step of `module complete`, does so no more.
bool passes_now(const ModuleResult& result, const std::string& subject, bool is_exported) {
  const auto exercise = result.passed.find(subject);
  return exercise != result.passed.end() ? exercise->second : is_exported;
}

bool is_exported(const Course& course, const Module& module, const std::string& code) {
  const std::vector<Export> exports = read_exports(course.tools(), course.student());
  return std::any_of(exports.begin(), exports.end(), [&](const Export& each) {
    return each.module == module.folder_name() && each.code == code && each.tests > 0;
  });
}

void add_proof(const Course& course, const Module& module, const ModuleResult& result, FixLog& log) {
  const std::string subject = log.unproved(module);
  if (subject.empty() || !passes_now(result, subject, is_exported(course, module, result.code))) return;
  const std::string proof =
      fmt::format("Proof of {}, {}: it passes with the code {}; {}/{} points\n", module.folder_name(),
                  subject, result.code, result.points(module), module.points());
  log.append(proof);
  fmt::print("{}", proof);
}

}  // namespace

int fix_module(const std::string& wanted, const std::string& directory) {
  const Course course(directory);
  const Module& module = course.find(wanted);
  course.started(module);
  const FolderLock lock(course.student());
  const ModuleResult result = current_result(course, module, Verbosity::exercises);
  FixLog log(course.student());
  add_proof(course, module, result, log);
  const std::optional<FixEntry> entry = find_fault(course, module, result);
  if (!entry) {
    fmt::print("{} has no fault in its last results: {}/{} points\n", module.folder_name(),
               result.points(module), module.points());
    return EXIT_SUCCESS;
  }
  const std::string heading =
      fmt::format("## {}, {}: {} (code {})", module.folder_name(), entry->subject, entry->title, result.code);
  const std::string text = text_of(*entry, heading);
  fmt::print("{}", text);
  if (!log.has(heading)) log.append(text);
  fmt::print("logged in {}\n", log.file().string());
  return EXIT_SUCCESS;
}

}  // namespace tito
