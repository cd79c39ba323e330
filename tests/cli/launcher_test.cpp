// The launcher ./tito, in a temporary source tree with fake apt-get, dpkg-query and cmake.
#include "tests/cli/fake_build.h"
#include "tests/support/program.h"
#include "tests/support/source_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace tinytorch::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

/// A fresh source tree on a machine without one of the packages. Each fake command prints its arguments.
class Launcher : public ::testing::Test {
 protected:
  Launcher() {
    const fs::path source = tinytorch::testing::source_folder();
    fs::create_directories(root() / "docker");
    fs::create_directories(root() / "examples/xor_network");
    std::ofstream(root() / "examples/xor_network/main.cpp") << "int main() {}\n";
    fs::copy_file(source / "tito", root() / "tito");
    fs::copy_file(source / "CMakePresets.json", root() / "CMakePresets.json");
    std::ofstream(root() / "docker/packages.txt") << "# what it needs\nhere-dev  # installed\nmissing-dev\n";
    tree_.add_script("bin/dpkg-query", "echo 'installed here-dev'; exit 1");
    tree_.add_script("bin/apt-get", "echo \"apt-get $*\"");
    tree_.add_script("bin/sudo", "echo \"sudo $*\"");
    tree_.add_script("bin/id", "echo 0");
    tree_.add_script("bin/cmake", R"(echo "cmake $*"; mkdir -p build/emulated build/cuda)");
    // The default preset depends on whether this machine has a GPU.
    for (const char* preset : {"emulated", "cuda"})
      tree_.add_script(std::string("build/") + preset + "/tito", R"(echo "program in $PWD: $*"; exit 7)");
  }

  const fs::path& root() const { return tree_.path(); }

  ProgramRun tito(const std::string& arguments, const std::string& environment = "") const {
    return run_program("unset TITO_PRESET; PATH=" + (root() / "bin").string() + ":$PATH " + environment +
                       " " + (root() / "tito").string() + " " + arguments);
  }

  const TemporaryFolder tree_;
};

TEST_F(Launcher, BuildsNoTestsToPrintHelp) {
  EXPECT_THAT(tito("test --help").output, HasSubstr("--target tito tito\n"));
  EXPECT_THAT(tito("module complete --help").output, HasSubstr("--target tito tito\n"));
  EXPECT_THAT(tito("run --help").output, HasSubstr("--target tito tito\n"));
  EXPECT_THAT(tito("run nothing").output, HasSubstr("--target tito tito\n"));
  EXPECT_THAT(tito("run xor_network --help").output, ContainsRegex("--target tito xor_network(_cpu)?\n"));
}

TEST_F(Launcher, BuildsNothingElseForWhatIsNoExample) {
  fs::create_directories(root() / "examples/without_sources");
  fs::create_directories(root() / "examples/two words");
  std::ofstream(root() / "examples/two words/main.cpp") << "int main() {}\n";
  for (const char* name : {"..", ".", "''", "xor_network/..", "../examples/xor_network", "xor_network/",
                           "'*'", "'two words'", "without_sources", "-- xor_network"}) {
    const ProgramRun run = tito(std::string("run ") + name);
    EXPECT_THAT(run.output, HasSubstr("--target tito tito\n")) << name;
    EXPECT_EQ(run.exit_code, 7) << name;  // the program says what is wrong
  }
}

TEST_F(Launcher, BuildsEverythingForDrills) {
  EXPECT_THAT(tito("drill").output, HasSubstr("--target tito all\n"));
}

TEST_F(Launcher, BuildsWhatCommandsOfTheCourseNeed) {
  for (const char* command :
       {"test --modules", "test --modules --dir x", "test --dir x --modules", "module test 03"})
    EXPECT_THAT(tito(command).output, HasSubstr("build/emulated --parallel")) << command;
  for (const char* command : {"test --modules", "test --dir x --modules", "module test 03", "fix 03"})
    EXPECT_THAT(tito(command).output, HasSubstr("--target tito course\n")) << command;
  for (const char* command : {"module list", "module status", "module resume", "module path 03"})
    EXPECT_THAT(tito(command).output, HasSubstr("--target tito tito\n")) << command;
  EXPECT_THAT(tito("test -k modules").output, HasSubstr("--target tito all\n"));
}

TEST_F(Launcher, WaitsForAnotherThatBuildsInTheFolder) {
  tree_.add_script("bin/cmake", R"(mkdir -p build/emulated build/cuda
mkdir busy || echo "TWO AT ONCE"; sleep 0.3; rmdir busy)");
  const std::string program = (root() / "tito").string() + " list";
  const ProgramRun both = run_program("unset TITO_PRESET; export PATH=" + (root() / "bin").string() +
                                      ":$PATH; " + program + " & " + program + "; wait");
  EXPECT_THAT(both.output,
              AllOf(HasSubstr("tito: waiting for another ./tito, which is at work in " + root().string()),
                    Not(HasSubstr("TWO AT ONCE"))));
  EXPECT_THAT(both.output, ContainsRegex("program in [^\n]*: list\n(.*\n)*program in [^\n]*: list\n"));
  EXPECT_THAT(tito("list").output, Not(HasSubstr("waiting")));
}

