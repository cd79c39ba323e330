// tito mutate --course, in a temporary source tree with a build that does nothing.
#include "tests/support/program.h"
#include "tests/support/temporary_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace tinytorch::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kSource = "check();\nadd(points);\n";

/// A tree with one source, whose tests fail if it does not check.
class MutateCourse : public ::testing::Test {
 protected:
  MutateCourse() {
    fs::create_directories(root() / "build/emulated");
    fs::create_directories(root() / "tests/course");
    fs::copy_file(build_folder() / "tito", root() / "build/emulated/tito");
    std::ofstream(root() / "a.cpp") << kSource;
    tree_.add_script("bin/cmake", "echo \"cmake $*\"; ! grep -q syntax '" + source() + "'");
    write_tests("grep -q check '" + source() + "'");
  }

  const fs::path& root() const { return tree_.path(); }
  std::string source() const { return (root() / "a.cpp").string(); }

  void write_tests(const std::string& body) const {
    tree_.add_script("build/emulated/tests/test_course", "echo \"$1\"; " + body);
  }

  void write_mutants(const std::string& mutants) const {
    std::ofstream(root() / "tests/course/mutants.json") << '[' << mutants << ']';
  }

  static std::string mutant(const std::string& what, const std::string& text,
                            const std::string& replacement) {
    return R"({"what": ")" + what + R"(", "file": "a.cpp", "text": )" + text + R"(, "replacement": ")" +
           replacement + R"(", "tests": "A.B:C.*"})";
  }

  ProgramRun mutate(const std::string& arguments = "") const {
    return run_program("PATH='" + (root() / "bin").string() + "':$PATH '" +
                       (root() / "build/emulated/tito").string() + "' mutate --course " + arguments +
                       " 2>&1");
  }

  std::string text() const {
    std::ostringstream text;
    text << std::ifstream(root() / "a.cpp").rdbuf();
    return text.str();
  }

  const TemporaryFolder tree_;
};

TEST_F(MutateCourse, SaysWhichMutantsAreCaught) {
  write_mutants(mutant("no check", R"("check();")", "") + ',' +
                mutant("twice", R"(["check();", "add(points);"])", "check(); add(2 * points);") + ',' +
                mutant("typing error", R"("check")", "syntax"));
  const ProgramRun run = mutate();
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output, AllOf(HasSubstr("baseline: the tests pass\n"),
                                HasSubstr("caught           a.cpp: no check  (A.B:C.*, "),
                                HasSubstr("SURVIVED         a.cpp: twice  (A.B:C.*, "),
                                HasSubstr("does not compile a.cpp: typing error  (A.B:C.*, "),
                                HasSubstr("3 mutants: 1 caught, 2 not\n")));
  EXPECT_EQ(text(), kSource);
  EXPECT_EQ(mutate("--list").output,
            "a.cpp: no check  (A.B:C.*)\na.cpp: twice  (A.B:C.*)\na.cpp: typing error  (A.B:C.*)\n");
  write_mutants(mutant("no check", R"("check();")", ""));
  EXPECT_EQ(mutate().exit_code, 0);
}

TEST_F(MutateCourse, UndoesTheMutantThatASignalInterrupts) {
  write_mutants(mutant("no check", R"("check();")", "") + ',' + mutant("second", R"("points")", "0"));
  for (const char* signal : {"INT", "TERM", "HUP"}) {
    write_tests("grep -q check '" + source() + "' || { kill -" + signal + " $PPID; exit 1; }");
    const ProgramRun run = mutate();
    EXPECT_EQ(run.exit_code, 1);
    EXPECT_THAT(run.output, AllOf(HasSubstr("0 mutants: 0 caught; interrupted\n"), Not(HasSubstr("second"))));
    EXPECT_EQ(text(), kSource) << signal;
  }
}

TEST_F(MutateCourse, RefusesAListThatDoesNotFit) {
  const auto expect_error = [&](const std::string& mutants, const std::string& message) {
    write_mutants(mutants);
    const ProgramRun run = mutate("--list");
    EXPECT_EQ(run.exit_code, 1);
    EXPECT_THAT(run.output, AllOf(HasSubstr("tests/course/mutants.json: mutant "), HasSubstr(message)));
  };
  expect_error(mutant("no check", R"("check();")", "") + ',' + mutant("twice", R"("c")", "d"),
               "mutant 2: a.cpp has this text 2 times, and has to have it once:\nc");
  expect_error(mutant("none", R"("chekc")", "d"),
               "a.cpp has this text 0 times, and has to have it once; it has");
  expect_error(mutant("same", R"("check")", "check"),
               "a text, another that replaces it, and tests are needed");
  expect_error(R"({"file": "a.cpp"})", "mutant 1: ");
  expect_error("{", "mutant 1: ");
}

TEST_F(MutateCourse, FailingBaselineStopsTheRun) {
  write_mutants(mutant("no check", R"("check();")", ""));
  write_tests("exit 3");
  const ProgramRun run = mutate();
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output,
              AllOf(HasSubstr("baseline: A.B:C.* fails: exit code 3; see "), Not(HasSubstr("caught"))));
  EXPECT_EQ(mutate("--kernel a.cu").exit_code, 2);
}

}  // namespace
}  // namespace tinytorch::testing
