// tito inspect: what it prints of files of weights, and its exit codes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "core/npy.h"
#include "core/npz.h"
#include "core/ops/creation.h"
#include "core/safetensors.h"
#include "tests/cli/fake_build.h"
#include "tests/support/program.h"

namespace tinytorch::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Inspect : public ::testing::Test {
 protected:
  std::string path(const std::string& name) const { return (folder_.path() / name).string(); }
  static ProgramRun inspect(const std::string& arguments) {
    return run_program((build_folder() / "tito").string() + " inspect " + arguments);
  }

 private:
  TemporaryFolder folder_;
};

TEST_F(Inspect, ListsTheTensorsOfASafetensorsFile) {
  save_safetensors(path("w"), {{"bias", Tensor{1.0, -2.0}}, {"weight", zeros({2, 3})}, {"step", Tensor{7}}},
                   {{"config", "{\n\"layers\": 2}"}, {"format", "pt"}});
  const ProgramRun run = inspect(path("w"));
  EXPECT_EQ(run.output, path("w") +
                            ": safetensors, 3 tensors, 40 bytes\n"
                            "  name    dtype  shape   bytes\n"
                            "  bias    F32    [2]         8\n"
                            "  step    I64    [1]         8\n"
                            "  weight  F32    [2, 3]     24\n"
                            "metadata\n"
                            "  config:\n"
                            "    {\n"
                            "      \"layers\": 2\n"
                            "    }\n"
                            "  format: pt\n");
  EXPECT_EQ(run.exit_code, 0);
}

TEST_F(Inspect, SortsNamesByTheNumbersInThem) {
  std::map<std::string, Tensor> tensors;
  for (const char* name : {"b", "a.10.w", "a.9.w", "a.9.b", "a.09.x", "a", "a.100", "a.1"})
    tensors[name] = zeros({1});
  save_safetensors(path("w"), tensors);
  std::istringstream lines(inspect(path("w")).output);
  std::vector<std::string> names;
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("  ")) names.push_back(line.substr(2, line.find(' ', 2) - 2));
  EXPECT_THAT(names, ElementsAre("name", "a", "a.1", "a.9.b", "a.9.w", "a.09.x", "a.10.w", "a.100", "b"));
}

