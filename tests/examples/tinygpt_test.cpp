// Runs the program examples/tinygpt as a user does, on a text that is made here.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "core/device.h"
#include "nn/train/checkpoint.h"
#include "tests/examples/losses.h"
#include "tests/support/backend.h"
#include "tests/support/file_test.h"
#include "tests/support/program.h"

namespace tinytorch::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class TinyGpt : public FileTest {
 protected:
  TinyGpt() {
    std::ofstream text(path("text"));
    for (int i = 0; i < 300; ++i) text << "And the " << (i % 3 == 0 ? "lion" : "lamb") << " lay down.\n";
  }

  /// With these flags and no others.
  static ProgramRun run_plain(const std::string& flags) {
    return run_program("'" + (build_folder() / "examples" / "tinygpt" / "tinygpt").string() + "' " + flags +
                       " 2>&1");
  }
  ProgramRun run(const std::string& arguments, const std::string& output = "out",
                 Device device = backend()) const {
    return run_plain(std::string("--backend ") + name(device.type) + " --quick --quiet --text '" +
                     path("text") + "' --output '" + path(output) + "' " + arguments);
  }
};

TEST_F(TinyGpt, LearnsAndWritesTheSameWithAndWithoutACacheAndWhenResumed) {
  const ProgramRun trained = run("--seed 3");
  ASSERT_EQ(trained.exit_code, 0) << trained.output;
  EXPECT_THAT(trained.output, HasSubstr("bits a character"));
  const ProgramRun cached = run("--generate"), uncached = run("--generate --no-cache"),
                   other = run("--generate --seed 9");
  EXPECT_EQ(cached.exit_code, 0) << cached.output;
  EXPECT_EQ(cached.output.substr(0, 4), "And ");
  EXPECT_GE(cached.output.size(), 40U);
  EXPECT_EQ(cached.output, uncached.output);
  EXPECT_NE(cached.output, other.output);
  if (backend() != Device::cpu()) {
    ASSERT_EQ(run("--seed 3", "cpu", Device::cpu()).exit_code, 0);
    expect_same_losses(path("out/log.jsonl"), path("cpu/log.jsonl"));
  }
  // What goes on with an earlier checkpoint ends with the same weights, which write the same text.
  for (const char* last : {"out/step_000000019.safetensors", "out/step_000000020.safetensors"})
    ASSERT_TRUE(fs::remove(path(last))) << last;
  const ProgramRun resumed = run("--seed 3 --resume");
  ASSERT_EQ(resumed.exit_code, 0) << resumed.output;
  const auto end_of = [](const std::string& output) { return output.substr(output.find("held-out text")); };
  EXPECT_EQ(end_of(resumed.output), end_of(trained.output));
}

TEST_F(TinyGpt, WritesByTheVocabularyAndSizesOfItsCheckpoint) {
  struct Case {
    std::string flags, in_output;
  };
  for (const auto& [given, shown] : {Case{"--width 16 --heads 2 --context 24", "[24, 16]"},
                                     Case{"--vocabulary 270 --layers 1", "a vocabulary of 270"}}) {
    const ProgramRun trained = run(given + " --steps 2");
    ASSERT_EQ(trained.exit_code, 0) << given;
    EXPECT_THAT(trained.output, HasSubstr(shown)) << "--quick overwrote " << given;
    const ProgramRun resumed = run("--resume --steps 3");
    EXPECT_EQ(resumed.exit_code, 0) << resumed.output;
    EXPECT_THAT(resumed.output, HasSubstr(shown));
    const ProgramRun written = run("--generate --length 60");
    EXPECT_EQ(written.exit_code, 0) << written.output;
    EXPECT_GE(written.output.size(), 60U) << "--quick overwrote --length";
    const ProgramRun plain = run_plain(std::string("--generate --length 60 --backend ") +
                                       name(backend().type) + " --output '" + path("out") + "'");
    EXPECT_EQ(plain.output, written.output) << given;
  }
  nn::save_checkpoint(path("out/step_000000004.safetensors"), {.config = {{"vocabulary", "2x"}}});
  const auto refused = [&](const std::string& message) {
    const ProgramRun refusal = run("--generate");
    EXPECT_EQ(refusal.exit_code, 2);
    EXPECT_THAT(refusal.output, HasSubstr(message));
  };
  refused("step_000000004.safetensors has no valid vocabulary");
  fs::remove(path("out/step_000000004.safetensors"));
  std::ofstream(path("out/byte_pairs.json")) << "{";
  refused("step_000000003.safetensors was trained with other tokens than those in " + path("out"));
  fs::remove(path("out/byte_pairs.json"));
  refused("byte_pairs.json");
}

TEST_F(TinyGpt, SaysWhatItNeeds) {
  const ProgramRun untrained = run("--generate");
  EXPECT_EQ(untrained.exit_code, 2);
  EXPECT_THAT(untrained.output, HasSubstr("there is no checkpoint in " + path("out")));
  EXPECT_FALSE(fs::exists(path("out")));
  const auto refused = [&](const std::string& arguments, const std::string& message) {
    const ProgramRun refusal = run(arguments);
    EXPECT_EQ(refusal.exit_code, 2) << arguments;
    EXPECT_THAT(refusal.output, HasSubstr(message));
    EXPECT_FALSE(fs::exists(path("out"))) << "it has trained";
  };
  refused("--heads 3", "heads");
  refused("--vocabulary 5", "--vocabulary: is 5; it must be 0, or at least 256");
  refused("--prompt ''", "--prompt: is empty");
  refused("--prompt ü", "U+00FC at byte 0 is not in the vocabulary");
  refused("--top-p 0", "--top-p");
}

}  // namespace
}  // namespace tinytorch::testing
