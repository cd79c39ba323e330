// tito mutate, in a temporary source tree: how it finds mutants, reads its table and judges the results of
// test programs.
#include "tests/cli/fake_build.h"
#include "tests/support/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace tinytorch::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;

/// A source tree with kernels and three builds.
class Mutate : public ::testing::Test {
 protected:
  Mutate() {
    fs::create_directories(root() / "kernels/cuda");
    fs::create_directories(root() / "tests/simt");
    for (const char* preset : {"emulated", "asan", "tsan"}) {
      fs::create_directories(root() / "build" / preset);
      std::ofstream(root() / "build" / preset / "programs.txt") << "suite\ttest_a\ttests/test_a\teach\n";
    }
    fs::copy_file(build_folder() / "tito", root() / "build/emulated/tito");
  }

  const fs::path& root() const { return tree_.path(); }

  void add_kernel(const std::string& name, const std::string& source) const {
    std::ofstream(root() / "kernels/cuda" / name) << source;
  }

  void write_table(const std::string& table) const {
    std::ofstream(root() / "tests/simt/mutants.txt") << table;
  }

  /// Writes the test program of all three builds. `body` runs if a call is omitted, and decides the exit
  /// code.
  void write_test(const std::string& body) const {
    for (const char* preset : {"emulated", "asan", "tsan"}) {
      tree_.add_script(std::string("build/") + preset + "/tests/test_a",
                       "preset=" + std::string(preset) + "; [ -n \"$SIMT_OMIT\" ] || exit 0\n" +
                           "reach() { echo \"simt: omitted /src/$SIMT_OMIT\" >&2; }\n" + body);
    }
  }

  /// Adds a kernel with one mutant, in line 2.
  void add_one_mutant() const {
    add_kernel("a.cu", "void a() {\n  __syncthreads();\n}\n");
    write_table("covers a.cu test_a A.*\n");
  }

  ProgramRun mutate(const std::string& arguments = "") const {
    return run_program((root() / "build/emulated/tito").string() + " mutate " + arguments);
  }

  const TemporaryFolder tree_;
};

// -- mutants

