// The checks of module 12: one suite an exercise, named in modules/12_compression/module.json.
#include "modules/12_compression/compression.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "modules/course/check.h"

namespace compression {
namespace {

using tinytorch::course::check;
using tinytorch::course::text_of;
using Values = std::vector<float>;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN(),
                kInfinity = std::numeric_limits<float>::infinity(),
                kSmallest = std::numeric_limits<float>::denorm_min();

/// Integers of any type, as check() compares floats.
template <class T>
Values floats(const std::vector<T>& integers) {
  Values values;
  for (const T each : integers) values.push_back(static_cast<float>(each));
  return values;
}

/// check() of lists in braces, too.
void check_all(const std::string& function, const Values& argument, const Values& values,
               const Values& expected) {
  check(function, {argument}, values, expected);
}

void check_prune(double share, Values weight, const Values& expected) {
  const Values before = weight;
  prune(weight, share);
  check_all("prune to the share " + text_of(share) + " of ", before, weight, expected);
}

TEST(Prune, SetsTheSmallestMagnitudesToZero) { check_prune(0.5, {3, -1, 2, -4}, {3, 0, 0, -4}); }
TEST(Prune, RoundsTheNumberDown) {
  check_prune(0.5, {1, 2, 3, 4, 5}, {0, 0, 3, 4, 5});
  check_prune(0.99, {1}, {1});
}
TEST(Prune, ResolvesTiesByTheIndex) {
  check_prune(0.5, {1, 1, -1, 1}, {0, 0, -1, 1});
  check_prune(0.5, {2, -1, 5, 1, 1, 1}, {2, 0, 5, 0, 0, 1});
}
TEST(Prune, KeepsNaN) {
  check_prune(0.5, {kNaN, 1, 2, 3}, {kNaN, 0, 0, 3});
  check_prune(1, {1, kNaN, 2, -3}, {0, kNaN, 0, 0});
}
TEST(Prune, GoesFromNoneToAll) {
  check_prune(0, {3, -1, 2}, {3, -1, 2});
  check_prune(1, {3, -1, 2}, {0, 0, 0});
  check_prune(0.5, {}, {});
}

void check_rows(const Values& weight, std::size_t rows, std::size_t columns, double share,
                const Values& kept_rows, const Values& kept_weight) {
  const PrunedRows result = prune_rows(weight, rows, columns, share);
  const std::string at = "prune_rows to the share " + text_of(share) + " of ";
  check_all("the rows of " + at, weight, floats(result.rows), kept_rows);
  check_all("the weight of " + at, weight, result.weight, kept_weight);
}

TEST(PruneRows, RemovesTheShortestRows) { check_rows({0, 6, 1, 1, 3, 4}, 3, 2, 0.5, {0, 2}, {0, 6, 3, 4}); }
TEST(PruneRows, MeasuresTheL2Norm) {
  check_rows({3, 3, 0, 0, -4.5F, 0}, 2, 3, 0.5, {1}, {0, -4.5F, 0});
  check_rows({2, 2, 2, 3, 0, 0}, 2, 3, 0.5, {0}, {2, 2, 2});
}
TEST(PruneRows, KeepsTheOrder) { check_rows({4, -1, 5, 2}, 4, 1, 0.5, {0, 2}, {4, 5}); }
TEST(PruneRows, ResolvesTiesByTheIndex) { check_rows({1, -1, 1, 1, 1}, 5, 1, 0.5, {2, 3, 4}, {1, 1, 1}); }
TEST(PruneRows, DoesNotOverflow) { check_rows({3e30F, 1e30F}, 2, 1, 0.5, {0}, {3e30F}); }
TEST(PruneRows, KeepsRowsWithNaN) {
  check_rows({kNaN, 0, 1, 1, 2, 2}, 3, 2, 0.5, {0, 2}, {kNaN, 0, 2, 2});
  check_rows({1, 1, 2, 2, 0, kNaN, 3, 3}, 4, 2, 0.5, {2, 3}, {0, kNaN, 3, 3});
}
TEST(PruneRows, GoesFromNoneToAll) {
  check_rows({1, 2}, 2, 1, 0, {0, 1}, {1, 2});
  check_rows({1, 2}, 2, 1, 1, {}, {});
  check_rows({}, 0, 3, 0.5, {}, {});
}

void check_quantize(const Values& x, std::size_t rows, std::size_t columns, const Values& scales,
                    const Values& values) {
  const Quantized result = quantize(x, rows, columns);
  check_all("the scales of quantize ", x, result.scales, scales);
  check_all("the values of quantize ", x, floats(result.values), values);
  check_all("the rows and columns of quantize ", x, floats(std::vector{result.rows, result.columns}),
            floats(std::vector{rows, columns}));
}

TEST(Quantize, HasAScaleForEachRow) {
  check_quantize({2, -254, 127, 0}, 2, 2, {2, 1}, {1, -127, 127, 0});
  check_quantize({0.5F, -31.75F}, 1, 2, {0.25F}, {2, -127});
}
TEST(Quantize, RoundsToTheNearest) {
  check_quantize({127, 1.25F, -1.75F, 2.625F}, 1, 4, {1}, {127, 1, -2, 3});
}
TEST(Quantize, RoundsHalvesToEven) {
  check_quantize({127, 0.5F, 1.5F, 2.5F, -2.5F, -3.5F}, 1, 6, {1}, {127, 0, 2, 2, -2, -4});
}
TEST(Quantize, HasAScaleForRowsOfZeros) {
  check_quantize({0, -0.0F, 127, 5}, 2, 2, {1, 1}, {0, 0, 127, 5});
  check_quantize({kSmallest}, 1, 1, {1}, {0});
}
TEST(Quantize, StaysInTheRange) {
  check_quantize({190 * kSmallest, -190 * kSmallest}, 1, 2, {kSmallest}, {127, -127});
}
TEST(Quantize, HasTheScaleNaNForWhatInt8DoesNotHave) {
  check_quantize({kNaN, 1, 1, kNaN, -kInfinity, 1, 2, 127}, 4, 2, {kNaN, kNaN, kNaN, 1},
                 {0, 0, 0, 0, 0, 0, 2, 127});
}
TEST(Quantize, CanBeEmpty) {
  check_quantize({}, 0, 3, {}, {});
  check_quantize({}, 2, 0, {1, 1}, {});
}

TEST(Dequantize, MultipliesByTheScaleOfTheRow) {
  const Quantized x{.rows = 2, .columns = 3, .values = {1, -2, 127, 3, 0, -127}, .scales = {0.5F, 2}};
  check_all("dequantize with the scales 0.5 and 2 of ", floats(x.values), dequantize(x),
            {0.5F, -1, 63.5F, 6, 0, -254});
}
TEST(Dequantize, KeepsNaN) {
  const Quantized x{.rows = 2, .columns = 2, .values = {0, 0, 0, 1}, .scales = {kNaN, 3}};
  check_all("dequantize with the scales NaN and 3 of ", floats(x.values), dequantize(x), {kNaN, kNaN, 0, 3});
}
TEST(Dequantize, CanBeEmpty) { check_all("dequantize ", {}, dequantize({}), {}); }

Values linear_of(const Values& x, std::size_t rows, const Quantized& weight, const Values& bias) {
  Values y(rows * weight.rows, 12345);
  int8_linear(x, rows, weight, bias, y);
  return y;
}

Quantized small_weight() { return {.rows = 2, .columns = 2, .values = {1, 2, -3, 4}, .scales = {1, 1}}; }

TEST(Int8Linear, MultipliesByTheRowsOfTheWeight) {
  check_all("int8_linear of the weight {{1, 2}, {-3, 4}} and ", {127, 1},
            linear_of({127, 1}, 1, small_weight(), {}), {129, -377});
}
TEST(Int8Linear, ScalesByBothRows) {
  Quantized weight = small_weight();
  weight.scales = {0.5F, 4};
  const Values x{254, 2, 127, 0};
  check_all("int8_linear of the weight {{1, 2}, {-3, 4}}, whose scales are 0.5 and 4, and ", x,
            linear_of(x, 2, weight, {}), {129, -3016, 63.5F, -1524});
}
TEST(Int8Linear, AddsTheBiasToEachRow) {
  const Values x{127, 1, 127, 0};
  check_all("int8_linear of the weight {{1, 2}, {-3, 4}}, the bias {10, 20} and ", x,
            linear_of(x, 2, small_weight(), {10, 20}), {139, -357, 137, -361});
}
TEST(Int8Linear, MultipliesIntegers) {
  // 0.25 is a quarter of the scale, and so 0.
  check_all("int8_linear of the weight {{1, 2}, {-3, 4}} and ", {127, 0.25F},
            linear_of({127, 0.25F}, 1, small_weight(), {}), {127, -381});
}
TEST(Int8Linear, AddsUpLongRows) {
  constexpr std::size_t kHalf = 2000;
  Quantized weight{.rows = 2, .columns = 2 * kHalf + 1, .values = {}, .scales = {1, 1}};
  for (std::size_t k = 0; k < weight.columns; ++k)
    weight.values.push_back(static_cast<std::int8_t>(k < kHalf ? 127 : k == kHalf ? 1 : 0));
  for (std::size_t k = 0; k < weight.columns; ++k)
    weight.values.push_back(static_cast<std::int8_t>(k == kHalf ? 1 : k < kHalf ? 127 : -127));
  Values x(weight.columns, 127);
  x[kHalf] = 1;
  const Values y = linear_of(x, 1, weight, {});
  check("the sum of 2000 products 127 * 127, and 1, once", {1}, y[0], kHalf * 127.0 * 127.0 + 1);
  check("the sum of 2000 products 127 * 127, 1, and 2000 products 127 * -127, once", {1}, y[1], 1);
}
TEST(Int8Linear, HandlesRowsOfZeros) {
  check_all("int8_linear of the weight {{1, 2}, {-3, 4}}, the bias {10, 20} and ", {0, 0},
            linear_of({0, 0}, 1, small_weight(), {10, 20}), {10, 20});
}
TEST(Int8Linear, KeepsNaN) {
  const Values x{1, kNaN, kInfinity, 1, 127, 1};
  check_all("int8_linear of the weight {{1, 2}, {-3, 4}} and ", x, linear_of(x, 3, small_weight(), {}),
            {kNaN, kNaN, kNaN, kNaN, 129, -377});
}
TEST(Int8Linear, OfNoColumnsIsTheBias) {
  const Quantized weight{.rows = 2, .columns = 0, .values = {}, .scales = {1, 1}};
  check_all("int8_linear of no columns, the bias {10, 20} and ", {}, linear_of({}, 1, weight, {10, 20}),
            {10, 20});
  check_all("int8_linear of no rows: ", {}, linear_of({}, 0, small_weight(), {}), {});
}

double bytes_of(std::size_t StorageBytes::*format, const Values& weight, std::size_t rows,
                std::size_t columns) {
  return static_cast<double>(storage_bytes(weight, rows, columns).*format);
}

TEST(StorageBytes, OfFloats) {
  check("the dense bytes of a weight with the rows and columns", {2, 3},
        bytes_of(&StorageBytes::dense, {0, 1, 0, 2, 0, 3}, 2, 3), 24);
}
TEST(StorageBytes, OfTheNonzerosInCsr) {
  check("the bytes that an element of csr adds, once", {1},
        bytes_of(&StorageBytes::csr, {0, 1, 0, 2, 0, 3}, 2, 3) -
            bytes_of(&StorageBytes::csr, {0, 1, 0, 2, 0, 0}, 2, 3),
        8);
}
TEST(StorageBytes, OfTheRowPointersInCsr) {
  check("the csr bytes of zeros with the rows and columns", {2, 3},
        bytes_of(&StorageBytes::csr, Values(6, 0), 2, 3), 12);
  check("the csr bytes of a weight with the rows and columns", {0, 3}, bytes_of(&StorageBytes::csr, {}, 0, 3),
        4);
}
TEST(StorageBytes, KnowsWhatIsZero) {
  check("the csr bytes of -0 and NaN, with the rows and columns", {1, 2},
        bytes_of(&StorageBytes::csr, {-0.0F, kNaN}, 1, 2), 16);
}
TEST(StorageBytes, OfInt8AndItsScales) {
  check("the int8 bytes of a weight with the rows and columns", {2, 3},
        bytes_of(&StorageBytes::int8, {0, 1, 0, 2, 0, 3}, 2, 3), 14);
}

/// A batch for distillation.
struct Batch {
  Values student, teacher;
  std::vector<std::int32_t> labels;
};

struct Distilled {
  double loss;
  Values gradient;
};

Distilled distill_of(const Batch& batch, double temperature, double soft) {
  Distilled result{.loss = 0, .gradient = Values(batch.student.size(), 12345)};
  result.loss = distill(batch.student, batch.teacher, batch.labels,
                        {.temperature = temperature, .soft = soft}, result.gradient);
  return result;
}

std::vector<double> softmax_of(const double* logits, std::size_t classes, double temperature) {
  std::vector<double> result;
  double sum = 0;
  for (std::size_t i = 0; i < classes; ++i) {
    result.push_back(std::exp(logits[i] / temperature));
    sum += result.back();
  }
  for (double& each : result) each /= sum;
  return result;
}

/// The loss by its formula, which overflows for large logits.
double expected_loss(const Batch& batch, const std::vector<double>& student, double temperature,
                     double soft) {
  const std::vector<double> teacher(batch.teacher.begin(), batch.teacher.end());
  const std::size_t rows = batch.labels.size(), classes = student.size() / rows;
  double loss = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    const auto p = softmax_of(&teacher[row * classes], classes, temperature),
               q = softmax_of(&student[row * classes], classes, temperature),
               plain = softmax_of(&student[row * classes], classes, 1);
    for (std::size_t i = 0; i < classes; ++i)
      loss -= soft * temperature * temperature * p[i] * std::log(q[i]);
    loss -= (1 - soft) * std::log(plain[static_cast<std::size_t>(batch.labels[row])]);
  }
  return loss / static_cast<double>(rows);
}

void check_loss(const Batch& batch, double temperature, double soft) {
  const std::vector<double> student(batch.student.begin(), batch.student.end());
  check("the loss of distill of student " + text_of(batch.student) + " and teacher " +
            text_of(batch.teacher) + " with T and soft",
        {temperature, soft}, distill_of(batch, temperature, soft).loss,
        expected_loss(batch, student, temperature, soft));
}

/// By differences of the loss.
void check_gradient(const Batch& batch, double temperature, double soft) {
  constexpr double kStep = 1e-5;
  std::vector<double> student(batch.student.begin(), batch.student.end());
  Values expected;
  for (double& logit : student) {
    const double at = logit;
    logit = at + kStep;
    const double above = expected_loss(batch, student, temperature, soft);
    logit = at - kStep;
    const double below = expected_loss(batch, student, temperature, soft);
    logit = at;
    expected.push_back(static_cast<float>((above - below) / (2 * kStep)));
  }
  check("the gradient of distill with T = " + text_of(temperature) + " and soft = " + text_of(soft) + " of",
        {batch.student, batch.teacher}, distill_of(batch, temperature, soft).gradient, expected, 1e-5);
}

TEST(Distill, HasTheHardLoss) {
  check_loss({{0, 0}, {5, 7}, {0}}, 2, 0);
  check_loss({{1, 3, -1}, {0, 0, 0}, {2}}, 2, 0);
}
TEST(Distill, ComparesWithTheTeacher) { check_loss({{1, 3, -1}, {2, 0, 1}, {0}}, 1, 1); }
TEST(Distill, MultipliesByTheSquareOfTheTemperature) { check_loss({{0, 0}, {0, 0}, {0}}, 3, 1); }
TEST(Distill, SoftensTheLogitsOfBoth) { check_loss({{1, 3, -1}, {2, 0, 1}, {0}}, 2, 1); }
TEST(Distill, MixesBothLosses) { check_loss({{1, 3, -1}, {2, 0, 1}, {0}}, 2, 0.25); }
TEST(Distill, TakesTheMeanOfTheRows) {
  check_loss({{1, 3, -1, 0, 2, 2}, {2, 0, 1, 1, 1, 4}, {0, 2}}, 2, 0.25);
}
TEST(Distill, HasTheGradientOfTheHardLoss) { check_gradient({{1, 3, -1}, {2, 0, 1}, {1}}, 2, 0); }
TEST(Distill, HasTheGradientOfTheSoftLoss) { check_gradient({{1, 3, -1}, {2, 0, 1}, {1}}, 2, 1); }
TEST(Distill, HasTheGradientOfTheMean) {
  check_gradient({{1, 3, -1, 0, 2, 2}, {2, 0, 1, 1, 1, 4}, {0, 2}}, 3, 0.25);
}
TEST(Distill, DoesNotOverflow) {
  const Distilled result = distill_of({{1000, 0}, {1000, 0}, {1}}, 1, 0.5);
  check("the loss of distill of student {1000, 0} and teacher {1000, 0} for the label", {1}, result.loss,
        500);
  check_all("the gradient of distill of student and teacher ", {1000, 0}, result.gradient, {0.5F, -0.5F});
}
TEST(Distill, LeavesOutWhatIsImpossible) {
  const Distilled result = distill_of({{0, 0, -kInfinity}, {0, 0, -kInfinity}, {0}}, 1, 1);
  check("the loss of distill of student and teacher {0, 0, -inf} for the label", {0}, result.loss,
        std::log(2));
  check_all("the gradient of distill of student and teacher ", {0, 0, -kInfinity}, result.gradient,
            {0, 0, 0});
}
TEST(Distill, OfNoRowsIsZero) {
  check("the loss of distill of no rows, once", {1}, distill_of({{}, {}, {}}, 2, 0.5).loss, 0);
}

}  // namespace
}  // namespace compression
