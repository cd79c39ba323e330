#include "nn/train/json_log.h"

#include <gtest/gtest.h>

#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/error.h"
#include "tests/support/file_test.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

using Json = nlohmann::json;

using JsonLog = FileTest;

std::vector<Json> lines_of(const std::string& path) {
  std::ifstream in(path);
  std::vector<Json> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(Json::parse(line));
  return lines;
}

TEST_F(JsonLog, HasALineForEachEvent) {
  const nn::TrainingState state{.steps = 3,
                                .total_steps = 9,
                                .epoch = 1,
                                .items = 8,
                                .loss = std::numeric_limits<double>::infinity(),
                                .learning_rate = 0.5,
                                .gradient_norm = 2};
  {
    nn::JsonLog log(path());
    log.on_start({});
    log.on_step(state);
    log.on_validation(state, {.loss = 0.25, .items = 4, .metrics = {{"top-\xff", 0.75}}});
  }
  {
    nn::JsonLog log(path());  // appends
    log.on_checkpoint(state, "runs/\xff");
    log.on_end(state, nn::StopReason::interrupted);
  }
  std::vector<Json> lines = lines_of(path());
  ASSERT_EQ(lines.size(), 5U);
  for (Json& line : lines) {
    EXPECT_GT(line["time"].get<double>(), 1.7e9);
    line.erase("time");
  }
  EXPECT_EQ(lines[0], (Json{{"event", "start"}, {"step", 0}, {"epoch", 0}, {"total_steps", 0}}));
  EXPECT_EQ(lines[1], (Json{{"event", "step"},
                            {"step", 3},
                            {"epoch", 1},
                            {"loss", nullptr},
                            {"learning_rate", 0.5},
                            {"gradient_norm", 2.0},
                            {"items", 8}}));
  EXPECT_EQ(lines[2], (Json{{"event", "validation"},
                            {"step", 3},
                            {"epoch", 1},
                            {"loss", 0.25},
                            {"items", 4},
                            {"top-\xef\xbf\xbd", 0.75}}));
  EXPECT_EQ(lines[3],
            (Json{{"event", "checkpoint"}, {"step", 3}, {"epoch", 1}, {"path", "runs/\xef\xbf\xbd"}}));
  EXPECT_EQ(lines[4], (Json{{"event", "end"}, {"step", 3}, {"epoch", 1}, {"reason", "interrupted"}}));
}

TEST_F(JsonLog, BeginsANewLineAfterAPartOfOne) {
  write(R"({"event":"st)");
  nn::JsonLog(path()).on_start({});
  nn::JsonLog(path()).on_start({});
  EXPECT_TRUE(content_of(path()).starts_with("{\"event\":\"st\n{\"event\":\"start\","));
  EXPECT_EQ(content_of(path()).find("\n\n"), std::string::npos);
}

TEST_F(JsonLog, NamesTheReasons) {
  nn::JsonLog log(path());
  for (const nn::StopReason reason :
       {nn::StopReason::completed, nn::StopReason::no_progress, nn::StopReason::requested}) {
    log.on_end({}, reason);
  }
  const std::vector<Json> lines = lines_of(path());
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0]["reason"], "completed");
  EXPECT_EQ(lines[1]["reason"], "no progress");
  EXPECT_EQ(lines[2]["reason"], "requested");
}

TEST_F(JsonLog, FailsIfALineIsLost) {
  EXPECT_ERROR(nn::JsonLog("/no/such/directory/log"), IoError,
               "[JsonLog] /no/such/directory/log: cannot be opened for writing");
  EXPECT_ERROR(nn::JsonLog(std::string("log\0.jsonl", 10)), IoError,
               "[JsonLog] log: the path has a NUL byte after these 3 bytes");
  nn::JsonLog log("/dev/full");
  EXPECT_ERROR(log.on_start({}), IoError, "[JsonLog] /dev/full: a line cannot be written");
}

}  // namespace
}  // namespace tinytorch::testing
