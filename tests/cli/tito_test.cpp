// The tito program: its output, its exit codes, and how it counts tests.
#include "tests/cli/fake_build.h"
#include "tests/support/program.h"

#include "core/device.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace tinytorch::testing {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::ContainsRegex;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

/// A suite in which no test matches the filter: GoogleTest reports an empty run, and tests/support/main.cpp
/// exits with 1.
std::string suite_without_match() { return reporting_suite(0, 0) + "1"; }

TEST(TitoCommands, VersionAndHelpSucceed) {
  const FakeBuild build;
  const ProgramRun version = build.tito("--version");
  EXPECT_EQ(version.exit_code, 0);
  EXPECT_THAT(version.output, StartsWith("TinyTorch 0."));
  for (const char* command : {"",
                              "run",
                              "test",
                              "mutate",
                              "ops",
                              "inspect",
                              "plot",
                              "list",
                              "system",
                              "system info",
                              "system doctor",
                              "module",
                              "module list",
                              "module view",
                              "module start",
                              "module resume",
                              "module path",
                              "module reset",
                              "module complete",
                              "module status",
                              "fix",
                              "checkpoint",
                              "checkpoint status",
                              "checkpoint test",
                              "milestone",
                              "milestone list",
                              "milestone info",
                              "milestone run",
                              "milestone status",
                              "grade",
                              "grade release",
                              "grade collect",
                              "grade autograde",
                              "grade feedback",
                              "grade export"}) {
    const ProgramRun help = build.tito(std::string(command) + " --help");
    EXPECT_EQ(help.exit_code, 0) << command;
    EXPECT_THAT(help.output, HasSubstr("Usage:")) << command;
  }
}

TEST(TitoCommands, UnknownCommandSuggestsTheNearest) {
  const FakeBuild build;
  const ProgramRun command = build.tito("tset");
  EXPECT_EQ(command.exit_code, 2);
  EXPECT_EQ(command.output, "tito: unknown command 'tset'; did you mean 'test'?\n");
  const ProgramRun below = build.tito("system docter");
  EXPECT_EQ(below.exit_code, 2);
  EXPECT_EQ(below.output, "tito: unknown command 'docter'; did you mean 'doctor'?\n");
}

TEST(TitoCommands, UnknownCommandWithoutANearOneListsAll) {
  const ProgramRun run = FakeBuild().tito("zzzzzzzzz");
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_EQ(
      run.output,
      "tito: unknown command 'zzzzzzzzz'; available: run, test, benchmark, drill, mutate, ops, inspect, "
      "plot, list, module, fix, checkpoint, milestone, grade, system\n");
}

TEST(TitoCommands, UsageErrorsExitWithTwo) {
  const FakeBuild build;
  for (const char* arguments : {"",
                                "--bogus",
                                "run",
                                "test --backend tpu",
                                "test --bogus",
                                "system",
                                "list extra",
                                "inspect",
                                "inspect a b",
                                "inspect --bogus a",
                                "plot",
                                "plot --x epoch a",
                                "test --dir a",
                                "module reset",
                                "module view 03 04",
                                "module resume a",
                                "fix",
                                "checkpoint",
                                "checkpoint test",
                                "milestone",
                                "milestone run",
                                "grade",
                                "grade release 3",
                                "grade collect a",
                                "grade autograde",
                                "grade export a"}) {
    EXPECT_EQ(build.tito(arguments).exit_code, 2) << arguments;
  }
}

TEST(TitoCommands, BuildThatWasNeverConfiguredIsAnError) {
  const TemporaryFolder folder;
  std::filesystem::copy_file(build_folder() / "tito", folder.path() / "tito");
  const ProgramRun run = run_program((folder.path() / "tito").string() + " list");
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output, HasSubstr("programs.txt is missing"));
}

TEST(TitoOutput, ThatCannotBeWrittenIsAFailure) {
  FakeBuild build;
  build.add_suite("test_a", reporting_suite(1, 0));
  for (const char* arguments :
       {"list", "--help", "--version", "run --help", "system info", "system doctor", "test --backend cpu"}) {
    const ProgramRun run = build.tito(std::string(arguments) + " >/dev/full");
    EXPECT_EQ(run.exit_code, 1) << arguments;
    EXPECT_THAT(run.output, StartsWith("standard output could not be written")) << arguments;
  }
  EXPECT_EQ(build.tito("list >&-").exit_code, 1);
  for (const char* program : {"modules/cli/devices", "tests/ops", "tests/test_cli --gtest_list_tests"}) {
    const ProgramRun run = run_program((build_folder() / program).string() + " >/dev/full");
    EXPECT_EQ(run.exit_code, 1) << program;
    EXPECT_THAT(run.output, AnyOf(HasSubstr("standard output could not be written"),
                                  HasSubstr("cannot write to file: No space left on device")))
        << program;
  }
}