TEST_F(Inspect, PrintsMetadataThatIsNoShallowJsonAsItIs) {
  const auto shown = [&](const std::string& text) {
    save_safetensors(path("w"), {{"w", zeros({1})}}, {{"text", text}});
    const std::string output = inspect(path("w")).output;
    return output.substr(output.find("  text:"));
  };
  const std::string deep = std::string(200, '[') + std::string(200, ']');
  for (const std::string& text : {deep, std::string("{\"a\": "), std::string("7")})
    EXPECT_EQ(shown(text), "  text: " + text + "\n");
  EXPECT_EQ(shown(std::string("{}\0]", 4)).substr(0, 10), "  text: {}") << "what follows a NUL is shown, too";
  std::string objects = "[{}";
  while (objects.size() < 1'000'000) objects += ",{}";
  objects += ']';
  EXPECT_EQ(shown(objects), "  text: " + objects.substr(0, 10'000) + "...\n");
  EXPECT_EQ(shown(R"([{}, {"a":"b{,\"c"} ,[ ],12345678901234567890123])"),
            "  text:\n    [\n      {},\n      {\n        \"a\": \"b{,\\\"c\"\n      },\n      [],\n"
            "      12345678901234567890123\n    ]\n");
}

TEST_F(Inspect, KnowsASafetensorsFileWhoseFirstBytesAreThoseOfAZipArchive) {
  const auto header = [&](std::size_t metadata) {
    save_safetensors(path("w"), {{"w", zeros({1})}}, {{"text", std::string(metadata, 'x')}});
    std::string start(2, ' ');
    std::ifstream(path("w"), std::ios::binary).read(start.data(), 2);
    return start;
  };
  std::size_t metadata = 0x4b50 - 200;  // 0x4b50 is PK
  while (header(metadata) != "PK" && metadata < 0x4b50) metadata += 8;
  ASSERT_EQ(header(metadata), "PK");
  EXPECT_THAT(inspect(path("w")).output, HasSubstr(": safetensors, 1 tensor, 4 bytes"));
}

TEST_F(Inspect, PrintsStatsWithoutNaNs) {
  constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
  save_safetensors(path("w"), {{"x", from_values<float>({1, kNaN, -3, kNaN}, {4})},
                               {"nan", from_values<float>({kNaN}, {1})},
                               {"none", zeros({0})},
                               {"mask", Tensor{true, false, true, true}}});
  EXPECT_EQ(inspect(path("w") + " --stats").output, path("w") +
                                                        ": safetensors, 4 tensors, 24 bytes\n"
                                                        "  name  dtype  shape  bytes  min  max  mean  NaN\n"
                                                        "  mask  BOOL   [4]        4    0    1  0.75    0\n"
                                                        "  nan   F32    [1]        4    -    -     -    1\n"
                                                        "  none  F32    [0]        0    -    -     -    0\n"
                                                        "  x     F32    [4]       16   -3    1    -1    2\n");
}

TEST_F(Inspect, ReadsNumPysFiles) {
  save_npy(path("x.npy"), Tensor{{1, 2}, {3, 4}});
  EXPECT_EQ(inspect("--stats " + path("x.npy")).output,
            path("x.npy") +
                ": npy, 1 tensor, 32 bytes\n"
                "  name  dtype  shape   bytes  min  max  mean  NaN\n"
                "  -     <i8    [2, 2]     32    1    4   2.5    0\n");
  for (const bool compressed : {false, true}) {
    save_npz(path("x.npz"), {{"a", Tensor{1.0, 2.0}}, {"b", Tensor{true}}}, {.compressed = compressed});
    EXPECT_EQ(inspect(path("x.npz") + " --stats").output,
              path("x.npz") +
                  ": npz, 2 tensors, 9 bytes\n"
                  "  name  dtype  shape  bytes  min  max  mean  NaN\n"
                  "  a     <f4    [2]        8    1    2   1.5    0\n"
                  "  b     |b1    [1]        1    1    1     1    0\n");
  }
  save_npz(path("x.npz"), {});
  EXPECT_EQ(inspect(path("x.npz")).output, path("x.npz") + ": npz, 0 tensors, 0 bytes\n");
}

TEST_F(Inspect, FileThatCannotBeReadIsAnError) {
  const ProgramRun missing = inspect(path("w"));
  EXPECT_EQ(missing.exit_code, 1);
  EXPECT_EQ(missing.output,
            "tito: [inspect] " + path("w") + ": cannot be opened: No such file or directory\n");
  for (const char* text : {"", "x", "some text that is none of these"}) {
    std::ofstream(path("w")) << text;
    const ProgramRun run = inspect(path("w"));
    EXPECT_EQ(run.exit_code, 1);
    EXPECT_EQ(run.output, "tito: [inspect] " + path("w") + ": is not a .safetensors, .npy or .npz file\n");
  }
  std::ofstream(path("w")) << "PK and no archive";
  EXPECT_EQ(inspect(path("w")).exit_code, 1);
  save_safetensors(path("w"), {{"w", zeros({1000})}});
  std::filesystem::resize_file(path("w"), 1000);
  const ProgramRun truncated = inspect(path("w"));
  EXPECT_EQ(truncated.exit_code, 1);
  EXPECT_THAT(truncated.output, HasSubstr("tensor 'w': its data_offsets [0, 4000] are not a range"));
}

TEST_F(Inspect, OutputThatCannotBeWrittenIsAFailure) {
  save_npy(path("x.npy"), Tensor{1.0});
  const ProgramRun run = inspect(path("x.npy") + " >/dev/full");
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output, HasSubstr("standard output could not be written"));
}

TEST_F(Inspect, UsageErrorsExitWithTwo) {
  for (const char* arguments : {"", "a b", "--bogus a"})
    EXPECT_EQ(inspect(arguments).exit_code, 2) << arguments;
  const std::string program = (build_folder() / "modules/cli/inspect").string();
  for (const char* arguments : {"", " a --bogus", " a --stats b"})
    EXPECT_EQ(run_program(program + arguments).exit_code, 2) << arguments;
}

}  // namespace
}  // namespace tinytorch::testing
