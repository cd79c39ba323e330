// tito benchmark: what it makes of the times that a program gives for its rows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include <nlohmann/json.hpp>

#include "tests/cli/fake_build.h"

namespace tinytorch::testing {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

/// Rows for --list: of the machine, of a product of 2e6 operations, and one that moves 1e9 bytes.
constexpr const char* kRows =
    R"([{"name":"multiply-adds","group":"machine","operations":1e9},{"name":"copy of memory","group":"machine","operations":0},)"
    R"({"name":"matmul 100","group":"products","operations":2e6},{"name":"add 1","group":"elementwise","operations":0}])";

/// A program that answers each line with the case's text, for the words that name its row.
std::string program(const std::string& cases) {
  return std::string("case $1 in --list) echo '") + kRows +
         "'; exit ;; esac\nwhile read -r line; do case $line in " + cases + " esac; done\n";
}

const std::string kMachine =
    R"(*multiply-adds*) echo '{"seconds":0.5,"bytes":0}' ;; *copy*) echo '{"seconds":1,"bytes":2e9}' ;; )";

class Benchmark : public ::testing::Test {
 protected:
  ProgramRun run(const std::string& cases, const std::string& arguments) {
    build_.add_tool("benchmarks", program(kMachine + cases));
    return build_.tito("benchmark " + arguments);
  }

  FakeBuild build_;
};

TEST_F(Benchmark, PrintsTimesRatesAndShares) {
  const ProgramRun result =
      run(R"(*matmul*) echo '{"seconds":0.002,"bytes":100}' ;; *add*) echo '{"seconds":1,"bytes":1e9}' ;;)",
          "--rounds 2");
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("1 thread: median of 2 rounds"));
  // 2e6 operations in 2 ms are 1 GF/s, half of 1e9 operations in 0.5 s.
  EXPECT_THAT(result.output, ContainsRegex("matmul 100 +2.00 ms +1.0 GF/s +50 %"));
  EXPECT_THAT(result.output, ContainsRegex("add 1 +1.00 s +1.0 GB/s +50 %"));
}

TEST_F(Benchmark, WritesTheTimesAsJson) {
  const std::string file = (build_.path() / "times.json").string();
  const ProgramRun result =
      run(R"(*matmul*) echo '{"seconds":0.25,"bytes":0}' ;; *add*) echo '{"error":"[add] broken"}' ;;)",
          "--threads 1,2 --json " + file);
  EXPECT_EQ(result.exit_code, 1);  // a row failed
  EXPECT_THAT(result.output, AllOf(HasSubstr("failed: [add] broken"), HasSubstr("2 threads")));
  const nlohmann::json times = nlohmann::json::parse(std::ifstream(file));
  for (const char* threads : {"1", "2"}) {
    EXPECT_EQ(times[threads][2]["seconds"]["median"], 0.25);
    EXPECT_EQ(times[threads][3]["error"], "[add] broken");
  }
}

TEST_F(Benchmark, SaysSoIfRoundsDiffer) {
  const ProgramRun noisy =
      run("*) n=$((${n:-0} + 1)); echo \"{\\\"seconds\\\":$n,\\\"bytes\\\":0}\" ;;", "--rounds 4");
  EXPECT_THAT(noisy.output, HasSubstr("too noisy to judge by"));
}

TEST_F(Benchmark, SaysSoIfTheProgramEnds) {
  const ProgramRun result = run("*) exit 3 ;;", "");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output, HasSubstr("benchmarks has ended with exit code 3"));
  EXPECT_THAT(result.output, HasSubstr("benchmarks has ended already"));  // for the next row
}

TEST_F(Benchmark, AsksForTheRowsOfEachNumberOfThreads) {
  build_.add_tool("benchmarks",
                  R"(case $1 in --list) echo "[{\"name\":\"multiply-adds\",\"group\":\"machine\","\
"\"operations\":${3}e9},{\"name\":\"matmul\",\"group\":\"products\",\"operations\":1e9}]"; exit ;; esac
while read -r line; do echo '{"seconds":1,"bytes":0}'; done)");
  const ProgramRun result = build_.tito("benchmark --threads 1,2 --rounds 1");
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, ContainsRegex("matmul +1.00 s +1.0 GF/s +100 %"));
  EXPECT_THAT(result.output, ContainsRegex("matmul +1.00 s +1.0 GF/s +50 %"));
}

TEST_F(Benchmark, ReadsTheRowsAfterWhatTheLibrarySays) {
  build_.add_tool("benchmarks",
                  R"(echo 'tinytorch: CPU kernels use avx2' >&2; echo '[{"name":"multiply-adds",)"
                  R"("group":"machine","operations":1e9}]')");
  EXPECT_THAT(build_.tito("benchmark -k typo").output, HasSubstr("no row matches typo"));
}

TEST_F(Benchmark, PassesUsageErrorsOn) {
  build_.add_tool("benchmarks", "echo 'backend cuda is not available: no GPU' >&2; exit 2");
  const ProgramRun result = build_.tito("benchmark --backend cuda");
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.output, HasSubstr("tito: backend cuda is not available: no GPU"));
}

TEST_F(Benchmark, OpensTheFileBeforeItTimesAnything) {
  const ProgramRun result = run("*) exit 3 ;;", "--json /nowhere/times.json");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output,
              AllOf(HasSubstr("cannot write /nowhere/times.json"), Not(HasSubstr("has ended"))));
}

TEST_F(Benchmark, SaysSoIfNoRowMatches) {
  build_.add_tool("benchmarks", R"(echo '[{"name":"multiply-adds","group":"machine","operations":1e9}]')");
  const ProgramRun result = build_.tito("benchmark -k typo");
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.output, HasSubstr("no row matches typo"));
}

TEST_F(Benchmark, NeedsPyTorchToCompare) {
  build_.add_tool("benchmarks", program(kMachine));
  const ProgramRun result =
      run_program("TORCH_DIR=/nowhere " + (build_.path() / "tito").string() + " benchmark --compare torch");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output, HasSubstr("set TORCH_DIR to a folder that has lib/libtorch_cpu.so"));
}

}  // namespace
}  // namespace tinytorch::testing
