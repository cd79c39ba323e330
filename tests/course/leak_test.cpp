// No solution is in what a student gets, builds or links.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <filesystem>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "modules/cli/course/cut.h"
#include "modules/cli/course/files.h"
#include "modules/cli/course/manifest.h"
#include "modules/cli/course/plugin.h"
#include "tests/support/file_test.h"
#include "tests/support/program.h"

namespace tito {
namespace {

namespace fs = std::filesystem;
using tinytorch::testing::build_folder;
using tinytorch::testing::run_program;

std::string trimmed(const std::string& line) {
  const std::size_t begin = line.find_first_not_of(' ');
  return begin == std::string::npos ? "" : line.substr(begin);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(trimmed(line));
  return lines;
}

/// The lines of the solutions that tell something, and are not in what students get to read: a brace or a
/// `return sum;` does not.
std::set<std::string> secrets_of(const Module& module) {
  constexpr std::size_t kLeast = 20;
  std::set<std::string> secrets;
  std::string open;
  for (const std::string& source : module.sources())
    open += cut(read_text(module.folder / source), module.name);
  for (const auto& file : fs::directory_iterator(module.folder)) {
    if (file.path().extension() == ".h") open += read_text(file.path());
  }
  for (const std::string& source : module.sources()) {
    for (const Region& region : regions_of(read_text(module.folder / source))) {
      for (const std::string& line : lines_of(region.text)) {
        if (line.size() >= kLeast && open.find(line) == std::string::npos) secrets.insert(line);
      }
    }
  }
  return secrets;
}

/// The functions that the module's headers declare and students write, as "layers::matmul".
std::set<std::string> functions_of(const Module& module) {
  std::set<std::string> functions;
  static const std::regex kNamespace(R"(namespace (\w+) \{)"), kDeclaration(R"((\w+)\([^;{}]*\);)");
  for (const auto& file : fs::directory_iterator(module.folder)) {
    if (file.path().extension() != ".h") continue;
    const std::string text = read_text(file.path());
    std::smatch name;
    if (!std::regex_search(text, name, kNamespace)) continue;
    for (std::sregex_iterator match(text.begin(), text.end(), kDeclaration), end; match != end; ++match)
      functions.insert(name[1].str() + "::" + (*match)[1].str());
  }
  return functions;
}

class Leaks : public tinytorch::testing::FileTest {
 protected:
  void tito(const std::string& command) const {
    const auto run = run_program(fmt::format("'{}' module {} --dir '{}' 2>&1",
                                             (build_folder() / "tito").string(), command, path("mine")));
    EXPECT_NE(run.output, "") << command;
  }
};

TEST_F(Leaks, NoLineOfASolutionIsInAStudentsFolder) {
  for (const Module& module : read_modules(read_course_tools(build_folder()).source / "modules")) {
    const std::set<std::string> secrets = secrets_of(module);
    EXPECT_GE(secrets.size(), module.exercises.size()) << module.folder_name();
    tito(fmt::format("start {:02} --anyway", module.number));
    tito(fmt::format("test {:02}", module.number));  // builds it
    std::size_t files = 0;
    for (const auto& entry : fs::recursive_directory_iterator(path("mine"))) {
      if (!entry.is_regular_file()) continue;
      ++files;
      const std::string text = read_text(entry.path());
      for (const std::string& secret : secrets)
        EXPECT_EQ(text.find(secret), std::string::npos) << entry.path() << " has: " << secret;
    }
    EXPECT_GT(files, module.sources().size()) << "nothing was built";
    fs::remove_all(path("mine"));
  }
}

TEST_F(Leaks, NoFunctionThatStudentsWriteIsInWhatIsLinked) {
  const CourseTools tools = read_course_tools(build_folder());
  for (const Module& module : read_modules(tools.source / "modules")) {
    const std::set<std::string> functions = functions_of(module), secrets = secrets_of(module);
    EXPECT_GE(functions.size(), module.exercises.size()) << module.folder_name();
    std::size_t libraries = 0;
    for (const auto& entry : fs::directory_iterator(tools.folder)) {
      const std::string name = entry.path().filename().string();
      const bool is_linked = name.starts_with("run_") ||
                             name.starts_with(fmt::format("checks_{:02}_", module.number)) ||
                             name.starts_with(fmt::format("measure_{:02}_", module.number));
      if (!is_linked || !entry.is_regular_file()) continue;
      ++libraries;
      const std::string bytes = read_text(entry.path());
      for (const std::string& secret : secrets)
        EXPECT_EQ(bytes.find(secret), std::string::npos) << name << " has: " << secret;
      const auto symbols = run_program(fmt::format("nm -C --defined-only '{}'", entry.path().string()));
      ASSERT_EQ(symbols.exit_code, 0) << name;
      static const std::regex kFunction(R"( [TtWw] (\w+::\w+)\()");
      for (std::sregex_iterator match(symbols.output.begin(), symbols.output.end(), kFunction), end;
           match != end; ++match) {
        EXPECT_FALSE(functions.contains((*match)[1].str())) << name << " defines " << match->str();
      }
    }
    const fs::path tests = tools.source / "tests" / fmt::format("module_{:02}", module.number);
    const std::size_t measured = fs::exists(tests / "measure.cpp") ? 1 : 0,
                      of_host = fs::exists(tests / "exercises_test.cpp") ? 1 : 0,
                      of_kernels = fs::exists(tests / "device_test.cu") ? 4 : 0;  // and the measurement
    EXPECT_GT(of_host + of_kernels, 0U) << module.folder_name();
    EXPECT_EQ(libraries, 5 + measured + of_host + of_kernels) << module.folder_name();
  }
}

}  // namespace
}  // namespace tito
