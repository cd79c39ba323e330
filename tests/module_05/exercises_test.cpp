// The checks of module 05: one suite an exercise, named in modules/05_dense/module.json.
#include "modules/05_dense/dense.h"

#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "modules/course/check.h"

namespace dense {
namespace {

using tinytorch::course::check;
using Floats = std::vector<float>;
using Widths = std::vector<std::size_t>;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN(),
                kInfinity = std::numeric_limits<float>::infinity();

std::string shape_of(std::size_t rows, std::size_t columns) {
  return '[' + std::to_string(rows) + ", " + std::to_string(columns) + ']';
}

void check_text(const std::string& call, const std::string& text, const std::string& expected) {
  EXPECT_TRUE(text == expected) << call << " is " << text << ", expected " << expected;
}

void check_shape(const std::string& call, const Matrix& y, std::size_t rows, std::size_t columns) {
  check_text("the shape of " + call, shape_of(y.rows, y.columns), shape_of(rows, columns));
}

Images images_of(std::size_t count, std::size_t channels, std::size_t height, std::size_t width) {
  Images images{.count = count,
                .channels = channels,
                .height = height,
                .width = width,
                .values = Floats(count * channels * height * width)};
  for (std::size_t i = 0; i < images.values.size(); ++i) images.values[i] = static_cast<float>(i);
  return images;
}

TEST(Flatten, HasARowForEachImage) {
  check_shape("flatten of images [3, 1, 2, 2]", flatten(images_of(3, 1, 2, 2)), 3, 4);
}
TEST(Flatten, CountsAllChannels) {
  check_shape("flatten of images [2, 3, 4, 5]", flatten(images_of(2, 3, 4, 5)), 2, 60);
}
TEST(Flatten, LeavesTheOrder) {
  const Images images = images_of(2, 2, 1, 2);
  check("flatten", {images.values}, flatten(images).values, images.values);
}
TEST(Flatten, OfNoImagesHasColumns) {
  check_shape("flatten of images [0, 3, 2, 2]", flatten(images_of(0, 3, 2, 2)), 0, 12);
}
TEST(Flatten, RefusesAnotherNumberOfValues) {
  Images images = images_of(2, 1, 2, 2);
  images.values.pop_back();
  EXPECT_THROW(flatten(images), std::invalid_argument) << "flatten of images [2, 1, 2, 2] with 7 values";
}

TEST(DenseParameters, CountsTheWeight) {
  check("dense_parameters", {3, 2, false}, static_cast<double>(dense_parameters(3, 2, false)), 6);
}
TEST(DenseParameters, CountsTheBiasOfEachOutput) {
  check("dense_parameters", {3, 2, true}, static_cast<double>(dense_parameters(3, 2, true)), 8);
}
TEST(DenseParameters, IsExactForLargeLayers) {
  check("dense_parameters", {100000, 100000, true},
        static_cast<double>(dense_parameters(100000, 100000, true)), 10000100000, 0);
}

/// factor x + term, of each element. Its parameters are as many as a test says.
class Affine : public Layer {
 public:
  explicit Affine(float factor, float term = 0, std::size_t parameters = 2)
      : factor_(factor), term_(term), parameters_(parameters) {}

  Matrix forward(const Matrix& x) const override {
    Matrix y = x;
    for (float& each : y.values) each = factor_ * each + term_;
    return y;
  }
  std::size_t parameter_count() const override { return parameters_; }

