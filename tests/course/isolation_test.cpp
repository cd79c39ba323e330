#include "modules/cli/course/isolation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>

#include "modules/cli/course/files.h"
#include "tests/support/file_test.h"

namespace tito {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;

/// Shell commands in isolation; they can write to the folder `inside`.
class Isolation : public tinytorch::testing::FileTest {
 protected:
  Isolation() { std::filesystem::create_directories(path("inside")); }

  Ending run(const std::string& command, const Limits& limits = {}) {
    return run_isolated({.program = "/bin/sh",
                         .arguments = {"-c", command},
                         .folder = path("inside"),
                         .log = path("log"),
                         .environment = {},
                         .report = path("report")},
                        limits);
  }
  std::string log() const { return read_text(path("log")); }
};

TEST_F(Isolation, RunsAProgramAndKeepsWhatItSays) {
  EXPECT_EQ(run("echo text; echo error >&2; echo line >&3; exit 3").exit_code, 3);
  EXPECT_EQ(log(), "text\nerror\n");
  EXPECT_EQ(read_text(path("report")), "line\n");
}

TEST_F(Isolation, WritesToItsFolderOnly) {
  if (!can_isolate()) GTEST_SKIP() << "bubblewrap is not there, or may not make namespaces";
  EXPECT_EQ(run("echo 1 >'" + path("inside") + "/file'").exit_code, 0);
  EXPECT_TRUE(std::filesystem::exists(path("inside/file")));
  EXPECT_NE(run("echo 1 >'" + path("outside") + "'").exit_code, 0);
  EXPECT_FALSE(std::filesystem::exists(path("outside")));
  EXPECT_NE(run("rm '" + path("log") + "'").exit_code, 0);
}

TEST_F(Isolation, DoesNotSeeWhatIsHidden) {
  if (!can_isolate()) GTEST_SKIP() << "bubblewrap is not there, or may not make namespaces";
  std::filesystem::create_directories(path("class/own"));
  write_text(path("solution"), "secret");
  write_text(path("class/other"), "secret");
  write_text(path("class/own/plugin"), "visible");
  const Ending ending =
      run_isolated({.program = "/bin/sh",
                    .arguments = {"-c", "cd '" + path("") +
                                            "'; cat solution; ls class; cat class/own/plugin; echo 1 "
                                            ">class/own/x; echo 1 >class/x && echo written"},
                    .folder = path("inside"),
                    .log = path("log"),
                    .hidden = {path("solution"), path("class"), path("is not there")},
                    .visible = {path("class/own")}},
                   {});
  EXPECT_NE(ending.exit_code, 0);
  EXPECT_THAT(log(), ::testing::Not(HasSubstr("secret")));
  EXPECT_THAT(log(), ::testing::Not(HasSubstr("other")));
  EXPECT_THAT(log(), ::testing::Not(HasSubstr("written")));
  EXPECT_THAT(log(), HasSubstr("own\nvisible"));
  EXPECT_FALSE(std::filesystem::exists(path("class/own/x")));
}

TEST_F(Isolation, LeavesNothingInAScratchFolder) {
  if (!can_isolate()) GTEST_SKIP() << "bubblewrap is not there, or may not make namespaces";
  write_text(path("inside/before"), "text");
  const auto run_in_scratch = [&](const std::string& command) {
    return run_isolated({.program = "/bin/sh",
                         .arguments = {"-c", command},
                         .folder = path("inside"),
                         .log = path("log"),
                         .scratch = 1 << 20},
                        {});
  };
  EXPECT_EQ(run_in_scratch("cd '" + path("inside") + "' && ls && echo 1 >file && cat file").exit_code, 0);
  EXPECT_EQ(log(), "1\n");
  EXPECT_FALSE(std::filesystem::exists(path("inside/file")));
  EXPECT_NE(run_in_scratch("head -c 2000000 /dev/zero >'" + path("inside/large") + "'").exit_code, 0);
  EXPECT_THAT(log(), HasSubstr("No space left"));
}

TEST_F(Isolation, HasNoNetwork) {
  if (!can_isolate()) GTEST_SKIP() << "bubblewrap is not there, or may not make namespaces";
  EXPECT_EQ(run("cat /proc/net/dev").exit_code, 0);
  std::string interfaces = log();
  EXPECT_THAT(interfaces, HasSubstr("lo:"));
  EXPECT_EQ(std::count(interfaces.begin(), interfaces.end(), '\n'), 3) << "two lines of titles, and lo";
}

TEST_F(Isolation, SeesNoOtherProcesses) {
  if (!can_isolate()) GTEST_SKIP() << "bubblewrap is not there, or may not make namespaces";
  EXPECT_EQ(run("kill -0 " + std::to_string(getpid())).exit_code, 1);
}

TEST_F(Isolation, EndsAnEndlessLoopAndWhatItStarted) {
  const auto start = std::chrono::steady_clock::now();
  const Ending ending =
      run("(sleep 60; echo 1 >'" + path("inside") + "/late') & while :; do :; done", {.time = seconds(1)});
  EXPECT_TRUE(ending.timed_out);
  EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(30));
  EXPECT_EQ(describe(ending), "timeout");
}

TEST_F(Isolation, SendsASignalBeforeItKills) {
  const Ending ending = run("trap 'echo at line 7; exit' USR1; while :; do :; done",
                            {.time = seconds(1), .time_out_signal = SIGUSR1});
  EXPECT_TRUE(ending.timed_out);
  EXPECT_THAT(log(), HasSubstr("at line 7"));
}

TEST_F(Isolation, EndsWhatTakesTooMuchMemory) {
  const Ending ending = run("x=12345678; while :; do x=$x$x; done", {.memory = std::uint64_t{100} << 20});
  EXPECT_TRUE(ending.out_of_memory) << describe(ending) << log();
}

TEST_F(Isolation, LimitsFilesAndProcesses) {
  EXPECT_NE(run("head -c 2000000 /dev/zero >'" + path("inside") + "/large'", {.file = 1'000'000}).exit_code,
            0);
  EXPECT_LE(std::filesystem::file_size(path("inside/large")), 1'000'000U);
  const Ending ending = run("for i in 1 2 3 4 5 6 7 8 9; do sleep 60 & done; wait", {.processes = 8});
  EXPECT_TRUE(ending.too_many_processes) << describe(ending);
  EXPECT_EQ(describe(ending), "too many processes");
}

}  // namespace
}  // namespace tito
