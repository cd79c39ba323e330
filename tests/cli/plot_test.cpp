// tito plot: what it hands to gnuplot, and what it says of logs that it cannot draw.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "tests/cli/fake_build.h"
#include "tests/support/program.h"

namespace tinytorch::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* kStart = R"({"event":"start","time":100.0,"step":0,"epoch":0,"total_steps":4})";

std::string step_line(int step, const std::string& loss) {
  return "{\"event\":\"step\",\"time\":" + std::to_string(100 + step) + ",\"step\":" + std::to_string(step) +
         ",\"loss\":" + loss + ",\"learning_rate\":0.5}";
}

std::string read(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

class Plot : public ::testing::Test {
 protected:
  /// In place of gnuplot, one that keeps what it is told to do for each of the two files.
  Plot() {
    folder_.add_script(
        "bin/gnuplot",
        "cat \"$1\" >>\"" + path("script") +
            "\"; out=$(sed -n \"s/^set output '\\(.*\\)'/\\1/p\" \"$1\"); echo drawn >\"$out\"");
  }

  std::string path(const std::string& name) const { return (folder_.path() / name).string(); }

  void write(const std::string& name, const std::vector<std::string>& lines) const {
    std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
    std::ofstream file(path(name));
    for (const std::string& line : lines) file << line << '\n';
  }

  ProgramRun plot(const std::string& arguments) const {
    return run_program("cd " + folder_.path().string() + " && PATH=" + path("bin") + ":$PATH " +
                       (build_folder() / "tito").string() + " plot " + arguments);
  }

  TemporaryFolder folder_;
};

TEST_F(Plot, DrawsTheStepsAndValidationsOfEachRun) {
  write("a/log.jsonl",
        {kStart, step_line(1, "0.5"), step_line(2, "null"), step_line(3, "0.25"),
         R"({"event":"validation","time":104.5,"step":3,"epoch":0,"loss":0.75,"accuracy":0.9})"});
  write("it's", {kStart, step_line(1, "2")});
  const ProgramRun run = plot("a \"it's\"");
  EXPECT_EQ(run.output, "plot.png\nplot.svg\n");
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(read(path("plot.png")), "drawn\n");
  EXPECT_EQ(read(path("plot.svg")), "drawn\n");
  const std::string script = read(path("script"));
  EXPECT_THAT(script, HasSubstr("$curve0 << END\n1 0.5\n3 0.25\nEND\n$curve1 << END\n3 0.75\nEND\n"
                                "$curve2 << END\n1 2\nEND\n"));
  EXPECT_THAT(script,
              HasSubstr("plot $curve0 using 1:2 with lines linecolor 1 title 'a', "
                        "$curve1 using 1:2 with linespoints linecolor 1 linewidth 2 pointtype 7 title "
                        "'a (validation)', $curve2 using 1:2 with lines linecolor 2 title 'it''s'\n"));
  EXPECT_THAT(script, AllOf(HasSubstr("set terminal png"), HasSubstr("set terminal svg"),
                            HasSubstr("set xlabel 'step'"), HasSubstr("set ylabel 'loss'"),
                            Not(HasSubstr("logscale"))));
}

TEST_F(Plot, DrawsAnotherKeyOverSecondsToAnotherFile) {
  write("log", {kStart, step_line(1, "0.5"), step_line(3, "0.25")});
  const ProgramRun run = plot("log --key learning_rate --x seconds --log -o figure");
  EXPECT_EQ(run.output, "figure.png\nfigure.svg\n");
  EXPECT_THAT(read(path("script")), AllOf(HasSubstr("$curve0 << END\n1 0.5\n3 0.5\nEND\n"),
                                          HasSubstr("set xlabel 'seconds'"), HasSubstr("set logscale y")));
}

TEST_F(Plot, TakesTheStepsOfAResumedRunOnce) {
  write("log",
        {kStart, step_line(1, "8"), step_line(2, "7"), step_line(3, "6"),
         R"({"event":"start","time":200.0,"step":1,"epoch":0})", step_line(2, "5"), step_line(3, "4")});
  const std::string part = R"({"event":"step","ti)";  // the program was killed
  std::ofstream(path("log"), std::ios::app) << part;
  EXPECT_EQ(plot("log").exit_code, 0);
  EXPECT_THAT(read(path("script")), HasSubstr("$curve0 << END\n1 8\n2 5\n3 4\nEND\n"));
  write("gone_on", {kStart, step_line(1, "8"), part, R"({"event":"start","time":200.0,"step":1,"epoch":0})"});
  EXPECT_EQ(plot("gone_on").exit_code, 0);
}

