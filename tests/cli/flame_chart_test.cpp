// tito plot of a trace: the flame chart, and what it says of files that are none.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "tests/support/program.h"
#include "tests/support/temporary_folder.h"

namespace tinytorch::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

/// A complete event of a trace; times in microseconds.
std::string event(const std::string& name, const std::string& category, double start, double duration,
                  const std::string& arguments = "", int thread = 1) {
  std::ostringstream text;
  text << R"({"name":")" << name << R"(","cat":")" << category << R"(","ph":"X","pid":1,"tid":)" << thread
       << R"(,"ts":)" << start << R"(,"dur":)" << duration << R"(,"args":{)" << arguments << "}}";
  return text.str();
}

class FlameChart : public ::testing::Test {
 protected:
  std::string path(const std::string& name) const { return (folder_.path() / name).string(); }
  void write(const std::string& name, const std::string& text) const { std::ofstream(path(name)) << text; }
  /// A trace of these events, with commas between them.
  void write_trace(const std::string& events, const std::string& more = "") const {
    write("trace.json", R"({"traceEvents":[)" + events + "]" + more + "}");
  }

  ProgramRun plot(const std::string& arguments) const {
    return run_program("cd " + folder_.path().string() + " && PATH=/nowhere " +
                       (build_folder() / "tito").string() + " plot " + arguments);
  }
  /// The picture of trace.json, or what went wrong.
  std::string chart() const {
    const ProgramRun run = plot("trace.json");
    if (run.output != "plot.svg\n" || run.exit_code != 0) return run.output;
    std::ostringstream text;
    text << std::ifstream(path("plot.svg")).rdbuf();
    return text.str();
  }

  TemporaryFolder folder_;
};

TEST_F(FlameChart, HasABarForAllScopesOfANameInTheSameScope) {
  write_trace(event("step", "scope", 0, 100) + "," +
              event("matmul", "kernel", 0, 30, R"("bytes":60000,"operations":90000)") + "," +
              event("step", "scope", 200, 100) + "," +
              event("matmul", "kernel", 220, 70, R"("bytes":60000,"operations":90000)") + "," +
              event("matmul", "kernel", 400, 50));
  const std::string picture = chart();
  EXPECT_THAT(picture, StartsWith("<svg xmlns=\"http://www.w3.org/2000/svg\""));
  EXPECT_THAT(picture, HasSubstr("trace.json: 5 scopes<"));
  EXPECT_THAT(picture, HasSubstr("pid 1, tid 1: 0.250 ms<"));
  EXPECT_THAT(picture,
              HasSubstr("<title>step (scope)\ncalls: 2, time: 0.200 ms (80.0 % of the thread&#39;s), "
                        "without what is inside: 0.100 ms</title>"));
  EXPECT_THAT(picture,
              HasSubstr("<title>matmul (kernel)\ncalls: 2, time: 0.100 ms (40.0 % of the thread&#39;s), "
                        "without what is inside: 0.100 ms\n1.2 GB/s\n1.8 GF/s</title>"));
  EXPECT_THAT(picture, HasSubstr("<title>matmul (kernel)\ncalls: 1, time: 0.050 ms"));
  // The bar of step is 4/5 as wide as the picture, that of the first matmul half as wide, below it.
  EXPECT_THAT(picture, HasSubstr(R"(<rect x="10.00" y="63" width="1264.00")"));
  EXPECT_THAT(picture, HasSubstr(R"(<rect x="10.00" y="81" width="632.00")"));
  EXPECT_THAT(picture, HasSubstr(R"(<rect x="1274.00" y="63" width="316.00")"));
}

TEST_F(FlameChart, DrawsEachThreadAndEscapesNames) {
  write_trace(event(R"(a<b>&\"\u0001)", "op", 0, 10) + "," + event("other", "mine", 0, 5, "", 2) +
                  R"(,{"ph":"M","name":"process_name"})",
              R"(,"otherData":{"eventsLeftOut":7})");
  const std::string picture = chart();
  EXPECT_THAT(picture, HasSubstr("2 scopes; 7 more did not fit into the trace<"));
  EXPECT_THAT(picture, HasSubstr(">a&lt;b&gt;&amp;&quot;?</text>"));
  EXPECT_THAT(picture, AllOf(HasSubstr("pid 1, tid 1: 0.010 ms<"), HasSubstr("pid 1, tid 2: 0.005 ms<")));
}

TEST_F(FlameChart, TakesAnArrayAndEventsThatAreOutOfOrderOrOverlap) {
  write("trace.json", "[" + event("late", "op", 50, 100) + "," + event("early", "op", 0, 100) + "]");
  const std::string picture = chart();
  EXPECT_THAT(picture, HasSubstr("<title>early (op)\ncalls: 1, time: 0.100 ms (100.0 %"));
  EXPECT_THAT(picture, HasSubstr("<title>late (op)\ncalls: 1, time: 0.050 ms (50.0 %"));  // until early ends
}

