// Runs the checks of an exercise on a student's code:
//
//     runner PLUGIN CHECKS [--gtest_filter=SUITE.*]
//
// Both are shared libraries; the checks call the plug-in's functions. Lines of JSON go to descriptor 3: one
// when a check begins, one when it ends, and one at the end, without which a run does not count: code that
// ends the process has not passed. With COURSE_COUNTS=1 in the environment, the line at a check's end has
// what its kernels did to memory.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <string_view>

#include "modules/course/runner/device.h"
#include "modules/course/todo.h"

namespace tinytorch::course {
namespace {

std::atomic<const char*> called_todo = "";  // since the check began; kernels call it, too

}  // namespace

void todo(const char* exercise) {
  called_todo = exercise;
  end_kernel("it calls todo()");
  throw Todo(exercise);
}

namespace {

/// The file behind descriptor 3, which the plug-in does not find there any more.
std::FILE* take_report() {
  const int descriptor = dup(3);
  if (descriptor < 0) return nullptr;
  close(3);
  return fdopen(descriptor, "w");
}

/// What a check says after `<<`, if it does, in place of the assertion's own text, which shows how it
/// computes.
std::string without_assertion(const std::string& message) {
  std::istringstream lines(message);
  std::string line, own;
  bool in_assertion = message.starts_with("Value of: ") || message.starts_with("Expected");
  for (bool first = true; std::getline(lines, line); first = false) {
    in_assertion = in_assertion && (first || line.starts_with("  ") || line.starts_with("Expected: "));
    if (!in_assertion) own += (own.empty() ? "" : "\n") + line;
  }
  return own.empty() ? message : own;
}

/// What FAIL() says, without GoogleTest's line before; or an exception, out of the sentence that it makes of
/// it.
std::string without_frame(const std::string& message) {
  constexpr std::string_view kFailed = "Failed\n";
  if (message.starts_with(kFailed)) return message.substr(kFailed.size());
  const std::string before = "C++ exception with description \"", after = "\" thrown in the test body.";
  const std::size_t begin = message.find(before), end = message.find(after);
  if (begin == std::string::npos || end == std::string::npos) return without_assertion(message);
  return "an exception was thrown: " + message.substr(begin + before.size(), end - begin - before.size());
}

/// What measure() recorded: [{"what", "seconds", "bytes"}, ...].
nlohmann::json measurements_of(const ::testing::TestResult& result) {
  nlohmann::json measurements = nlohmann::json::array();
  for (int i = 0; i < result.test_property_count(); ++i) {
    const ::testing::TestProperty& property = result.GetTestProperty(i);
    nlohmann::json measurement = nlohmann::json::parse(property.value());
    measurement["what"] = property.key();
    measurements.push_back(measurement);
  }
  return measurements;
}

class Report : public ::testing::EmptyTestEventListener {
 public:
  explicit Report(std::FILE* out) : out_(out) {}

  void OnTestStart(const ::testing::TestInfo& test) override {
    write({{"suite", test.test_suite_name()}, {"begins", test.name()}});
    message_.clear();
    called_todo = "";
  }
  void OnTestPartResult(const ::testing::TestPartResult& result) override {
    if (result.failed() && message_.empty()) message_ = without_frame(result.message());
  }
  void OnTestEnd(const ::testing::TestInfo& test) override {
    if (const std::string fault = take_fault(); !fault.empty()) message_ = fault;
    write({{"ends", test.name()},
           {"passed", test.result()->Passed() && message_.empty()},
           {"todo", called_todo.load()},
           {"message", message_},
           {"kernels", take_counts()},
           {"measurements", measurements_of(*test.result())}});
  }
  void OnTestProgramEnd(const ::testing::UnitTest& tests) override {
    write({{"checks", tests.test_to_run_count()}});
  }

 private:
  void write(const nlohmann::json& line) {
    std::fprintf(out_, "%s\n", line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
    std::fflush(out_);
  }

  std::FILE* out_;
  std::string message_;
};

void load(const char* library, int mode) {
  if (dlopen(library, mode) != nullptr) return;
  std::fprintf(stderr, "%s\n", dlerror());
  std::exit(2);
}

int run(int argc, char** argv) {
  std::FILE* const report = take_report();
  if (argc < 3 || report == nullptr) {
    std::fprintf(stderr, "usage: %s PLUGIN CHECKS [GoogleTest's options] 3>REPORT\n", argv[0]);
    return 2;
  }
  // The checks call the functions of the plug-in, which are looked up when they are loaded.
  load(argv[1], RTLD_NOW | RTLD_GLOBAL);
  load(argv[2], RTLD_NOW | RTLD_LOCAL);
  count_accesses(std::getenv("COURSE_COUNTS") != nullptr);
  ::testing::InitGoogleTest(&argc, argv);
  ::testing::TestEventListeners& listeners = ::testing::UnitTest::GetInstance()->listeners();
  delete listeners.Release(listeners.default_result_printer());
  listeners.Append(new Report(report));
  return RUN_ALL_TESTS();
}

}  // namespace
}  // namespace tinytorch::course

int main(int argc, char** argv) { return tinytorch::course::run(argc, argv); }
