// Convolutions by each of the ways that TINYTORCH_CONVOLUTION chooses from, around the edges of Winograd's
// tiles and of the vectors of channels.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

#include "core/ops/composite.h"
#include "core/ops/convolution.h"
#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/random.h"
#include "core/ops/reduction.h"
#include "core/ops/shape.h"
#include "kernels/cpu/convolution.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"
#include "tests/support/threads.h"

namespace tinytorch::testing {
namespace {

/// TINYTORCH_CONVOLUTION within its scope.
class ConvolutionScope {
 public:
  explicit ConvolutionScope(const char* choice) { choose(choice); }
  ~ConvolutionScope() { choose(before_.c_str()); }
  ConvolutionScope(const ConvolutionScope&) = delete;
  ConvolutionScope& operator=(const ConvolutionScope&) = delete;

 private:
  static void choose(const char* choice) {
    setenv("TINYTORCH_CONVOLUTION", choice, /*overwrite=*/1);
    cpu::choose_convolution();
  }
  static std::string from_environment() {
    const char* const value = std::getenv("TINYTORCH_CONVOLUTION");
    return value == nullptr ? "" : value;
  }

  std::string before_ = from_environment();
};

class ConvolutionChoice : public ::testing::Test {
 protected:
  void SetUp() override {
    if (backend().type == DeviceType::cuda) GTEST_SKIP() << "only the CPU has these";
  }
};

/// x in the channels-last memory format.
Tensor in_channels_last(const Tensor& x) {
  return permute(contiguous(permute(x, {0, 2, 3, 1})), {0, 3, 1, 2});
}

/// The operands of a convolution and its gradients, and the results in f64.
struct ConvolutionExample {
  Tensor x, weight, bias, grad, y, dx, dw;
  Conv2dOptions options;

  ConvolutionExample(const Shape& images, std::int64_t filters, const Conv2dOptions& options,
                     Generator& source)
      : options(options) {
    const Options f64{.dtype = DType::f64};
    x = randn(images, f64, source).to(DType::f32), bias = randn({filters}, f64, source).to(DType::f32);
    weight = randn({filters, images[1] / options.groups, 3, 3}, f64, source).to(DType::f32);
    y = conv2d(x.to(DType::f64), weight.to(DType::f64), bias.to(DType::f64), options);
    grad = randn(y.shape(), f64, source).to(DType::f32);
    dx = conv2d_input_gradient(grad.to(DType::f64), weight.to(DType::f64), x.shape(), options);
    dw = conv2d_weight_gradient(grad.to(DType::f64), x.to(DType::f64), weight.shape(), options);
  }

  void expect_results() const {
    for (const bool channels_last : {false, true}) {
      SCOPED_TRACE(channels_last ? "channels-last" : "row-major");
      const Tensor images = channels_last ? in_channels_last(x) : x,
                   gradients = channels_last ? in_channels_last(grad) : grad;
      expect_near(conv2d(images, weight, bias, options), y);
      expect_near(conv2d_input_gradient(gradients, weight, x.shape(), options), dx);
      expect_near(conv2d_weight_gradient(gradients, images, weight.shape(), options), dw);
    }
  }

 private:
  static void expect_near(const Tensor& result, const Tensor& exact) {
    ASSERT_EQ(result.shape(), exact.shape());
    EXPECT_LE(max(abs(result.to(DType::f64) - exact)).item<double>(), 1e-5 * max(abs(exact)).item<double>());
  }
};

TEST_F(ConvolutionChoice, GivesTheResultsOfF64AtEachEdgeOfTiles) {
  Generator source(1);
  for (const auto& [height, width, padding] :
       {std::tuple{3, 3, Pair(0)}, {1, 7, {1, 0}}, {6, 9, 0}, {8, 70, 1}, {5, 4, {3, 2}}}) {
    const ConvolutionExample example({2, 5, height, width}, 3, {.padding = padding}, source);
    for (const char* const choice : {"auto", "direct", "winograd"}) {
      SCOPED_TRACE(std::string(choice) + " of " + std::to_string(height) + " x " + std::to_string(width));
      const ConvolutionScope scope(choice);
      example.expect_results();
    }
  }
}

TEST_F(ConvolutionChoice, GivesTheResultsOfF64ForEachNumberOfChannelsAndFilters) {
  Generator source(2);
  for (const std::int64_t channels : {1, 4, 15, 17, 40}) {
    for (const std::int64_t filters : {1, 8, 18, 33}) {
      SCOPED_TRACE(std::to_string(channels) + " channels, " + std::to_string(filters) + " filters");
      const ConvolutionScope scope("winograd");
      ConvolutionExample({3, channels, 10, 11}, filters, {.padding = 1}, source).expect_results();
    }
  }
}

TEST_F(ConvolutionChoice, GivesTheResultsOfF64InGroupsAndForSumsOfManyTerms) {
  Generator source(3);
  const ConvolutionScope scope("winograd");
  ConvolutionExample({2, 12, 7, 9}, 6, {.padding = 1, .groups = 3}, source).expect_results();
  ConvolutionExample({2, 300, 5, 4}, 250, {.padding = 1}, source).expect_results();
  ConvolutionExample({2, 600, 5, 4}, 4, {.padding = 1, .groups = 2}, source).expect_results();
}

TEST_F(ConvolutionChoice, GivesTheSameBitsForAnyNumberOfThreads) {
  Generator source(4);
  const ConvolutionScope scope("winograd");
  const ConvolutionExample example({5, 20, 26, 30}, 19, {.padding = 1}, source);
  const Tensor &x = example.x, &weight = example.weight, &grad = example.grad;
  expect_same_bits({[&] { return conv2d(x, weight, example.bias, example.options); },
                    [&] { return conv2d_input_gradient(grad, weight, x.shape(), example.options); },
                    [&] { return conv2d_weight_gradient(grad, x, weight.shape(), example.options); }});
}

TEST_F(ConvolutionChoice, LetsNaNThroughWhereverTheFilterReadsIt) {
  const ConvolutionScope scope("winograd");
  Tensor x = ones({1, 2, 9, 9});
  x.data<float>()[40] = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> y = conv2d(x, ones({3, 2, 3, 3}), {}, {.padding = 1}).to_vector<float>();
  for (std::size_t i = 0; i < y.size(); ++i) {
    const std::size_t row = i / 9 % 9, column = i % 9;
    if (row >= 3 && row <= 5 && column >= 3 && column <= 5) {
      EXPECT_TRUE(std::isnan(y[i])) << row << ", " << column;
    }
  }
}

TEST_F(ConvolutionChoice, ThatIsUnknownIsAnErrorThatNamesTheOthers) {
  const ConvolutionScope scope("auto");
  setenv("TINYTORCH_CONVOLUTION", "fft", /*overwrite=*/1);
  EXPECT_ERROR(cpu::choose_convolution(), ValueError,
               "[TINYTORCH_CONVOLUTION] \"fft\" is none of the ways to compute convolutions: auto, direct, "
               "winograd");
}

}  // namespace
}  // namespace tinytorch::testing