TEST(TitoOps, CoversEveryOp) {
  const ProgramRun run = run_program((build_folder() / "tito").string() + " ops");
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_THAT(run.output, ContainsRegex("\nops [0-9]+: cpu .*, uncovered 0\n$"));
}

TEST(TitoOps, BuildWithoutTestsIsAnError) {
  const ProgramRun run = FakeBuild().tito("ops");
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_EQ(run.output,
            "tito: this build has no program `ops`; configure it with -DTINYTORCH_TESTS=ON "
            "-DTINYTORCH_TOOLS=ON -DTINYTORCH_BENCHMARKS=ON\n");
}

TEST(TitoRun, PassesArgumentsAndExitCode) {
  FakeBuild build;
  build.add_example("echoes", "printf '<%s>' \"$@\"; exit 7");
  const ProgramRun run = build.tito("run echoes --epochs 5 'two words' --backend cpu --help -- ''");
  EXPECT_EQ(run.exit_code, 7);
  EXPECT_EQ(run.output, "<--epochs><5><two words><--backend><cpu><--help><--><>");
}

TEST(TitoRun, StartsTheProgramForTheCpuWhereTheLauncherBuiltThat) {
  FakeBuild build;
  build.add_example("example", "echo with CUDA");
  build.add_example("cpu/example", "echo for the CPU");
  EXPECT_EQ(build.tito("run example").output, "with CUDA\n");
  const ProgramRun run = run_program("TITO_CPU_ONLY=1 " + (build.path() / "tito").string() + " run example");
  EXPECT_EQ(run.output, "for the CPU\n");
}

TEST(TitoRun, UnknownExampleSuggestsTheNearest) {
  FakeBuild build;
  build.add_example("xor_network", "exit 0");
  build.add_example("fashion_mnist", "exit 0");
  const ProgramRun near = build.tito("run xor_netwrok");
  EXPECT_EQ(near.exit_code, 2);
  EXPECT_EQ(near.output, "tito: unknown example 'xor_netwrok'; did you mean 'xor_network'?\n");
  EXPECT_THAT(build.tito("run fashion").output, HasSubstr("did you mean 'fashion_mnist'?"));
}

TEST(TitoList, ShowsExamplesWithDescriptionsAndSuites) {
  FakeBuild build;
  build.add_example("xor_network", "exit 0", "Learns XOR.");
  build.add_suite("test_core", "exit 0");
  const ProgramRun run = build.tito("list");
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_THAT(run.output, AllOf(HasSubstr("xor_network  Learns XOR."), HasSubstr("test_core")));
}

TEST(TitoTest, SumsSuitesAndPrintsTheTotalLast) {
  FakeBuild build;
  build.add_suite("test_a", reporting_suite(3, 0));
  build.add_suite("test_b", reporting_suite(4, 0));
  const ProgramRun run = build.tito("test --backend cpu");
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_THAT(run.output, EndsWith("\n7 passed, 0 failed\n"));
}

TEST(TitoTest, FailingTestIsListedWithItsOutput) {
  FakeBuild build;
  build.add_suite("test_a", reporting_suite(2, 1));
  const ProgramRun run = build.tito("test --backend cpu");
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output, AllOf(HasSubstr("inside Failing0"), Not(HasSubstr("inside Passing0")),
                                HasSubstr("FAILED: S.Failing0 in test_a --backend cpu"),
                                EndsWith("\n2 passed, 1 failed\n")));
}

TEST(TitoTest, CrashIsAFailureThatNamesTheSignalAndTheTest) {
  FakeBuild build;
  build.add_suite("test_a", reporting_suite(2, 0));
  build.add_suite("test_crashing", "echo '[ RUN      ] S.Deep'; kill -SEGV $$");
  const ProgramRun run = build.tito("test --backend cpu");
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output,
              AllOf(HasSubstr("test_crashing (cpu) ended with signal SIGSEGV (Segmentation fault) in S.Deep"),
                    EndsWith("\n2 passed, 1 failed\n")));
}

TEST(TitoTest, FailureAfterTheTestsIsAFailure) {
  FakeBuild build;
  std::string body = reporting_suite(2, 0);
  body.replace(body.rfind("exit 0"), 6, "exit 23");  // as a leak report at exit does
  build.add_suite("test_a", body);
  const ProgramRun run = build.tito("test --backend cpu");
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output, AllOf(HasSubstr("test_a (cpu) ended with exit code 23 after its tests had passed"),
                                EndsWith("\n2 passed, 1 failed\n")));
}