TEST_F(Mutate, FindsEachKindOfCall) {
  add_kernel("a.cu", R"source(if (within(f(i), n)) x[i] = 1;
  __syncthreads();
  __syncwarp(mask);
CUDA_CHECK(cudaStreamWaitEvent(stream, event, 0));
error = cudaStreamSynchronize(
cudaEventSynchronize(event);
)source");
  add_kernel("b.h", "__syncthreads();\n");
  add_kernel("notes.md", "__syncthreads();\n");
  write_table("covers a.cu test_a A\ncovers b.h test_a B\n");
  const ProgramRun run = mutate("--list");
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(run.output,
            "a.cu:1           within(f(i), n)\n"
            "a.cu:2           __syncthreads()\n"
            "a.cu:3           __syncwarp(mask)\n"
            "a.cu:4           cudaStreamWaitEvent(stream, event, 0)\n"
            "a.cu:5           cudaStreamSynchronize(\n"
            "a.cu:6           cudaEventSynchronize(event)\n"
            "b.h:1            __syncthreads()\n");
}

TEST_F(Mutate, IgnoresCommentsLiteralsAndDeclarations) {
  add_kernel("a.cu", R"source(// __syncthreads();
/* __syncthreads();
   within(i, n) */ char quote = '"', other = '\''; int many = 1'000;
const char* text = "\"within(i, n)";
__device__ bool within(T i, T n) {
void __syncthreads();
is_within(i, n); within_tile(i); __syncthreads_or(1);
within(i, n);
)source");
  write_table("covers a.cu test_a A\n");
  EXPECT_EQ(mutate("--list").output, "a.cu:8           within(i, n)\n");
}

TEST_F(Mutate, RejectsTwoCallsOnALine) {
  for (const char* line : {"if (within(i, n) && within(j, m)) {", "if (within(i, n)) __syncthreads();"}) {
    add_kernel("a.cu", std::string("\n") + line + "\n");
    const ProgramRun run = mutate("--list");
    EXPECT_EQ(run.exit_code, 1);
    EXPECT_THAT(run.output, AllOf(StartsWith("tito: "), HasSubstr("a.cu:2: two calls"),
                                  HasSubstr("put each on a line of its own")));
  }
}

// -- the table

TEST_F(Mutate, IdentifiesRedundantCallsByTheTextOfTheirLine) {
  add_kernel("a.cu", "  say(\"a\", within(i, n));\n  within(j, n);\n");
  write_table(
      "# a comment\n\ncovers a.cu test_a A\nredundant a.cu \"say(\\\"a\\\", within(i, n));\" it is 1\n");
  EXPECT_EQ(mutate("--list").output,
            "a.cu:1           within(i, n)\n"
            "                   redundant: it is 1\n"
            "a.cu:2           within(j, n)\n");
}

TEST_F(Mutate, RejectsATableThatDoesNotMatchTheSources) {
  add_one_mutant();
  const std::string cover = "covers a.cu test_a A\n";
  const struct {
    std::string table, error;
  } cases[] = {
      {"", "mutants.txt: no test covers a.cu; add: covers a.cu PROGRAM FILTER"},
      {cover + "covers b.cu test_a A\n",
       "mutants.txt:2: this file has no call that can be omitted: covers b.cu"},
      {"covers a.cu test_a\n", "mutants.txt:1: expected: covers FILE PROGRAM FILTER"},
      {"covers a.cu test_a A B\n", "mutants.txt:1: expected: covers FILE PROGRAM FILTER"},
      {"cover a.cu test_a A\n", "mutants.txt:1: expected covers or redundant"},
      {cover + "redundant a.cu \"__syncwarp();\" why\n", "mutants.txt:2: this file has no such line"},
      {cover + "redundant a.cu \"__syncthreads();\"\n", "mutants.txt:2: expected: redundant FILE"},
  };
  for (const auto& [table, error] : cases) {
    write_table(table);
    const ProgramRun run = mutate("--list");
    EXPECT_EQ(run.exit_code, 1) << table;
    EXPECT_THAT(run.output, HasSubstr(error)) << table;
  }
  fs::remove(root() / "tests/simt/mutants.txt");
  EXPECT_THAT(mutate("--list").output, EndsWith("mutants.txt is missing\n"));
}

// -- verdicts

TEST_F(Mutate, MutantIsCaughtWhenATestFails) {
  add_one_mutant();
  write_test("reach; exit 1");
  const ProgramRun run = mutate();
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output,
              AllOf(HasSubstr("baseline: emulated forward, the tests pass ("),
                    HasSubstr("baseline: emulated shuffled 3, the tests pass ("),
                    HasSubstr("baseline: tsan, the tests pass ("),
                    HasSubstr("\ncaught      a.cu:2           __syncthreads()  by emulated forward, "
                              "test_a: exit code 1 ("),
                    EndsWith("\n1 mutants: 1 caught, 0 redundant\n")));
}

TEST_F(Mutate, RunsTheStagesFromCheapToExpensive) {
  add_one_mutant();
  write_test("reach; echo \"$preset $SIMT_ORDER $SIMT_SEED $SIMT_WORKERS $SIMT_DEVICES $*\" >> " +
             (root() / "calls").string() + "; [ $preset != tsan ] || exit 66");
  EXPECT_THAT(mutate().output, HasSubstr("  by tsan, test_a: exit code 66 ("));
  const std::string arguments = " 2 --backend=cuda --gtest_filter=A.* --gtest_fail_fast --gtest_color=no\n";
  EXPECT_EQ(run_program("cat " + (root() / "calls").string()).output,
            "emulated forward 1 1" + arguments + "emulated reverse 1 1" + arguments +
                "emulated shuffled 1 1" + arguments + "emulated shuffled 2 1" + arguments +
                "emulated shuffled 3 1" + arguments + "asan forward 1 1" + arguments + "tsan shuffled 1 3" +
                arguments);
}

TEST_F(Mutate, CrashesAndEndlessLoopsAreCaught) {
  add_one_mutant();
  write_test("reach; kill -SEGV $$");
  EXPECT_THAT(mutate("--stages emulated").output, HasSubstr("signal SIGSEGV"));
  write_test("reach; exec sleep 60");
  const ProgramRun run = mutate("--stages emulated --timeout 1");
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_THAT(run.output, AllOf(HasSubstr("test_a: timeout ("), EndsWith("1 caught, 0 redundant\n")));
}

TEST_F(Mutate, SurvivorsAreListedAndFailTheRun) {
  add_kernel("a.cu", "__syncthreads();\n  if (within(i, n)) return;\n");
  write_table("covers a.cu test_a A\n");
  write_test("reach; case $SIMT_OMIT in *kernels/cuda/a.cu:1) exit 1 ;; esac");
  const ProgramRun run = mutate();
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output, AllOf(HasSubstr("\nsurvived    a.cu:2           within(i, n) ("),
                                EndsWith("\nSURVIVED: a.cu:2: if (within(i, n)) return;\n"
                                         "2 mutants: 1 caught, 0 redundant, 1 survived\n")));
}

