#include "modules/cli/course/isolation.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>
#include <thread>

#include "modules/cli/course/files.h"
#include "tests/course/no_isolation.h"
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
  if (!can_isolate()) GTEST_SKIP() << kNoIsolation;
  EXPECT_EQ(run("echo 1 >'" + path("inside") + "/file'").exit_code, 0);
  EXPECT_TRUE(std::filesystem::exists(path("inside/file")));
  EXPECT_NE(run("echo 1 >'" + path("outside") + "'").exit_code, 0);
  EXPECT_FALSE(std::filesystem::exists(path("outside")));
  EXPECT_NE(run("rm '" + path("log") + "'").exit_code, 0);
  // What is written there would be in memory, which no limit counts.
  for (const char* file : {"/dev/shm/x", "/dev/x", "/x", "/tmp/x", "/usr/x"})
    EXPECT_NE(run(std::string("echo 1 >") + file).exit_code, 0) << file;
  EXPECT_EQ(run("echo 1 >/dev/null").exit_code, 0);
}

TEST_F(Isolation, ChangesNoSettingOfTheKernel) {
  if (!can_isolate()) GTEST_SKIP() << kNoIsolation;
  EXPECT_NE(run(": >>/proc/sys/kernel/core_pattern").exit_code, 0);  // opens it, and writes nothing
  EXPECT_NE(run("mount -t tmpfs none '" + path("inside") + "'").exit_code, 0);
  EXPECT_EQ(run("grep CapEff /proc/self/status").exit_code, 0);
  EXPECT_EQ(log(), "CapEff:\t0000000000000000\n");
}

TEST_F(Isolation, SeesOnlyWhatItIsGiven) {
  if (!can_isolate()) GTEST_SKIP() << kNoIsolation;
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
                    .visible = {path("class/own")}},
                   {});
  EXPECT_NE(ending.exit_code, 0);
  EXPECT_THAT(log(), ::testing::Not(HasSubstr("secret")));
  EXPECT_THAT(log(), ::testing::Not(HasSubstr("other")));
  EXPECT_THAT(log(), ::testing::Not(HasSubstr("written")));
  EXPECT_THAT(log(), HasSubstr("own\nvisible"));
  EXPECT_FALSE(std::filesystem::exists(path("class/own/x")));
  EXPECT_EQ(run("pwd; ls /").exit_code, 0);
  std::istringstream seen(log());
  for (std::string name; seen >> name;)
    EXPECT_THAT(name, ::testing::AnyOf("/", "bin", "dev", "etc", "lib", "lib32", "lib64", "libx32", "proc",
                                       "sbin", "tmp", "usr"));
  EXPECT_NE(run("cat /etc/passwd").exit_code, 0);
}

TEST_F(Isolation, GetsNoEnvironmentOfTheCaller) {
  setenv("COURSE_SECRET", "secret", 1);
  EXPECT_EQ(run("env").exit_code, 0);
  unsetenv("COURSE_SECRET");
  EXPECT_THAT(log(), HasSubstr("PATH="));
  EXPECT_THAT(log(), ::testing::Not(HasSubstr("COURSE_SECRET")));
  EXPECT_THAT(log(), ::testing::Not(HasSubstr("HOME=")));
}

/// A file that is open here by a number, as if whoever started this program had opened it.
class OpenFile {
 public:
  OpenFile(int descriptor, const std::string& file) : descriptor_(descriptor), before_(dup(descriptor)) {
    const int opened = open(file.c_str(), O_RDWR);
    dup2(opened, descriptor_);
    close(opened);
  }
  ~OpenFile() {
    if (before_ < 0) {
      close(descriptor_);
    } else {
      dup2(before_, descriptor_);
      close(before_);
    }
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

 private:
  int descriptor_, before_;
};

TEST_F(Isolation, GetsNoFileThatIsOpen) {
  write_text(path("secret"), "secret\n");
  for (const int descriptor : {0, 9}) {
    const OpenFile secret(descriptor, path("secret"));
    EXPECT_NE(run(fmt::format("read line <&{0} && echo $line", descriptor)).exit_code, 0);
    EXPECT_NE(run(fmt::format("echo more >&{}", descriptor)).exit_code, 0);
  }
  EXPECT_EQ(read_text(path("secret")), "secret\n");
}

TEST_F(Isolation, LeavesNothingInAScratchFolder) {
  if (!can_isolate()) GTEST_SKIP() << kNoIsolation;
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
  if (!can_isolate()) GTEST_SKIP() << kNoIsolation;
  EXPECT_EQ(run("cat /proc/net/dev").exit_code, 0);
  std::string interfaces = log();
  EXPECT_THAT(interfaces, HasSubstr("lo:"));
  EXPECT_EQ(std::count(interfaces.begin(), interfaces.end(), '\n'), 3) << "two lines of titles, and lo";
}

TEST_F(Isolation, SeesNoOtherProcesses) {
  if (!can_isolate()) GTEST_SKIP() << kNoIsolation;
  EXPECT_EQ(run("kill -0 " + std::to_string(getpid())).exit_code, 1);
}

TEST_F(Isolation, EndsAnEndlessLoopAndWhatItStarted) {
  const auto start = std::chrono::steady_clock::now();
  const std::string beats = path("inside/beats");
  const Ending ending = run("(while :; do echo 1 >>'" + beats + "'; sleep 0.05; done) & while :; do :; done",
                            {.time = seconds(1)});
  EXPECT_TRUE(ending.timed_out);
  EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(30));
  EXPECT_EQ(describe(ending), "timeout");
  std::this_thread::sleep_for(std::chrono::milliseconds(200));  // until the kernel has ended them all
  const std::uintmax_t size = std::filesystem::file_size(beats);
  EXPECT_GT(size, 0U);
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  EXPECT_EQ(std::filesystem::file_size(beats), size) << "it still writes";
}

TEST_F(Isolation, CountsTheTimeOfTheProcessor) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_TRUE(run("while :; do :; done & while :; do :; done", {.time = seconds(60), .cpu_time = seconds(1)})
                  .timed_out);
  EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(30));
  EXPECT_EQ(run("sleep 2", {.time = seconds(60), .cpu_time = seconds(1)}).exit_code, 0);
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
