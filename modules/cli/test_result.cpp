#include "modules/cli/test_result.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <optional>
#include <string_view>

namespace tito {
namespace {

/// Reads GoogleTest's JSON report; nullopt if the program ended before it wrote one.
std::optional<TestResult> read_report(const std::filesystem::path& report) {
  std::ifstream file(report);
  if (!file) return std::nullopt;
  TestResult result;
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

}  // namespace

TestResult read_result(const std::string& title, const Ending& ending, const std::filesystem::path& report,
                       const std::filesystem::path& log) {
  const std::optional<TestResult> reported = read_report(report);
  TestResult result = reported.value_or(TestResult{});
  const int counted = result.passed + result.skipped + result.failures();
  const bool ended_well = ending.signal == 0 && ending.exit_code == 0;
  if (!reported) {
    result.broken = fmt::format("{} ended with {} {}", title, describe(ending), last_location(log));
  } else if (!ended_well && result.failed.empty() && counted > 0) {
    result.broken = fmt::format("{} ended with {} after its tests had passed", title, describe(ending));
  }
  return result;
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

void print_failures(const TestResult& result, const std::filesystem::path& log) {
  for (const std::string& test : result.failed) print_output_of(test, log);
  if (result.broken.empty()) return;
  print_end_of(log);
  fmt::print("  {}\n", result.broken);
}

}  // namespace tito