TEST_F(Mutate, UnreachedMutantSurvivesEvenIfTestsFail) {
  add_one_mutant();
  for (const char* body : {"exit 0", "exit 1"}) {
    write_test(body);
    const ProgramRun run = mutate();
    EXPECT_EQ(run.exit_code, 1);
    EXPECT_THAT(run.output, AllOf(HasSubstr("\nnot reached a.cu:2           __syncthreads() ("),
                                  EndsWith("\nSURVIVED: a.cu:2: __syncthreads();  (no test reaches it)\n"
                                           "1 mutants: 0 caught, 0 redundant, 1 survived\n")));
  }
}

TEST_F(Mutate, RedundantCallThatNoTestMissesIsAccepted) {
  add_one_mutant();
  write_table("covers a.cu test_a A\nredundant a.cu \"__syncthreads();\" a warp is enough\n");
  write_test("reach");
  const ProgramRun run = mutate();
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output, AllOf(HasSubstr("\nredundant   a.cu:2           __syncthreads() ("),
                                EndsWith("\n1 mutants: 0 caught, 1 redundant\n")));
}

TEST_F(Mutate, RedundantCallThatATestMissesIsAnError) {
  add_one_mutant();
  write_table("covers a.cu test_a A\nredundant a.cu \"__syncthreads();\" a warp is enough\n");
  write_test("reach; [ $preset != asan ]");
  const ProgramRun run = mutate();
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(
      run.output,
      AllOf(HasSubstr(
                "\nFAILED: a.cu:2 is redundant according to tests/simt/mutants.txt, but was caught by asan, "
                "test_a: exit code 1\n"),
            EndsWith("\n1 mutants: 1 caught, 0 redundant\n")));
}

TEST_F(Mutate, FailingBaselineStopsTheRun) {
  add_one_mutant();
  tree_.add_script("build/emulated/tests/test_a", "[ $SIMT_ORDER != reverse ] || exit 1");
  tree_.add_script("build/asan/tests/test_a", "");
  tree_.add_script("build/tsan/tests/test_a", "");
  const ProgramRun run = mutate();
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(
      run.output,
      AllOf(HasSubstr("baseline: emulated reverse, test_a --gtest_filter=A.* fails: exit code 1; see " +
                      (root() / "build/emulated/test-results/mutate.baseline.log").string()),
            EndsWith("no mutant was run.\n"), Not(HasSubstr("mutants:"))));
}

TEST_F(Mutate, WritesALogOfEachMutantWithAddressRandomizationOff) {
  add_one_mutant();
  write_test("reach; cat /proc/self/personality; exit 1");
  mutate();
  EXPECT_EQ(run_program("cat " + (root() / "build/emulated/test-results/mutate.a.cu.2.log").string()).output,
            "simt: omitted /src/kernels/cuda/a.cu:2\n00040000\n");
}

// -- options

TEST_F(Mutate, SelectsOneKernelByNameOrNumber) {
  for (const char* file : {"alpha.cu", "beta.cu", "gamma.cu"}) add_kernel(file, "__syncthreads();\n");
  write_table("covers alpha.cu test_a A\ncovers beta.cu test_a B\ncovers gamma.cu test_a C\n");
  EXPECT_THAT(mutate("--list --kernel beta.cu").output, MatchesRegex("beta.cu:1 +__syncthreads\\(\\)\n"));
  EXPECT_THAT(mutate("--list --sample 5").output, StartsWith("gamma.cu:1 "));
  EXPECT_EQ(mutate("--list --sample 5").output, mutate("--list --sample 2").output);
  const ProgramRun unknown = mutate("--kernel gama.cu");
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_EQ(unknown.output, "tito: unknown kernel 'gama.cu'; did you mean 'gamma.cu'?\n");
  EXPECT_EQ(mutate("--kernel beta.cu --sample 1").exit_code, 2);
  EXPECT_EQ(mutate("--stages release").exit_code, 2);
}

TEST_F(Mutate, MissingBuildsExitWithTwo) {
  add_one_mutant();
  write_test("reach; exit 1");
  fs::remove(root() / "build/asan/tests/test_a");
  const ProgramRun run = mutate();
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.output, EndsWith("build/asan/tests/test_a is missing; ./tito mutate builds it\n"));
  EXPECT_EQ(mutate("--stages emulated,tsan").exit_code, 0);
  fs::remove_all(root() / "build/tsan");
  EXPECT_EQ(mutate("--stages tsan").exit_code, 2);
  fs::remove_all(root() / "kernels");
  EXPECT_THAT(mutate("--list").output, HasSubstr("kernels/cuda is missing"));
}

}  // namespace
}  // namespace tinytorch::testing
