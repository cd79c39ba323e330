// tito grade release: what students get.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <cstddef>
#include <filesystem>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "modules/cli/course/cut.h"
#include "modules/cli/course/files.h"
#include "modules/cli/course/manifest.h"
#include "modules/cli/course/release.h"
#include "tests/course/grading.h"
#include "tests/support/program.h"
#include "tests/support/source_folder.h"

namespace tito {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using tinytorch::testing::ProgramRun;
using tinytorch::testing::source_folder;

std::string without_indentation(const std::string& line) {
  const std::size_t first = line.find_first_not_of(" \t");
  return first == std::string::npos ? "" : line.substr(first);
}

std::vector<std::string> lines_of_text(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(without_indentation(line));
  return lines;
}

/// Each two lines of a text that follow one another, and tell something together.
std::set<std::string> pairs_of_lines(const std::string& text) {
  constexpr std::size_t kLeast = 40;
  std::set<std::string> pairs;
  std::string before;
  for (const std::string& line : lines_of_text(text)) {
    if (before.size() + line.size() >= kLeast) pairs.insert(fmt::format("{} {}", before, line));
    before = line;
  }
  return pairs;
}

/// What would tell of a solution: its pairs of lines, and the line of one that has no other.
std::set<std::string> telling_parts(const std::string& solution) {
  constexpr std::size_t kLeast = 24;
  std::vector<std::string> lines = lines_of_text(solution);
  std::erase_if(lines, [](const std::string& line) { return line.empty(); });
  if (lines.size() != 1) return pairs_of_lines(solution);
  return lines.front().size() < kLeast ? std::set<std::string>{} : std::set<std::string>{lines.front()};
}

/// The same of a file, which may have solutions of any kind.
std::set<std::string> parts_of_file(const std::string& text) {
  std::set<std::string> parts = pairs_of_lines(text);
  for (const std::string& line : lines_of_text(text)) parts.insert(line);
  return parts;
}

/// Of all solutions of the course. What the framework and its references have in these very words is no
/// answer, nor are the loops that checks need as well.
std::set<std::string> parts_of_solutions(const std::set<std::string>& files) {
  std::set<std::string> parts;
  for (const Module& module : read_modules(source_folder() / "modules")) {
    for (const std::string& source : module.sources()) {
      for (const Region& region : regions_of(read_text(module.folder / source)))
        parts.merge(telling_parts(region.text));
    }
  }
  for (const std::string& file : files) {
    const bool is_framework = file.starts_with("core/") || file.starts_with("kernels/") ||
                              file.starts_with("nn/") || file.starts_with("tests/conformance/");
    if (!is_framework) continue;
    for (const std::string& part : parts_of_file(read_text(source_folder() / file))) parts.erase(part);
  }
  for (const char* loop :
       {"} for (int l = 0; l < s.value_width; ++l) {",
        "Order order(static_cast<std::size_t>(n)); std::iota(order.begin(), order.end(), 0);",
        "for (std::size_t i = 0; i < order.size(); ++i) { for (const std::size_t input : "
        "graph[order[i]].inputs) {"})
    EXPECT_EQ(parts.erase(loop), 1U) << "no solution has it any more: " << loop;
  return parts;
}

void expect_no_solution(const fs::path& release) {
  const std::set<std::string> files = files_below(release), solutions = parts_of_solutions(files);
  EXPECT_GT(solutions.size(), 900U);
  for (const std::string& file : files) {
    for (const std::string& part : parts_of_file(read_text(release / file)))
      EXPECT_FALSE(solutions.contains(part)) << file << ": " << part;
  }
}

using Releasing = Grading;

TEST_F(Releasing, LeavesOutSolutions) {
  const ProgramRun run = grade("release 01 activations 4 -o '" + path("release") + "'");
  ASSERT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output, HasSubstr("students need for 01_setup 03_activations 04_layers"));

  const std::set<std::string> files = files_below(path("release"));
  for (const char* file : {"tito", "CMakeLists.txt", "core/tensor.h", "modules/cli/main.cpp",
                           "modules/course/check.h", "modules/01_setup/README.md",
                           "modules/03_activations/module.json", "modules/03_activations/activations_dev.cu",
                           "modules/03_activations/slots.cpp", "tests/module_03/exercises_test.cpp"})
    EXPECT_TRUE(files.contains(file)) << file;
  for (const std::string& file : files) {
    EXPECT_THAT(file, Not(HasSubstr("/mistakes/")));
    EXPECT_THAT(file, Not(HasSubstr("rubric")));
    EXPECT_THAT(file, Not(StartsWith("modules/02_")));
    EXPECT_THAT(file, Not(StartsWith("tests/module_02")));
    EXPECT_THAT(file, Not(StartsWith(".git/")));
  }
  EXPECT_NE(fs::status(path("release/tito")).permissions() & fs::perms::owner_exec, fs::perms::none);