TEST(TitoTest, ZeroTestsAreAFailure) {
  const ProgramRun no_suites = FakeBuild().tito("test --backend cpu");
  EXPECT_EQ(no_suites.exit_code, 1);
  EXPECT_THAT(no_suites.output, EndsWith("\n0 passed, 0 failed\n"));

  FakeBuild build;
  build.add_suite("test_full", reporting_suite(1, 0));
  build.add_suite("test_empty", reporting_suite(0, 0));
  const ProgramRun empty_suite = build.tito("test --backend cpu");
  EXPECT_EQ(empty_suite.exit_code, 1);
  EXPECT_THAT(empty_suite.output,
              AllOf(HasSubstr("test_empty (cpu) has no tests"), EndsWith("\n1 passed, 1 failed\n")));
}

TEST(TitoTest, LongSuiteRunsInShardsAtTheSameTime) {
  FakeBuild build;
  // Each shard waits until all have started.
  const std::string folder = build.path().string();
  build.add_suite("test_long",
                  "touch " + folder + "/shard.$GTEST_SHARD_INDEX.$GTEST_TOTAL_SHARDS\nturns=0\n" +
                      "until [ -e " + folder + "/shard.0.3 ] && [ -e " + folder + "/shard.1.3 ] && [ -e " +
                      folder + "/shard.2.3 ]; do\n" +
                      "  turns=$((turns + 1)); [ $turns -lt 600 ] || exit 9; sleep 0.05\ndone\n" +
                      reporting_suite(2, 0),
                  "each\tlong");
  const ProgramRun run = build.tito("test --backend cpu -j 5");
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output, AllOf(HasSubstr("test_long (cpu) 1/3"), HasSubstr("test_long (cpu) 2/3"),
                                HasSubstr("test_long (cpu) 3/3"), EndsWith("\n6 passed, 0 failed\n")));
}

TEST(TitoTest, LongSuiteWithoutBackendsHasAShardForEachJob) {
  FakeBuild build;
  build.add_suite("test_long", reporting_suite(2, 0), "once\tlong");
  const ProgramRun run = build.tito("test --backend cpu -j 2");
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output, AllOf(HasSubstr("test_long 1/2"), HasSubstr("test_long 2/2"),
                                EndsWith("\n4 passed, 0 failed\n")));
}

TEST(TitoTest, EmptyShardIsNoFailure) {
  FakeBuild build;
  build.add_suite(
      "test_long",
      "if [ $GTEST_SHARD_INDEX = 0 ]; then\n" + reporting_suite(1, 0) + "\nfi\n" + suite_without_match(),
      "each\tlong");
  const ProgramRun run = build.tito("test --backend cpu -j 3");
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output, EndsWith("\n1 passed, 0 failed\n"));
}

TEST(TitoTest, LongSuiteWithoutTestsIsAFailure) {
  FakeBuild build;
  build.add_suite("test_a", reporting_suite(1, 0));
  build.add_suite("test_long", suite_without_match(), "each\tlong");
  const ProgramRun run = build.tito("test --backend cpu -j 2");
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output, AllOf(HasSubstr("\nFAILED: test_long (cpu) has no tests\n"),
                                EndsWith("\n1 passed, 1 failed\n")));
}

TEST(TitoTest, PatternRunsALongSuiteWhole) {
  FakeBuild build;
  build.add_suite("test_long", "[ -z \"${GTEST_TOTAL_SHARDS-}\" ] || exit 9\n" + reporting_suite(1, 0),
                  "each\tlong");
  const ProgramRun run = build.tito("test --backend cpu -j 2 -k Passing");
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output, EndsWith("\n1 passed, 0 failed\n"));
}

TEST(TitoTest, PatternSkipsSuitesWithoutAMatch) {
  FakeBuild build;
  build.add_suite(
      "test_a", "case \"$*\" in *--gtest_filter=\\*Word\\**) ;; *) exit 9 ;; esac\n" + reporting_suite(1, 0));
  build.add_suite("test_b", suite_without_match());
  const ProgramRun run = build.tito("test --backend cpu -k Word");
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output, EndsWith("\n1 passed, 0 failed\n"));
}

TEST(TitoTest, PatternThatMatchesNothingFails) {
  FakeBuild build;
  build.add_suite("test_a", suite_without_match());
  const ProgramRun run = build.tito("test --backend cpu -k Nothing");
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output,
              AllOf(HasSubstr("FAILED: no test matches 'Nothing'\n"), EndsWith("\n0 passed, 0 failed\n")));
}

TEST(TitoTest, DeviceIndependentSuiteRunsOnceWithoutABackend) {
  FakeBuild build;
  build.add_suite("test_a", "case \"$*\" in *--backend*) exit 9 ;; esac\n" + reporting_suite(1, 0), "once");
  const ProgramRun run = build.tito("test");
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output, EndsWith("\n1 passed, 0 failed\n"));
}