TEST_F(Plot, CountsTheSecondsOfTheRunThatItDraws) {
  write("log", {R"({"event":"start","time":50.0,"step":0,"epoch":0})", step_line(1, "8"), kStart,
                step_line(2, "7")});
  EXPECT_EQ(plot("log --x seconds").exit_code, 0);
  EXPECT_THAT(read(path("script")), HasSubstr("$curve0 << END\n2 7\nEND\n"));
}

TEST_F(Plot, DrawsTheMeansOfNeighborsInALongRun) {
  std::vector<std::string> lines{kStart};
  for (int i = 1; i <= 1000; ++i) lines.push_back(step_line(i, i % 2 == 0 ? "1" : "2"));
  write("log", lines);
  EXPECT_EQ(plot("log").exit_code, 0);
  EXPECT_THAT(read(path("script")), HasSubstr("$curve0 << END\n1.5 1.5\n3.5 1.5\n5.5 1.5\n"));
}

TEST_F(Plot, SaysWhatIsWrong) {
  write("log", {kStart, step_line(1, "0.5")});
  write("empty", {});
  write("text", {kStart, "hello"});
  write("middle", {kStart, "hello", step_line(1, "1")});
  EXPECT_EQ(plot("none").output, "tito: none cannot be read\n");
  EXPECT_EQ(plot("bin").output, "tito: bin/log.jsonl cannot be read\n");
  EXPECT_EQ(plot("text").output, "tito: text: line 2 is not an event of a training run\n");
  EXPECT_EQ(plot("middle").output, "tito: middle: line 2 is not an event of a training run\n");
  EXPECT_EQ(plot("empty").output, "tito: empty has no values of \"loss\"; it has none at all\n");
  const ProgramRun no_key = plot("log --key accuracy");
  EXPECT_EQ(no_key.exit_code, 1);
  EXPECT_EQ(no_key.output,
            "tito: log has no values of \"accuracy\"; it has learning_rate, loss, step, time\n");
  const ProgramRun no_folder = plot("log -o no/such/folder");
  EXPECT_EQ(no_folder.exit_code, 1);
  EXPECT_EQ(no_folder.output, "tito: there is no directory no/such for the pictures\n");
  folder_.add_script("bin/gnuplot", "echo out of ink; exit 7");
  EXPECT_THAT(plot("log").output, AllOf(HasSubstr("  out of ink\n"),
                                        HasSubstr("tito: gnuplot failed to draw plot.png (exit code 7)\n")));
  EXPECT_FALSE(std::filesystem::exists(path("plot.png")));
}

TEST_F(Plot, WithoutGnuplotSaysHowToInstallIt) {
  const ProgramRun run = run_program("PATH=/nowhere " + (build_folder() / "tito").string() + " plot log");
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_EQ(run.output, "tito: plot draws with gnuplot, which is not here: apt-get install gnuplot-nox\n");
}

TEST_F(Plot, MakesRealPicturesWithGnuplot) {
  if (run_program("command -v gnuplot").exit_code != 0) GTEST_SKIP() << "gnuplot is not installed";
  std::filesystem::remove(path("bin/gnuplot"));
  write("a_run", {kStart, step_line(1, "0.5"), step_line(2, "0.25")});
  const ProgramRun run = plot("a_run");
  ASSERT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(read(path("plot.png")), StartsWith("\x89PNG"));
  EXPECT_THAT(read(path("plot.svg")), AllOf(HasSubstr("<svg"), HasSubstr("a_run")));
}

}  // namespace
}  // namespace tinytorch::testing
