// Runs the program examples/fashion_mnist as a user does, on a small dataset that is made here.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <regex>
#include <string>

#include "core/device.h"
#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/shape.h"
#include "core/safetensors.h"
#include "nn/data/image.h"
#include "tests/examples/clothes.h"
#include "tests/examples/losses.h"
#include "tests/support/backend.h"
#include "tests/support/file_test.h"
#include "tests/support/program.h"

namespace tinytorch::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class FashionMnist : public FileTest {
 protected:
  FashionMnist() {
    write_images(folder(), "train", 320);
    write_images(folder(), "t10k", 100);
  }

  ProgramRun run(const std::string& arguments, const std::string& output = "out",
                 Device device = backend()) const {
    return run_program("'" + (build_folder() / "examples" / "fashion_mnist" / "fashion_mnist").string() +
                       "' --backend " + name(device.type) + " --quick --data '" + folder().string() +
                       "' --output '" + path(output) + "' " + arguments + " 2>&1");
  }

  /// Runs the same on the CPU, where it is not there already.
  void expect_losses_of_the_cpu(const std::string& model, const std::string& arguments) const {
    if (backend() == Device::cpu()) return;
    ASSERT_EQ(run(arguments, "cpu", Device::cpu()).exit_code, 0);
    expect_same_losses(path("out/" + model + "/log.jsonl"), path("cpu/" + model + "/log.jsonl"));
  }
};

double accuracy(const std::string& output) {
  std::smatch match;
  static const std::regex kForm(R"(test loss \d\.\d+  accuracy ([\d.]+)%)");
  return std::regex_search(output, match, kForm) ? std::stod(match[1]) : -1;
}

TEST_F(FashionMnist, TrainsAnMlpThatPredictsImages) {
  const ProgramRun trained = run("--model mlp --epochs 4 --width 8");
  ASSERT_EQ(trained.exit_code, 0) << trained.output;
  EXPECT_GT(accuracy(trained.output), 90) << trained.output;
  EXPECT_THAT(trained.output, HasSubstr("320 training images, 100 test images"));
  EXPECT_THAT(trained.output, HasSubstr("Dense(784, 64)")) << "--quick overwrote --width";
  expect_losses_of_the_cpu("mlp", "--model mlp --epochs 4 --width 8");
  EXPECT_EQ(nn::load_image(path("out/mlp/wrong.png")).size(2), 280);
  Tensor image = zeros({28, 28}, {.dtype = DType::u8});
  Tensor band = slice(image, 0, 10, 12);
  fill(band, 250);
  nn::save_png(path("dress.png"), image);
  const ProgramRun predicted = run("--model mlp --predict '" + path("dress.png") + "'");
  EXPECT_EQ(predicted.exit_code, 0);
  EXPECT_EQ(predicted.output.substr(0, 5), "dress") << predicted.output;
  nn::save_png(path("large.png"), zeros({30, 40}, {.dtype = DType::u8}));
  EXPECT_THAT(run("--model mlp --predict '" + path("large.png") + "'").output,
              HasSubstr("large.png has 40 x 30 pixels, and is scaled to 28 x 28"));
  // The same weights under other names.
  std::map<std::string, Tensor> renamed;
  for (const auto& [name, value] : load_safetensors(path("out/mlp.safetensors")))
    renamed["net." + name] = value;
  save_safetensors(path("other"), renamed);
  write("net.*.* -> *.*\n", "rules");
  const std::string others =
      "--model mlp --width 8 --predict '" + path("dress.png") + "' --weights '" + path("other") + "'";
  EXPECT_EQ(run(others + " --map '" + path("rules") + "'").output, predicted.output);
  const ProgramRun unnamed = run(others);
  EXPECT_EQ(unnamed.exit_code, 2);
  EXPECT_THAT(unnamed.output, HasSubstr("[load_state_dict] the state does not fit the model"));
}

TEST_F(FashionMnist, TrainsACnnAndGoesOn) {
  const ProgramRun trained = run("--model cnn --width 2");
  ASSERT_EQ(trained.exit_code, 0) << trained.output;
  EXPECT_GE(accuracy(trained.output), 0) << trained.output;
  EXPECT_THAT(trained.output, HasSubstr("Conv2D"));
  expect_losses_of_the_cpu("cnn", "--model cnn --width 2");
  const ProgramRun resumed = run("--model cnn --width 2 --resume --epochs 2");
  EXPECT_EQ(resumed.exit_code, 0) << resumed.output;
  EXPECT_THAT(resumed.output, HasSubstr("going on after step 5 of 10"));
  EXPECT_THAT(resumed.output, HasSubstr("completed after step 10"));
  const ProgramRun wider = run("--model cnn --width 3 --resume");
  EXPECT_EQ(wider.exit_code, 2);
  EXPECT_THAT(wider.output, HasSubstr("has a model of --width 2; go on with that"));
}

TEST_F(FashionMnist, SaysWhatItNeeds) {
  const auto refused = [&](const std::string& arguments, const std::string& message) {
    const ProgramRun refusal = run(arguments);
    EXPECT_EQ(refusal.exit_code, 2) << arguments;
    EXPECT_THAT(refusal.output, HasSubstr(message));
  };
  refused("--model vgg", "--model: vgg not in {mlp,cnn}");
  refused("--weights '" + path("t10k-labels-idx1-ubyte") + "'", "--weights requires --predict");
  save_safetensors(path("cnn.safetensors"), {}, {{"width", "wide"}});
  const ProgramRun other = run("--predict '" + path("t10k-labels-idx1-ubyte") + "'", ".");
  EXPECT_EQ(other.exit_code, 2);
  EXPECT_THAT(other.output, HasSubstr("is not of this program: it has no width"));
  fs::remove(path("train-labels-idx1-ubyte"));
  const ProgramRun missing = run("");
  EXPECT_EQ(missing.exit_code, 2);
  EXPECT_THAT(missing.output, HasSubstr("apt-get install dataset-fashion-mnist"));
  const ProgramRun untrained = run("--predict '" + path("t10k-labels-idx1-ubyte") + "'");
  EXPECT_EQ(untrained.exit_code, 2);
  EXPECT_THAT(untrained.output,
              HasSubstr("there is no model " + path("out/cnn.safetensors") + " yet; train one first"));
  refused("--seed -1", "--seed: is -1; it must not be negative");
}

}  // namespace
}  // namespace tinytorch::testing