TEST(TitoTest, UnavailableBackendIsSkippedByAllAndFailsByName) {
  FakeBuild build;
  build.add_suite("test_a", reporting_suite(1, 0));
  const ProgramRun all = build.tito("test --backend all"), by_name = build.tito("test --backend cuda");
  EXPECT_EQ(all.exit_code, 0);
  if (is_available(Device::cuda())) {
    EXPECT_THAT(all.output, EndsWith("\n2 passed, 0 failed\n"));
    EXPECT_EQ(by_name.exit_code, 0);
  } else {
    EXPECT_THAT(all.output, HasSubstr("cuda skipped: " + unavailable_reason(DeviceType::cuda)));
    EXPECT_THAT(all.output, EndsWith("\n1 passed, 0 failed\n"));
    EXPECT_EQ(by_name.exit_code, 2);
    EXPECT_THAT(by_name.output, HasSubstr("tito: backend cuda is not available"));
  }
}

TEST(TitoTest, TwoAtOnceRunOneAfterTheOther) {
  FakeBuild build;
  build.add_suite("test_a", "mkdir " + build.path().string() + "/busy || exit 9\nsleep 0.3\nrmdir " +
                                build.path().string() + "/busy\n" + reporting_suite(1, 0));
  const ProgramRun both = build.tito("test --backend cpu & " + (build.path() / "tito").string() +
                                     " test --backend cpu && wait $!");
  EXPECT_EQ(both.exit_code, 0) << both.output;
  EXPECT_THAT(both.output, HasSubstr("tito: waiting for another tito, which is at work in " +
                                     (build.path() / "test-results").string() + "\n"));
}

TEST(TitoDrill, RunsTheSuitesOfDrillsAndTheFuzzers) {
  FakeBuild build;
  build.add_suite("test_a",
                  "case \"$*\" in *'--gtest_filter=Drill*:*/Drill*'*) ;; *) exit 9 ;; esac\n"
                  "[ -z \"${TINYTORCH_DRILL-}\" ] || exit 8\n" +
                      reporting_suite(2, 0));
  build.add_fuzzer("fuzz_a", "case \"$*\" in *' /seeds '*-max_total_time=20*) ;; *) exit 9 ;; esac");
  const ProgramRun run = build.tito("drill --backend cpu");
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output, AllOf(ContainsRegex("fuzz_a +passed"), EndsWith("\n2 passed, 0 failed\n")));
}

TEST(TitoDrill, TakesLongerWhenAsked) {
  FakeBuild build;
  build.add_suite("test_a", "[ \"$TINYTORCH_DRILL\" = long ] || exit 9\n" + reporting_suite(1, 0));
  build.add_fuzzer("fuzz_a", "case \"$*\" in *-max_total_time=300*) ;; *) exit 9 ;; esac");
  const ProgramRun run = build.tito("drill --long --backend cpu");
  EXPECT_EQ(run.exit_code, 0) << run.output;
}

TEST(TitoDrill, FuzzerThatFindsAFailureFails) {
  FakeBuild build;
  build.add_suite("test_a", reporting_suite(1, 0));
  build.add_fuzzer("fuzz_a", "echo 'found it'; exit 77");
  const ProgramRun run = build.tito("drill --backend cpu");
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output, AllOf(ContainsRegex("fuzz_a +FAILED with exit code 77"), HasSubstr("  found it\n"),
                                EndsWith("\n1 passed, 0 failed\n")));
  EXPECT_EQ(build.tito("drill --fuzzers").exit_code, 1);
}

TEST(TitoDrill, BuildWithoutFuzzersSaysSo) {
  FakeBuild build;
  build.add_suite("test_a", reporting_suite(1, 0));
  const ProgramRun run = build.tito("drill --backend cpu");
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output,
              HasSubstr("this build has no fuzzers; they need clang: CXX=clang++ TITO_PRESET=asan"));
  EXPECT_EQ(build.tito("drill --fuzzers").exit_code, 2);
}

TEST(TitoSystem, InfoNamesWhatMatters) {
  const ProgramRun run = FakeBuild().tito("system info");
  EXPECT_EQ(run.exit_code, 0);
  for (const char* name : {"compiler", "SIMD", "cores", "memory", "CUDA toolkit", "NVIDIA driver", "GPU"}) {
    EXPECT_THAT(run.output, HasSubstr(name));
  }
}

TEST(TitoSystem, DoctorFailsOnlyForWhatTheCpuBuildNeeds) {
  const FakeBuild build;
  EXPECT_EQ(build.tito("system doctor").exit_code, 0);  // with a GPU or without
  const ProgramRun broken =
      run_program("CXX=/nowhere/c++ " + (build.path() / "tito").string() + " system doctor");
  EXPECT_EQ(broken.exit_code, 1);
  EXPECT_THAT(broken.output, AllOf(HasSubstr("MISSING"), HasSubstr("apt-get install g++")));
}

}  // namespace
}  // namespace tinytorch::testing
