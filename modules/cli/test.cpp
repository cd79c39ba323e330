#include "modules/cli/commands.h"
#include "modules/cli/process.h"
#include "modules/cli/programs.h"

#include "core/device.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string_view>

namespace tito {
namespace {

using tinytorch::Device;

/// The result of one run of a test program. A program that crashes is itself a failure.
struct Result {
  int passed = 0;
  int skipped = 0;
  std::vector<std::string> failed;  // names of tests
  std::string broken;               // why the program itself failed; empty if it did not

  int failures() const { return static_cast<int>(failed.size()) + (broken.empty() ? 0 : 1); }
};

/// Reads GoogleTest's JSON report; nullopt if the program ended before it wrote one.
std::optional<Result> read_report(const std::filesystem::path& report) {
  std::ifstream file(report);
  if (!file) return std::nullopt;
  Result result;
  const nlohmann::json tests = nlohmann::json::parse(file);
  for (const auto& suite : tests.at("testsuites")) {
    for (const auto& test : suite.at("testsuite")) {
      if (test.contains("failures")) {
        result.failed.push_back(
            fmt::format("{}.{}", suite.at("name").get<std::string>(), test.at("name").get<std::string>()));
      } else if (test.at("result") == "COMPLETED") {
        ++result.passed;
      } else if (test.at("result") == "SKIPPED") {
        ++result.skipped;
      }
    }
  }
  return result;
}

/// Where a program ended, "in Suite.Test" or "before its first test", from GoogleTest's lines in its log.
std::string last_location(const std::filesystem::path& log) {
  constexpr std::string_view kStart = "[ RUN      ] ";
  std::ifstream file(log);
  std::string location = "before its first test";
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(kStart)) location = "in " + line.substr(kStart.size());
  }
  return location;
}

/// Prints the log of one test; up to the end of the file if the test did not end.
void print_output_of(const std::string& test, const std::filesystem::path& log) {
  const std::string start = "[ RUN      ] " + test, end = "[  FAILED  ] " + test;
  std::ifstream file(log);
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line == start) inside = true;
    if (inside) fmt::print("  {}\n", line);
    if (inside && line.starts_with(end)) return;
  }
}

void print_end_of(const std::filesystem::path& log) {
  constexpr std::size_t kLines = 40;
  std::vector<std::string> lines;
  std::ifstream file(log);
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  for (std::size_t i = lines.size() - std::min(kLines, lines.size()); i < lines.size(); ++i) {
    fmt::print("  {}\n", lines[i]);
  }
}

/// Matches a word anywhere in a test's name. GoogleTest's own patterns are passed unchanged.
std::string filter_for(const std::string& pattern) {
  return pattern.find_first_of("*?:-") == std::string::npos ? "*" + pattern + "*" : pattern;
}

Result run_suite(const Program& suite, const std::string& backend, const std::string& pattern) {
  const std::filesystem::path folder = build_folder() / "test-results";
  std::filesystem::create_directories(folder);
  const std::filesystem::path log = folder / fmt::format("{}.{}.log", suite.name, backend);
  const std::filesystem::path report = folder / fmt::format("{}.{}.json", suite.name, backend);
  std::filesystem::remove(report);

  std::vector<std::string> arguments{"--gtest_color=no", "--gtest_output=json:" + report.string()};
  if (suite.takes_backend()) arguments.push_back("--backend=" + backend);
  if (!pattern.empty()) arguments.push_back("--gtest_filter=" + filter_for(pattern));
  const std::string title = suite.takes_backend() ? fmt::format("{} ({})", suite.name, backend) : suite.name;
  fmt::print("{:<28}", title);
  std::fflush(stdout);

  const auto start = std::chrono::steady_clock::now();
  const Ending ending = run_logged(suite.path, arguments, log);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;

  std::optional<Result> report_read = read_report(report);
  Result result = report_read.value_or(Result{});
  const int counted = result.passed + result.skipped + result.failures();
  const bool ended_well = ending.signal == 0 && ending.exit_code == 0;
  if (!report_read) {
    result.broken = fmt::format("{} ended with {} {}", title, describe(ending), last_location(log));
  } else if (!ended_well && result.failed.empty() && counted > 0) {
    result.broken = fmt::format("{} ended with {} after its tests had passed", title, describe(ending));
  } else if (counted == 0 && pattern.empty()) {
    result.broken = fmt::format("{} has no tests", title);
  }

  fmt::print("{} passed, {} failed{} ({:.1f} s)\n", result.passed, result.failures(),
             result.skipped ? fmt::format(", {} skipped", result.skipped) : "", seconds.count());
  for (const std::string& test : result.failed) print_output_of(test, log);
  if (!result.broken.empty()) {
    print_end_of(log);
    fmt::print("  {}\n", result.broken);
  }
  return result;
}

/// The available backends among the requested ones. Prints a description of each, or why it is skipped.
std::vector<std::string> choose_backends(const std::string& requested) {
  std::vector<std::string> backends;
  for (const Device device : {Device::cpu(), Device::cuda()}) {
    const std::string name = tinytorch::name(device.type);
    if (requested != "all" && requested != name) continue;
    if (tinytorch::is_available(device)) {
      backends.push_back(name);
      fmt::print("{}: {}\n", name, tinytorch::describe(device));
    } else {
      fmt::print("{} skipped: {}\n", name, tinytorch::unavailable_reason(device.type));
    }
  }
  return backends;
}

/// If the pattern is the name of a program, test_core or core, selects that program with all its tests.
void choose_suite(std::vector<Program>& suites, std::string& pattern) {
  const auto is_named = [&](const Program& suite) {
    return suite.name == pattern || suite.name == "test_" + pattern;
  };
  const auto named = std::find_if(suites.begin(), suites.end(), is_named);
  if (named == suites.end()) return;
  suites = {*named};
  pattern.clear();
}

}  // namespace

int run_tests(const TestOptions& options) {
  std::vector<Program> suites = read_programs(build_folder()).suites;
  std::string pattern = options.pattern;
  choose_suite(suites, pattern);
  const std::vector<std::string> backends = choose_backends(options.backend);
  if (backends.empty()) {
    fmt::print(stderr, "tito: backend {} is not available\n", options.backend);
    return kUsageError;
  }

  int passed = 0, failed = 0, skipped = 0;
  std::vector<std::string> failures;
  for (const Program& suite : suites) {
    for (const std::string& backend : backends) {
      if (!suite.runs_on(backend)) continue;
      const Result result = run_suite(suite, backend, pattern);
      passed += result.passed;
      skipped += result.skipped;
      failed += result.failures();
      for (const std::string& test : result.failed) {
        failures.push_back(fmt::format("{} in {} --backend {}", test, suite.name, backend));
      }
      if (!result.broken.empty()) failures.push_back(result.broken);
    }
  }

  for (const std::string& failure : failures) fmt::print("FAILED: {}\n", failure);
  if (skipped > 0) fmt::print("{} skipped\n", skipped);
  if (passed + failed == 0) {
    fmt::print("FAILED: no test {}\n",
               options.pattern.empty() ? "ran" : fmt::format("matches '{}'", options.pattern));
  }
  fmt::print("{} passed, {} failed\n", passed, failed);
  return failed == 0 && passed > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace tito
