// Runs the program examples/serving as a user does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <string>

#include "core/device.h"
#include "tests/support/backend.h"
#include "tests/support/file_test.h"
#include "tests/support/program.h"

namespace tinytorch::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;

class Serving : public FileTest {
 protected:
  ProgramRun serve(const std::string& arguments) const {
    return run_program("'" + (build_folder() / "examples/serving/serving").string() + "' --backend " +
                       name(backend().type) + " " + arguments + " 2>&1");
  }
  /// Serves these lines.
  ProgramRun serve_lines(const std::string& lines, const std::string& arguments = "") const {
    return serve("--quick --requests '" + write(lines, "requests") + "' " + arguments);
  }

  /// 300 parts of known kind, near the centers of theirs.
  static std::string known_parts() {
    std::string lines;
    for (int i = 0; i < 100; ++i) lines += "-2 -1 0\n2 -1 1\n0 2 2\n";
    return lines;
  }
};

/// What is the same each time: all but the measured latencies.
std::string without_latencies(const std::string& output) {
  return output.substr(0, output.find("version 1, its last"));
}

TEST_F(Serving, TakesABadVersionBackAndAsksForTraining) {
  const ProgramRun run = serve("--quiet");
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output,
              MatchesRegex("version 1 is live\nversion 2 is live\n"
                           "version 2 is wrong about [0-9]+ %, version 1 was about [0-9] %: rolled back to "
                           "version 1\n"
                           "(reading 1 has drifted: stability index [0-9.]+\n)+"
                           "train again: the readings are not those of the training data\n"
                           "(reading 1 has drifted: stability index [0-9.]+\n)+"
                           "train again: the readings are not those of the training data\n"
                           "800 of 800 requests answered\n"
                           "version 1, its last 100 requests: mean [0-9.]+ ms, p95 [0-9.]+ ms; wrong about "
                           "[0-9]+ % of those of known kind\n"));
  EXPECT_EQ(without_latencies(serve("--quiet").output), without_latencies(run.output));
}

TEST_F(Serving, AnswersRequests) {
  const ProgramRun run = serve_lines("-2 -1\n2 -1 1\r\n  0\t2.0  2\n");
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output, MatchesRegex("version 1 is live\n0 \\([0-9]+ %\\)\n1 \\([0-9]+ %\\)\n2 \\([0-9]+ %"
                                       "\\)\n3 of 3 requests answered\nversion 1, its last 3 requests: .*; "
                                       "wrong about 0 % of those of known kind\n"));
  EXPECT_THAT(serve("--quick --requests - < '" + path("requests") + "'").output,
              StartsWith(without_latencies(run.output)));
}

TEST_F(Serving, ExplainsWhatIsNoRequest) {
  const std::string lines =
      std::string("\n1\n1 2 0 0\n1e9x 2\nnan 1\ninf 1\n1e99 1\n1 2 3\n1 2 -1\n1 2 0.5\n") +
      std::string("\0\xff\x1b[2J 1\n", 9) + "1 2" + std::string(1 << 20, ' ') + "0\n" + "1 " +
      std::string(1 << 20, '1') + "\n-2 -1";
  const ProgramRun run = serve_lines(lines, "--deploy-after 0");
  EXPECT_EQ(run.exit_code, 0) << run.output;
  const std::string readings = ": expected two readings, and the kind if it is known\n",
                    number = ": a reading is not a number\n", finite = ": a reading is not finite\n",
                    kind = ": the kind must be 0, 1 or 2\n",
                    too_long = ": a request has at most 200 characters\n";
  EXPECT_THAT(run.output,
              StartsWith("version 1 is live\nline 1" + readings + "line 2" + readings + "line 3" + readings +
                         "line 4" + number + "line 5" + finite + "line 6" + finite + "line 7" + number +
                         "line 8" + kind + "line 9" + kind + "line 10" + kind + "line 11" + number +
                         "line 12" + too_long + "line 13" + too_long + "0 ("));
  EXPECT_THAT(run.output, HasSubstr("\n1 of 14 requests answered\n"));
}

TEST_F(Serving, HasNoAnswerBeyondTheRangeOfTheModel) {
  const ProgramRun run = serve_lines("3e38 -3e38\n-2 -1\n");
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output, StartsWith("version 1 is live\nno answer: the model gives no probability, as a "
                                     "weight or a reading is too large or "
                                     "not finite\n0 ("));
}

TEST_F(Serving, OfNoRequestsReportsNothingKnown) {
  const ProgramRun run = serve_lines("");
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output, AllOf(HasSubstr("0 of 0 requests answered\n"),
                                HasSubstr("version 1, its last 0 requests: mean nan ms")));
}

TEST_F(Serving, KeepsAGoodVersionAndTakesABadOneBack) {
  const std::string good = path("good.safetensors"), bad = path("bad.safetensors");
  ASSERT_EQ(serve_lines("", "--seed 1 --save '" + good + "'").exit_code, 0);
  ASSERT_EQ(serve_lines("", "--epochs 0 --save '" + bad + "'").exit_code, 0);
  const ProgramRun kept = serve_lines(known_parts(), "--quiet --deploy-after 100 --deploy '" + good + "'");
  EXPECT_EQ(kept.exit_code, 0) << kept.output;
  EXPECT_THAT(kept.output, AllOf(HasSubstr("version 2 is live\n"), Not(HasSubstr("rolled back")),
                                 HasSubstr("version 2, its last 100 requests: ")));
  const ProgramRun back = serve_lines(known_parts(), "--quiet --deploy-after 100 --deploy '" + bad + "'");
  EXPECT_THAT(back.output, AllOf(HasSubstr("version 1 was about 0 %: rolled back to version 1\n"),
                                 Not(HasSubstr("version 2, its last"))));
}

TEST_F(Serving, NeedsKnownKindsOfBothVersions) {
  const std::string bad = path("bad.safetensors");
  ASSERT_EQ(serve_lines("", "--epochs 0 --save '" + bad + "'").exit_code, 0);
  std::string unknown;
  for (int i = 0; i < 150; ++i) unknown += "-2 -1\n";
  for (const std::string& lines : {unknown + known_parts(), known_parts() + unknown}) {
    const std::size_t after = lines.starts_with("-2 -1\n") ? 150 : 300;
    const ProgramRun run =
        serve_lines(lines, "--quiet --deploy-after " + std::to_string(after) + " --deploy '" + bad + "'");
    EXPECT_THAT(run.output, AllOf(HasSubstr("version 2 is live"), Not(HasSubstr("rolled back"))));
  }
}

TEST_F(Serving, SaysWhatItCannotUse) {
  const auto expect_refused = [&](const std::string& arguments, const std::string& why) {
    const ProgramRun run = serve("--quick " + arguments);
    EXPECT_EQ(run.exit_code, 2) << run.output;
    EXPECT_THAT(run.output, HasSubstr(why));
  };
  expect_refused("--requests '" + path("none") + "'", path("none") + " cannot be read");
  expect_refused("--requests '" + folder().string() + "'", "the requests could not be read to their end");
  expect_refused("--deploy '" + path("none") + "'", "File does not exist");
  expect_refused("--deploy '" + write("no weights", "text") + "'", path("text"));
  expect_refused("--window 0", "--window: Value 0 not in range");
  expect_refused("--deploy-after -1", "--deploy-after: is -1; it must not be negative");
}

}  // namespace
}  // namespace tinytorch::testing