  expect_no_solution(path("release"));
  std::size_t sources = 0;
  for (const std::string& file : files) {
    if (file.find("_dev.c") == std::string::npos || !file.starts_with("modules/")) continue;
    ++sources;
    EXPECT_THAT(read_text(path("release/" + file)), AllOf(HasSubstr("todo(\""), Not(HasSubstr("SOLUTION"))))
        << file;
  }
  EXPECT_EQ(sources, 5U);

  const ProgramRun again = grade("release 01 -o '" + path("release") + "'");
  EXPECT_EQ(again.exit_code, 1);
  EXPECT_THAT(again.output, HasSubstr("is there already"));
  EXPECT_THAT(grade("release 17 -o '" + path("other") + "'").output, HasSubstr("there is no module '17'"));
}

TEST_F(Releasing, LeavesOutSolutionsOfAllModules) {
  std::string all;
  for (const Module& module : read_modules(source_folder() / "modules")) all += module.folder_name() + ' ';
  ASSERT_EQ(grade("release " + all + "-o '" + path("release") + "'").exit_code, 0);
  expect_no_solution(path("release"));
}

TEST_F(Releasing, WritesWhatCanBeBuilt) {
  ASSERT_EQ(grade("release 01 03 -o '" + path("release") + "'").exit_code, 0);
  const std::string build = path("release/build/emulated");
  const ProgramRun configured = tinytorch::testing::run_program(
      fmt::format("cmake -G Ninja -S '{}' -B '{}' -DTINYTORCH_CUDA=emulated 2>&1", path("release"), build));
  ASSERT_EQ(configured.exit_code, 0) << configured.output;
  const ProgramRun targets =
      tinytorch::testing::run_program(fmt::format("ninja -C '{}' -t targets all", build));
  // What the script ./tito builds for the commands of students.
  for (const char* target : {"tito", "course", "ops", "test_conformance", "test_modules", "milestones"})
    EXPECT_THAT(targets.output, HasSubstr(fmt::format("\n{}: ", target)));
}

TEST_F(Releasing, WritesArchives) {
  ASSERT_EQ(grade("release 01 -o '" + path("folder") + "'").exit_code, 0);
  ASSERT_EQ(grade("release 01 -o '" + path("course.tar.gz") + "'").exit_code, 0);
  const std::string unpack = "tar xzf '" + path("course.tar.gz") + "' -C '" + path("") + "'";
  ASSERT_EQ(tinytorch::testing::run_program(unpack).exit_code, 0);
  const ProgramRun difference =
      tinytorch::testing::run_program("diff -r '" + path("folder") + "' '" + path("course") + "'");
  EXPECT_EQ(difference.exit_code, 0) << difference.output;
  EXPECT_NE(fs::status(path("course/tito")).permissions() & fs::perms::owner_exec, fs::perms::none);
}

TEST_F(Releasing, WritesOnlyWhatGitTracks) {
  fs::create_directories(path("source/modules/07_sums"));
  write("untracked", "source/grades.csv");
  const auto expect_error = [&](const std::string& message) {
    Module sums;
    sums.number = 7;
    sums.name = "sums";
    try {
      write_release(path("source"), {sums}, path("release/"));
      ADD_FAILURE() << "no error: " << message;
    } catch (const std::runtime_error& error) {
      EXPECT_THAT(error.what(), HasSubstr(message));
    }
    EXPECT_FALSE(fs::exists(path("release")));
  };
  expect_error("a release has the files that git tracks, but git failed: fatal: not a git repository");
  write("// BEGIN SOLUTION\n", "source/modules/07_sums/sums_dev.cpp");
  const std::string git = "git -C '" + path("source") + "' ";
  ASSERT_EQ(tinytorch::testing::run_program(git + "init -q && " + git + "add modules").exit_code, 0);
  expect_error("modules/07_sums/sums_dev.cpp: line 1: BEGIN SOLUTION names no exercise");
  write("text\n", "source/modules/07_sums/sums_dev.cpp");
  write_release(path("source"), {read_module(source_folder() / "modules/01_setup")}, path("without"));
  EXPECT_THAT(files_below(path("without")), ::testing::IsEmpty());
}

}  // namespace
}  // namespace tito