TEST_F(Launcher, KeepsNobodyWaitingWhileTheProgramRuns) {
  for (const std::string preset : {"emulated", "cuda"}) {
    tree_.add_script("build/" + preset + "/tito",
                     "flock -n '" + (root() / "build" / preset / "tito.lock").string() + "' echo free");
  }
  EXPECT_THAT(tito("list").output, HasSubstr("free\n"));
}

TEST_F(Launcher, BuildsEmulatedKernelsOnlyForAnExampleThatNamesCuda) {
  // With a GPU there are none.
  if (std::filesystem::exists("/dev/nvidiactl")) GTEST_SKIP() << "this machine has a GPU";
  EXPECT_THAT(tito("run xor_network --seed 1").output, HasSubstr("--target tito xor_network_cpu\n"));
  EXPECT_THAT(tito("run xor_network --backend cuda").output, HasSubstr("--target tito xor_network\n"));
  EXPECT_THAT(tito("run xor_network --backend=cuda").output, HasSubstr("--target tito xor_network\n"));
  EXPECT_THAT(tito("run xor_network", "TITO_PRESET=emulated").output,
              HasSubstr("--target tito xor_network\n"));
}

TEST_F(Launcher, PassesOnWhatTheBuildPrintsButNotThatItHasNothingToDo) {
  tree_.add_script("bin/cmake", R"(mkdir -p build/emulated build/cuda
case "$*" in *--build*) echo "[0/2] Re-checking globbed directories..."; echo "ninja: no work to do." ;; esac)");
  EXPECT_EQ(tito("list").output.find("ninja"), std::string::npos) << tito("list").output;
  EXPECT_EQ(tito("list").output.find("globbed"), std::string::npos);
  tree_.add_script("bin/cmake", R"(mkdir -p build/emulated build/cuda
case "$*" in *--build*) echo "[1/2] Building CXX object a.o"; echo "a.cpp: error: b"; exit 1 ;; esac)");
  const ProgramRun failing = tito("list");
  EXPECT_EQ(failing.exit_code, 1);
  EXPECT_THAT(failing.output, AllOf(HasSubstr("[1/2] Building CXX object a.o\na.cpp: error: b\n"),
                                    HasSubstr("tito: the build failed\n")));
}

TEST_F(Launcher, InstallsWhatIsMissingConfiguresBuildsAndRuns) {
  const ProgramRun run = tito("run xor_network --epochs 'two words'");
  EXPECT_EQ(run.exit_code, 7);
  EXPECT_THAT(run.output, AllOf(HasSubstr("tito: installing: missing-dev\n"), HasSubstr("apt-get update\n"),
                                AnyOf(HasSubstr("cmake --preset emulated"), HasSubstr("cmake --preset cuda")),
                                ContainsRegex("--target tito xor_network(_cpu)?\n"),
                                HasSubstr(": run xor_network --epochs two words\n")));
}

TEST_F(Launcher, PrintsOnlyTheProgramOnStandardOutput) {
  EXPECT_THAT(tito("list 2>/dev/null").output, AllOf(HasSubstr("program in"), Not(HasSubstr("cmake"))));
}

TEST_F(Launcher, ChecksPackagesAgainOnlyAfterTheListChanged) {
  tito("list");
  EXPECT_THAT(tito("list").output, AllOf(Not(HasSubstr("apt-get")), Not(HasSubstr("--preset"))));
  std::ofstream(root() / "docker/packages.txt", std::ios::app) << "new-dev\n";
  EXPECT_THAT(tito("list").output, HasSubstr("tito: installing: missing-dev new-dev\n"));
}

TEST_F(Launcher, FailedBuildExitsWithOneAndChecksPackagesAgain) {
  tito("list");
  tree_.add_script("bin/cmake", "exit 5");
  const ProgramRun run = tito("list");
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output, AllOf(HasSubstr("tito: the build failed"), Not(HasSubstr("program in"))));
  EXPECT_THAT(tito("list").output, HasSubstr("tito: installing: missing-dev"));
}

TEST_F(Launcher, OffersWhatAnExampleReadsOnATerminal) {
  std::ofstream(root() / "examples/xor_network/packages.txt") << "# data\ndata-of-it  # 1 MB\nhere-dev\n";
  const std::string question =
                        "this reads data-of-it, which is not installed. Install it with apt-get? [Y/n]",
                    installs = "tito: installing: data-of-it";
  const auto answered = [&](const std::string& answer, const std::string& arguments) {
    // script makes a terminal.
    const std::string command =
        "PATH=" + (root() / "bin").string() + ":$PATH " + (root() / "tito").string() + " " + arguments;
    return run_program("unset TITO_PRESET; printf '" + answer + "\\n' | script -qec '" + command +
                       "' /dev/null")
        .output;
  };
  EXPECT_THAT(answered("y", "run xor_network"), AllOf(HasSubstr(question), HasSubstr(installs)));
  EXPECT_THAT(answered("n", "run xor_network"),
              AllOf(HasSubstr(question), Not(HasSubstr(installs)), HasSubstr("program in")));
  EXPECT_THAT(answered("y", "run xor_network --data folder"), Not(HasSubstr(question)));
  EXPECT_THAT(tito("run xor_network").output, Not(HasSubstr("data-of-it")));  // no terminal
}