 private:
  float factor_, term_;
  std::size_t parameters_;
};

std::shared_ptr<Layer> affine(float factor, float term = 0) { return std::make_shared<Affine>(factor, term); }
std::shared_ptr<Layer> with_parameters(std::size_t count) {
  return std::make_shared<Affine>(1.0F, 0.0F, count);
}

void check_count(const std::string& network, const Layers& layers, double expected) {
  check("parameter_count of " + network, {}, static_cast<double>(parameter_count(layers)), expected);
}
TEST(ParameterCount, AddsUpAllLayers) {
  check_count("layers with 5, 0 and 7 parameters",
              {with_parameters(5), with_parameters(0), with_parameters(7)}, 12);
}
TEST(ParameterCount, OfNoLayersIsZero) { check_count("no layers", {}, 0); }
TEST(ParameterCount, CountsASharedLayerOnce) {
  const auto shared = with_parameters(5);
  check_count("a layer with 5 parameters, twice", {shared, shared}, 5);
  check_count("a layer with 5 parameters, one with 7, and the first again",
              {shared, with_parameters(7), shared}, 12);
}
TEST(ParameterCount, CountsEqualLayersEach) {
  check_count("two layers with 5 parameters", {with_parameters(5), with_parameters(5)}, 10);
}

Matrix batch() { return {.rows = 2, .columns = 2, .values = {1, 2, 3, 4}}; }

void check_forward(const std::string& network, const Layers& layers, const Floats& expected) {
  const Matrix y = forward(layers, batch());
  check_shape("forward of " + network, y, 2, 2);
  check("forward of " + network + " for", {batch().values}, y.values, expected);
}
TEST(Forward, WithoutLayersIsTheIdentity) { check_forward("no layers", {}, batch().values); }
TEST(Forward, GivesEachLayerTheResultOfTheOneBefore) {
  check_forward("2 x, 3 x", {affine(2), affine(3)}, {6, 12, 18, 24});
}
TEST(Forward, KeepsTheOrder) { check_forward("2 x, x + 5", {affine(2), affine(1, 5)}, {7, 9, 11, 13}); }
TEST(Forward, AppliesASharedLayerEachTime) {
  const auto shared = affine(3);
  check_forward("3 x, the same again", {shared, shared}, {9, 18, 27, 36});
}
TEST(Forward, OfAnEmptyBatchHasColumns) {
  check_shape("forward of Dense(3, 5) for a batch [0, 3]",
              forward({std::make_shared<Dense>(3, 5)}, {.rows = 0, .columns = 3}), 0, 5);
}

/// What forward says of a network in which the layer at index 2 expects 4 columns and gets 3.
std::string text_of_a_misfit() {
  try {
    forward({std::make_shared<Dense>(2, 3), std::make_shared<Relu>(), std::make_shared<Dense>(4, 1)},
            batch());
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}
void check_misfit(const std::string& part) {
  const std::string text = text_of_a_misfit();
  EXPECT_TRUE(text.find(part) != std::string::npos)
      << "forward of Dense(2, 3), Relu, Dense(4, 1) throws std::invalid_argument with \"" << text
      << "\", expected one with \"" << part << '"';
}
TEST(Forward, NamesTheLayerThatDoesNotFit) { check_misfit("layer 2"); }
TEST(Forward, SaysWhyItDoesNotFit) { check_misfit("the input has 3 columns, expected 4"); }

/// The types of layers: "Dense(4, 3), Relu".
std::vector<std::string> types_of(const Layers& layers) {
  std::vector<std::string> types;
  for (const auto& layer : layers) {
    if (const auto* const each = dynamic_cast<const Dense*>(layer.get()); each != nullptr) {
      types.push_back("Dense(" + std::to_string(each->in) + ", " + std::to_string(each->out) +
                      (each->bias.empty() ? ", no bias)" : ")"));
    } else {
      types.emplace_back(dynamic_cast<const Relu*>(layer.get()) != nullptr ? "Relu" : "another layer");
    }
  }
  return types;
}
std::string joined(const std::vector<std::string>& types) {
  std::string text;
  for (const std::string& type : types) text += (text.empty() ? "" : ", ") + type;
  return '{' + text + '}';
}
std::vector<std::string> types_of_mlp(const Widths& widths) { return types_of(mlp(widths)); }

TEST(Mlp, HasADenseLayerBetweenTwoWidths) {
  std::vector<std::string> dense_layers;
  for (const std::string& type : types_of_mlp({5, 4, 3, 2})) {
    if (type != "Relu") dense_layers.push_back(type);
  }
  check_text("mlp({5, 4, 3, 2}) without its ReLUs", joined(dense_layers),
             "{Dense(5, 4), Dense(4, 3), Dense(3, 2)}");
}
TEST(Mlp, HasAReluBetweenDenseLayers) {
  std::vector<std::string> types = types_of_mlp({5, 4, 3, 2});
  if (!types.empty() && types.back() == "Relu") types.pop_back();  // the next check's
  check_text("mlp({5, 4, 3, 2})", joined(types), "{Dense(5, 4), Relu, Dense(4, 3), Relu, Dense(3, 2)}");
}
TEST(Mlp, EndsWithADenseLayer) {
  check_text("mlp({5, 4, 3})", joined(types_of_mlp({5, 4, 3})), "{Dense(5, 4), Relu, Dense(4, 3)}");
}
TEST(Mlp, OfTwoWidthsIsOneLayer) { check_text("mlp({3, 1})", joined(types_of_mlp({3, 1})), "{Dense(3, 1)}"); }
TEST(Mlp, RefusesFewerThanTwoWidths) {
  EXPECT_THROW(mlp(Widths{}), std::invalid_argument) << "mlp({})";
  EXPECT_THROW(mlp(Widths{3}), std::invalid_argument) << "mlp({3})";
}
TEST(Mlp, RefusesAWidthOfZero) {
  EXPECT_THROW(mlp(Widths{3, 0, 2}), std::invalid_argument) << "mlp({3, 0, 2})";
  EXPECT_THROW(mlp(Widths{3, 0}), std::invalid_argument) << "mlp({3, 0})";
}

void check_classes(std::size_t rows, const Floats& scores, const Floats& expected) {
  const std::size_t columns = scores.size() / rows;
  const auto classes = predict({.rows = rows, .columns = columns, .values = scores});
  check("predict of a matrix " + shape_of(rows, columns), {scores}, Floats(classes.begin(), classes.end()),
        expected);
}
TEST(Predict, FindsTheLargestOfEachRow) {
  check_classes(1, {0.1F, 0.7F, 0.2F}, {1});
  check_classes(3, {3, 2, 1, 4, 6, 5, 7, 8, 9}, {0, 1, 2});
  check_classes(2, {5, 7}, {0, 0});
}
TEST(Predict, OfNegativeScores) {
  check_classes(1, {-3, -2, -1}, {2});
  check_classes(1, {-kInfinity, -2}, {1});
}
TEST(Predict, TakesTheFirstOfEquals) {
  check_classes(2, {5, 5, 1, 1, 5, 5}, {0, 1});
  check_classes(1, {-kInfinity, -kInfinity}, {0});
}
TEST(Predict, TakesNaNForTheLargest) {
  check_classes(1, {1, kNaN, 2}, {1});
  check_classes(1, {kNaN, 5}, {0});
  check_classes(1, {kInfinity, kNaN, kNaN}, {1});
}
TEST(Predict, OfNoRowsIsEmpty) {
  check("the size of predict of a matrix [0, 3]", {},
        static_cast<double>(predict({.rows = 0, .columns = 3}).size()), 0);
  check("the size of predict of a matrix [0, 0]", {},
        static_cast<double>(predict({.rows = 0, .columns = 0}).size()), 0);
}
TEST(Predict, RefusesRowsWithoutColumns) {
  EXPECT_THROW(predict({.rows = 2, .columns = 0}), std::invalid_argument) << "predict of a matrix [2, 0]";
}

using Widths64 = std::vector<std::uint64_t>;

void check_cost(const std::string& widths, std::uint64_t batch, std::uint64_t value, double expected) {
  check("multiply_adds(" + widths + ", batch) with the batch", {static_cast<double>(batch)},
        static_cast<double>(value), expected, 0);
}
TEST(MultiplyAdds, CountsEachLayer) {
  check_cost("{784, 128, 10}", 1, multiply_adds(Widths64{784, 128, 10}, 1), 101632);
}
TEST(MultiplyAdds, CountsEachSample) {
  check_cost("{784, 128, 10}", 32, multiply_adds(Widths64{784, 128, 10}, 32), 3252224);
}
TEST(MultiplyAdds, OfOneWidthIsZero) {
  check_cost("{7}", 3, multiply_adds(Widths64{7}, 3), 0);
  check_cost("{}", 3, multiply_adds(Widths64{}, 3), 0);
}
TEST(MultiplyAdds, OfAnEmptyBatchIsZero) {
  check_cost("{784, 10}", 0, multiply_adds(Widths64{784, 10}, 0), 0);
}
TEST(MultiplyAdds, IsExactBeyond32Bits) {
  check_cost("{100000, 100000}", 4, multiply_adds(Widths64{100000, 100000}, 4), 4e10);
}

constexpr std::uint64_t kTwoTo31 = std::uint64_t{1} << 31, kTwoTo32 = std::uint64_t{1} << 32;

TEST(MultiplyAdds, RefusesAProductOfMoreThan64Bits) {
  const Widths64 widths{kTwoTo32, kTwoTo32}, smaller{kTwoTo32, kTwoTo31};
  EXPECT_THROW(multiply_adds(widths, 1), std::overflow_error) << "multiply_adds({2^32, 2^32}, 1)";
  EXPECT_THROW(multiply_adds(smaller, 2), std::overflow_error) << "multiply_adds({2^32, 2^31}, 2)";
}
TEST(MultiplyAdds, RefusesASumOfMoreThan64Bits) {
  const Widths64 widths{kTwoTo32, kTwoTo31, kTwoTo32};
  EXPECT_THROW(multiply_adds(widths, 1), std::overflow_error) << "multiply_adds({2^32, 2^31, 2^32}, 1)";
}

}  // namespace
}  // namespace dense