TEST_F(FlameChart, LeavesOutWhatIsTooNarrowOrTooDeep) {
  std::string events = event("whole", "op", 0, 1e6) + "," + event("narrow", "op", 0, 1);
  for (int i = 0; i < 150; ++i) events += "," + event("deep", "op", 2, 9e5);
  for (int i = 0; i < 70; ++i) events += "," + event("thread", "op", 0, 1, "", i);
  write_trace(events);
  const std::string picture = chart();
  EXPECT_THAT(picture, HasSubstr("bars are too narrow or too deep; 6 threads are left out<"));
  EXPECT_THAT(picture, Not(HasSubstr("narrow (op)")));
}

TEST_F(FlameChart, IsDrawnOfManyScopes) {
  std::ofstream file(path("trace.json"));
  file << R"({"traceEvents":[)" << event("all", "scope", 0, 1e6);
  for (int i = 0; i < 100'000; ++i) file << "," << event("op " + std::to_string(i % 50), "op", i * 10, 9);
  file << "]}" << std::flush;
  EXPECT_THAT(chart(), HasSubstr("<title>op 49 (op)\ncalls: 2000,"));
}

TEST_F(FlameChart, SaysWhatIsWrong) {
  const auto message = [&](const std::string& text) {
    write("trace.json", text);
    return chart();
  };
  const std::string whole = R"({"traceEvents":[)" + event("x", "op", 0, 1) + "]}";
  EXPECT_EQ(message(whole.substr(0, whole.size() - 2)),
            "tito: trace.json is no whole trace: there is no JSON from byte " +
                std::to_string(whole.size() - 1) + " on\n");
  EXPECT_EQ(message(R"({"traceEvents":[]})"),
            "tito: trace.json has nothing to draw: no complete events (\"ph\": \"X\")\n");
  EXPECT_EQ(message(R"({"traceEvents":7})"),
            "tito: trace.json has nothing to draw: no complete events (\"ph\": \"X\")\n");
  EXPECT_EQ(message(R"([{"ph":"B"},{"ph":"X","ts":0,"dur":1}])"),
            "tito: trace.json is no trace: its event 2 has no valid \"name\"\n");
  EXPECT_EQ(message(R"([{"ph":"X","name":"x","ts":"0","dur":1}])"),
            "tito: trace.json is no trace: its event 1 has no valid \"ts\"\n");
  EXPECT_EQ(message("[" + event("x", "op", 0, -1) + "]"),
            "tito: trace.json is no trace: its event 1 has no valid \"dur\"\n");
  EXPECT_EQ(message("[" + event("x", "op", 0, 1e16) + "]"),
            "tito: trace.json is no trace: its event 1 has no valid \"dur\"\n");
  EXPECT_EQ(message(R"([{"ph":"X","name":"x","tid":[],"ts":0,"dur":1}])"),
            "tito: trace.json is no trace: its event 1 has no valid \"tid\"\n");
  EXPECT_EQ(message(R"([{"ph":"X","name":"x","ts":1e999,"dur":1}])"),
            "tito: trace.json is no trace: a number in it is too large\n");
  EXPECT_THAT(message("[" + std::string(1'000'000, '[')), HasSubstr("trace.json is no whole trace"));
  EXPECT_THAT(message("[\"\xff\"]"), HasSubstr("trace.json is no whole trace"));
  write("trace.json", whole);
  EXPECT_EQ(plot("trace.json trace.json").output,
            "tito: trace.json is a trace; draw it alone, without other files\n");
  EXPECT_EQ(plot("trace.json -o no/such/folder").output,
            "tito: there is no directory no/such for the pictures\n");
  EXPECT_EQ(plot("trace.json -o mine").output, "mine.svg\n");
  const ProgramRun refused = plot("trace.json -o " + std::string(300, 'x'));
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.output, HasSubstr(".svg.part cannot be written"));
}

TEST_F(FlameChart, IsXml) {
  if (!has_python_module("xml.etree.ElementTree")) GTEST_SKIP() << "Python is not installed";
  write_trace(event(R"(<&'\"\u0000\uffff\u00e9)", "op", 0, 10));
  ASSERT_THAT(chart(), HasSubstr("</svg>"));
  const ProgramRun run = run_python("import xml.etree.ElementTree as e\nprint(len(e.parse('" +
                                    path("plot.svg") + "').getroot()))");
  EXPECT_EQ(run.output, "4\n");
}

}  // namespace
}  // namespace tinytorch::testing