TEST_F(Launcher, FailedInstallationStopsBeforeTheBuild) {
  tree_.add_script("bin/apt-get", "exit 100");
  const ProgramRun run = tito("list");
  EXPECT_NE(run.exit_code, 0);
  EXPECT_THAT(run.output, Not(HasSubstr("cmake")));
}

TEST_F(Launcher, InstallsThroughSudoWhenNotRoot) {
  tree_.add_script("bin/id", "echo 1000");
  EXPECT_THAT(tito("list").output, AllOf(HasSubstr("sudo apt-get update"), HasSubstr("apt-get install -y")));
}

TEST_F(Launcher, WithoutAptPrintsThePackagesAndExitsWithThree) {
  // A PATH with standard tools and without apt-get.
  for (const char* tool : {"sh", "readlink", "dirname", "sed", "tr", "cmp", "mkdir", "cp", "nproc", "rm"}) {
    fs::create_directories(root() / "plain");
    const std::string path = run_program(std::string("command -v ") + tool).output;
    fs::create_symlink(path.substr(0, path.find('\n')), root() / "plain" / tool);
  }
  const std::string plain = "PATH=" + (root() / "plain").string();
  const ProgramRun run = tito("list", plain);
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_THAT(run.output,
              AllOf(HasSubstr("  here-dev\n"), HasSubstr("  missing-dev\n"), Not(HasSubstr("cmake"))));

  fs::create_symlink(root() / "bin/cmake", root() / "plain/cmake");
  EXPECT_EQ(tito("list", plain + " TITO_SKIP_PACKAGES=1").exit_code, 7);
  EXPECT_EQ(tito("list", plain).exit_code, 7);
}

TEST_F(Launcher, RunsThroughASymlinkInTheCallersFolder) {
  fs::create_directories(root() / "elsewhere");
  fs::create_symlink(root() / "tito", root() / "elsewhere/linked");
  const ProgramRun run = run_program("unset TITO_PRESET; cd " + (root() / "elsewhere").string() +
                                     " && PATH=$PWD/../bin:$PATH ./linked list");
  EXPECT_EQ(run.exit_code, 7);
  EXPECT_THAT(run.output, HasSubstr("program in " + (root() / "elsewhere").string() + ": list\n"));
}

TEST_F(Launcher, BuildsThePresetOfTheEnvironment) {
  fs::create_directories(root() / "build/asan");
  fs::copy_file(root() / "build/emulated/tito", root() / "build/asan/tito");
  const ProgramRun run = tito("test", "TITO_PRESET=asan");
  EXPECT_EQ(run.exit_code, 7);
  EXPECT_THAT(run.output, AllOf(HasSubstr("cmake --preset asan"), HasSubstr("--target tito all")));
}

TEST_F(Launcher, BuildsThreePresetsForMutateWithTheTestsOfItsTable) {
  fs::create_directories(root() / "tests/simt");
  std::ofstream(root() / "tests/simt/mutants.txt") << "# covers FILE PROGRAM FILTER\ncovers a.cu test_b "
                                                      "B.*\ncovers b.cu  test_a A.*\ncovers c.cu test_a C\n";
  tree_.add_script("bin/cmake", R"(echo "cmake $*"; [ "$1" = --build ] || mkdir -p "build/$2")");
  tree_.add_script("build/emulated/tito", R"(echo "program: $*"; exit 7)");
  const ProgramRun run = tito("mutate --kernel a.cu", "CMAKE_BUILD_PARALLEL_LEVEL=2");
  EXPECT_EQ(run.exit_code, 7);
  std::string expected;
  for (const std::string preset : {"tsan", "asan", "emulated"}) {
    const std::string folder = (root() / "build" / preset).string();
    expected +=
        "cmake --preset " + preset + "\ncmake --build " + folder + " --parallel 2 --target test_a test_b\n";
  }
  EXPECT_THAT(run.output, HasSubstr(expected));
  EXPECT_THAT(run.output, HasSubstr("--target tito tito\nprogram: mutate --kernel a.cu\n"));

  for (const std::string arguments : {"mutate --list", "mutate --course"}) {
    EXPECT_THAT(tito(arguments).output,
                AllOf(Not(HasSubstr("tsan")), HasSubstr("program: " + arguments + "\n")));
  }
}

}  // namespace
}  // namespace tinytorch::testing
