// The sums of products: of equal terms, exact to 1e-6 at any length, and the same bits for any number of
// threads.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <tuple>
#include <vector>

#include "core/ops/activation.h"
#include "core/ops/composite.h"
#include "core/ops/convolution.h"
#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/cross_entropy.h"
#include "core/ops/einsum.h"
#include "core/ops/internal/attention.h"
#include "core/ops/internal/pooling.h"
#include "core/ops/linear_algebra.h"
#include "core/ops/matmul.h"
#include "core/ops/pooling.h"
#include "core/ops/random.h"
#include "core/ops/rearrange.h"
#include "core/ops/reduction.h"
#include "core/ops/unfold.h"
#include "tests/support/backend.h"
#include "tests/support/threads.h"

namespace tinytorch::testing {
namespace {

#ifdef __SANITIZE_THREAD__
constexpr bool kIsTooSlow = true;
#else
constexpr bool kIsTooSlow = false;
#endif

/// scaled(terms), which is a long sum at least.
std::int64_t long_enough(std::int64_t terms) { return std::max<std::int64_t>(scaled(terms), 3000); }

Tensor filled(const Shape& shape, float value) { return full(shape, value, {.device = backend()}); }

/// The f32 values whose products are summed. Each rounds the sums of a chain to one side.
constexpr float kLeft = 0.1F, kRight = 0.3F;
constexpr double kProduct = double{kLeft} * double{kRight};

/// Expects `terms` times kProduct in each element, and the same bits for one, two and three threads.
void expect_sums(std::int64_t terms, const std::function<Tensor()>& call, double tolerance = 1e-6) {
  const double expected = kProduct * static_cast<double>(terms);
  const std::vector<double> y = on_threads(1, call).to_vector<double>();
  double worst = 0;
  for (const double element : y) worst = std::max(worst, std::abs(element / expected - 1));
  EXPECT_FALSE(y.empty());
  EXPECT_LE(worst, tolerance) << "of " << terms << " terms";
  for (const int threads : {2, 3}) EXPECT_EQ(on_threads(threads, call).to_vector<double>(), y);
}

TEST(LongSums, OfOnesInADotProductAreTheirNumber) {
  const std::int64_t terms = scaled(20'000'000);
  const Tensor x = filled({terms}, 1);
  for (const int threads : {1, 2, 3}) {
    const Tensor y = on_threads(threads, [&] { return dot(x, x); });
    EXPECT_EQ(y.item<float>(), static_cast<float>(terms));
  }
}

TEST(LongSums, OfRowsAndColumnsAreExactInEachLayout) {
  for (const std::int64_t terms : {scaled(1'000'000), std::int64_t{1000}}) {
    const Tensor row = filled({terms}, kLeft);
    expect_sums(terms, [&] { return dot(row, filled({terms}, kRight)); });
    for (const std::int64_t n : {2, 17}) {
      const Tensor wide = filled({n, terms}, kRight), tall = filled({terms, n}, kRight);
      expect_sums(terms, [&] { return matmul(wide, row); });
      expect_sums(terms, [&] { return matmul(row, tall); });
      expect_sums(terms, [&] { return matmul(transpose(tall), row); });
      expect_sums(terms, [&] { return matmul(row, transpose(wide)); });
      expect_sums(terms, [&] { return dot(row, select(tall, 1, 1)); });
    }
  }
}

TEST(LongSums, OfMatricesAreExactInEachLayout) {
  for (const auto& [m, n, terms] : {std::tuple{4, 3, scaled(300'000)}, {40, 33, scaled(60'000)}}) {
    const Tensor a = filled({m, terms}, kLeft), b = filled({terms, n}, kRight);
    const Tensor a_columns = filled({terms, m}, kLeft), b_columns = filled({n, terms}, kRight);
    expect_sums(terms, [&] { return matmul(a, b); });
    expect_sums(terms, [&] { return matmul(a, transpose(b_columns)); });
    expect_sums(terms, [&] { return matmul(transpose(a_columns), b); });
    expect_sums(terms, [&] { return matmul(transpose(a_columns), transpose(b_columns)); });
    const Tensor bias = filled({n}, 0);
    expect_sums(terms, [&] { return linear(a, b_columns, bias); });
    expect_sums(terms, [&] { return einsum("ik,kj->ji", {a, b}); });
  }
}

/// Expects f32 sums near those of the same call in f64.
void expect_near_f64(const Tensor& y, const Tensor& exact, double tolerance = 1e-6) {
  EXPECT_EQ(y.shape(), exact.shape());
  EXPECT_LE(max(abs(y.to(DType::f64) / exact - 1)).item<double>(), tolerance);
}

TEST(LongSums, OfOddSizedMatricesAreExact) {
  for (const auto& [m, n] : {std::tuple{3, 5}, {18, 19}}) {
    const std::int64_t terms = 2055;
    const Tensor a = arange(m * terms, {.dtype = DType::f32, .device = backend()});
    const Tensor b = arange(n * terms, {.dtype = DType::f32, .device = backend()});
    const Tensor left = reshape(a, {m, terms}) * 1e-3F, right = reshape(b, {n, terms}) * 1e-3F;
    expect_near_f64(matmul(left, transpose(right)),
                    matmul(left.to(DType::f64), transpose(right).to(DType::f64)));
  }
}

TEST(LongSums, OfBatchesAreExact) {
  const std::int64_t terms = long_enough(100'000);
  const Tensor a = filled({2, 3, terms}, kLeft), b = filled({2, terms, 5}, kRight);
  expect_sums(terms, [&] { return bmm(a, b); });
  expect_sums(terms, [&] { return matmul(a, select(b, 0, 1)); });
  expect_sums(terms, [&] { return matmul(a, slice(b, 2, 0, 1)); });
  expect_sums(terms, [&] { return baddbmm(zeros({5}, {.device = backend()}), a, b); });
}

TEST(LongSums, OfWeightGradientsOfConvolutionsAreExact) {
  if (kIsTooSlow) GTEST_SKIP() << "ThreadSanitizer sees these kernels in smaller tests";
  const std::int64_t side = is_emulated(backend()) ? 150 : 1000;
  for (const std::int64_t kernel : {1, 3}) {
    for (const std::int64_t groups : {1, 2}) {
      const Tensor x = filled({2, 2, side, side}, kLeft);
      const std::int64_t output = side - kernel + 1;
      const Tensor grad = filled({2, 4, output, output}, kRight);
      const Shape weight{4, 2 / groups, kernel, kernel};
      expect_sums(2 * output * output,
                  [&] { return conv2d_weight_gradient(grad, x, weight, {.groups = groups}); });
    }
  }
}

TEST(LongSums, OfWeightGradientsOfWideConvolutionsAreExact) {
  if (kIsTooSlow) GTEST_SKIP() << "ThreadSanitizer sees these kernels in smaller tests";
  const std::int64_t channels = is_emulated(backend()) ? 4 : 40;
  const Tensor x = filled({2, channels, 50, 61}, kLeft), grad = filled({2, channels, 50, 61}, kRight);
  const Shape weight{channels, channels, 3, 1};
  const auto call = [&] {
    return slice(conv2d_weight_gradient(grad, x, weight, {.padding = {1, 0}}), 2, 1, 2);
  };
  expect_sums(2 * 50 * 61, call);
}

TEST(LongSums, OverChannelsAndFiltersOfConvolutionsHaveTheErrorThatTheHeaderStates) {
  if (kIsTooSlow) GTEST_SKIP() << "ThreadSanitizer sees these kernels in smaller tests";
  const std::int64_t channels = 2000, terms = channels * 9;
  const double tolerance = 2048 * 1.6e-8 + 1e-7;
  const Tensor x = filled({1, channels, 4, 5}, kLeft), weight = filled({3, channels, 3, 3}, kRight);
  expect_sums(
      terms, [&] { return conv2d(x, weight); }, tolerance);
  const Tensor grad = filled({1, channels, 4, 5}, kLeft), filters = filled({channels, 3, 3, 3}, kRight);
  const auto inner = [](const Tensor& y) { return slice(slice(y, 2, 2, 4), 3, 2, 5); };
  expect_sums(
      terms,
      [&] {
        return inner(conv2d_input_gradient(grad, filters, {1, 3, 6, 7}));
      },
      tolerance);
  expect_sums(
      terms, [&] { return inner(conv_transpose2d(grad, filters)); }, tolerance);
}

/// The same elements in the channels-last memory format, or row-major.
Tensor with_format(const Tensor& x, bool channels_last) {
  return channels_last ? permute(contiguous(permute(x, {0, 2, 3, 1})), {0, 3, 1, 2}) : contiguous(x);
}

TEST(LongSums, OfConvolutionsOfManyChannelsMatchF64InEachLayout) {
  if (kIsTooSlow) GTEST_SKIP() << "ThreadSanitizer sees these kernels in smaller tests";
  const Options options{.dtype = DType::f64, .device = backend()};
  Generator source(1);
  for (const std::int64_t groups : {1, 2}) {
    const std::int64_t channels = 300 * groups, filters = 250 * groups;
    const Tensor x = randn({2, channels, 5, 4}, options, source), bias = randn({filters}, options, source);
    const Tensor weight = randn({filters, 300, 3, 3}, options, source);
    const Conv2dOptions strided{.stride = {2, 1}, .padding = 1, .groups = groups};
    const Tensor y = conv2d(x, weight, bias, strided);
    const Tensor dx = conv2d_input_gradient(y, weight, x.shape(), strided);
    const auto error = [](const Tensor& result, const Tensor& expected) {
      return (max(abs(result.to(DType::f64) - expected)) / max(abs(expected))).item<double>();
    };
    for (const bool channels_last : {false, true}) {
      const Tensor x32 = with_format(x.to(DType::f32), channels_last), weight32 = weight.to(DType::f32);
      const Tensor y32 = with_format(y.to(DType::f32), channels_last);
      EXPECT_LE(error(conv2d(x32, weight32, bias.to(DType::f32), strided), y), 1e-6);
      EXPECT_LE(error(conv2d_input_gradient(y32, weight32, x.shape(), strided), dx), 1e-6);
    }
  }
}

// Of more than 2048 terms in one channel's slice, which oneDNN does not get.
TEST(LongSums, OfConvolutionsWithLargeKernelsMatchF64) {
  const Options options{.dtype = DType::f64, .device = backend()};
  Generator source(1);
  const Tensor x = randn({2, 16, 14, 13}, options, source), weight = randn({3, 16, 12, 12}, options, source);
  const Tensor bias = randn({3}, options, source), y = conv2d(x, weight, bias);
  const Tensor y32 = conv2d(x.to(DType::f32), weight.to(DType::f32), bias.to(DType::f32));
  EXPECT_LE(max(abs(y32.to(DType::f64) - y)).item<double>(), 1e-6 * max(abs(y)).item<double>());
}

/// conv2d_weight_gradient() as a convolution whose channels are the images, and whose filters are the
/// gradient.
Tensor weight_gradient(const Tensor& grad, const Tensor& x, const Shape& weight,
                       const Conv2dOptions& options) {
  const Conv2dOptions swapped{
      .stride = options.dilation, .padding = options.padding, .dilation = options.stride};
  const Tensor y = transpose(conv2d(transpose(x, 0, 1), transpose(grad, 0, 1), {}, swapped), 0, 1);
  return slice(slice(y, 2, 0, weight[2]), 3, 0, weight[3]);
}

TEST(LongSums, OfWeightGradientsMatchConvolutionsInEachLayout) {
  if (kIsTooSlow) GTEST_SKIP() << "ThreadSanitizer sees these kernels in smaller tests";
  Generator source(1);
  const std::int64_t images = is_emulated(backend()) ? 45 : 450;
  for (const Conv2dOptions& options : {Conv2dOptions{},
                                       {.padding = 1},
                                       {.stride = {1, 2}, .padding = {2, 1}},
                                       {.stride = 3, .padding = {5, 6}},
                                       {.stride = {2, 1}, .padding = 2, .dilation = {1, 2}}}) {
    const Tensor x = randn({images, 5, 9, 8}, {.device = backend()}, source);
    const Shape weight{6, 5, 3, 2};
    const Shape output = conv2d(slice(x, 0, 0, 1), empty(weight, {.device = backend()}), {}, options).shape();
    const Tensor grad = randn({images, 6, output[2], output[3]}, {.device = backend()}, source);
    const Tensor expected = weight_gradient(grad, x, weight, options);
    for (const bool channels_last : {false, true}) {
      const Tensor dw = conv2d_weight_gradient(with_format(grad, channels_last),
                                               with_format(x, channels_last), weight, options);
      EXPECT_LE((max(abs(dw - expected)) / max(abs(expected))).item<float>(), 1e-5F);
    }
  }
}

// The sums are over 2100 and more elements of a filter, filters or positions. Sizes are odd, windows overlap
// and reach over the images' edges.
TEST(LongSums, OfConvolutionsAreAccurateWithEachOptionInEachLayout) {
  if (kIsTooSlow) GTEST_SKIP() << "ThreadSanitizer sees these kernels in smaller tests";
  const Options on_device{.device = backend()};
  Generator source(1);
  const Conv2dOptions apart{.stride = {2, 1}, .padding = {1, 2}, .dilation = {1, 2}, .groups = 2};
  // oneDNN adds 1,056 terms one after another, in an order that depends on the instruction set: by the header
  // within 1.7e-5.
  constexpr double kTolerance = 4e-6;
  for (const Conv2dOptions& options : {Conv2dOptions{}, apart}) {
    for (const std::int64_t few : {1, 18}) {
      const std::int64_t many = options.groups * 351, side = 7;
      const Tensor weight = rand({few * options.groups, 351, 3, 2}, on_device, source);
      const Tensor filters = rand({many, few, 3, 2}, on_device, source);
      const Tensor x = rand({2, many, side, side + 1}, on_device, source);
      const Shape image{2, few * options.groups, side, side + 1};
      const Tensor shape_of_y = conv2d(zeros(image, on_device), filters, {}, options);
      const Tensor grad = rand(shape_of_y.shape(), on_device, source);
      const Tensor y = conv2d(x.to(DType::f64), weight.to(DType::f64), {}, options);
      const Tensor dx = conv2d_input_gradient(grad.to(DType::f64), filters.to(DType::f64), image, options);
      for (const bool channels_last : {false, true}) {
        const auto ordered = [&](const Tensor& t) { return with_format(t, channels_last); };
        expect_near_f64(conv2d(ordered(x), weight, {}, options), y, kTolerance);
        const Tensor gradient = conv2d_input_gradient(ordered(grad), filters, image, options);
        const Tensor met = where(dx == 0, ones_like(dx), dx);  // pixels that no window meets
        expect_near_f64(gradient.to(DType::f64) + (met - dx), met, kTolerance);
      }
    }
  }
}

TEST(LongSums, OfWeightGradientsAreExactWithEachOptionInEachLayout) {
  if (kIsTooSlow) GTEST_SKIP() << "ThreadSanitizer sees these kernels in smaller tests";
  const Options on_device{.device = backend()};
  Generator source(1);
  const Conv2dOptions apart{.stride = {2, 1}, .padding = {1, 2}, .dilation = {1, 2}, .groups = 2};
  for (const Conv2dOptions& options : {Conv2dOptions{}, apart}) {
    for (const std::int64_t filters : {1, 18}) {
      const Tensor x = rand({3, 3 * options.groups, 51, 29}, on_device, source);
      const Shape weight{filters * options.groups, 3, 3, 2};
      const Shape output = conv2d(x, zeros(weight, on_device), {}, options).shape();
      const Tensor grad = rand(output, on_device, source);
      const Tensor exact = conv2d_weight_gradient(grad.to(DType::f64), x.to(DType::f64), weight, options);
      expect_near_f64(conv2d_weight_gradient(grad, x, weight, options), exact);
      expect_near_f64(conv2d_weight_gradient(with_format(grad, true), with_format(x, true), weight, options),
                      exact);
    }
  }
}

/// A convolution and its gradients: images, channels, filters, size of image and kernel.
void expect_same_bits_of_convolution(std::int64_t images, std::int64_t channels, std::int64_t filters,
                                     std::int64_t side, std::int64_t kernel) {
  const Options options{.device = backend()};
  Generator source(1);
  const Tensor x = randn({images, channels, side, side}, options, source);
  const Tensor weight = randn({filters, channels, kernel, kernel}, options, source);
  const std::int64_t output = side - kernel + 1;
  const Tensor grad = randn({images, filters, output, output}, options, source);
  expect_same_bits({[&] { return conv2d(x, weight); },
                    [&] { return conv2d_input_gradient(grad, weight, x.shape()); },
                    [&] { return conv2d_weight_gradient(grad, x, weight.shape()); }});
}

TEST(Threads, GiveTheSameBitsInConvolutions) {
  expect_same_bits_of_convolution(3, 3, 16, 28, 3);
  expect_same_bits_of_convolution(3, 16, 32, 12, 3);
  expect_same_bits_of_convolution(1, 64, 48, 14, 1);
  if (is_emulated(backend())) return;  // which does not use threads
  expect_same_bits_of_convolution(1, 256, 96, 14, 1);
  expect_same_bits_of_convolution(2, 64, 128, 30, 3);
  expect_same_bits_of_convolution(4, 5, 7, 70, 5);
}

/// Expects each element to be `expected` within 1e-6.
void expect_all_near(const Tensor& x, double expected) {
  double worst = 0;
  for (const double element : x.to_vector<double>())
    worst = std::max(worst, std::abs(element / expected - 1));
  EXPECT_LE(worst, 1e-6);
}

TEST(LongSums, OfAttentionAreExact) {
  const std::int64_t length = is_emulated(backend()) ? 6000 : 100'000;
  // All scores are 0. The first half of many keys has the key 0.1 and the value 1, the others have zeros.
  const Tensor many = concat({filled({1, 1, length / 2, 8}, 1), filled({1, 1, length / 2, 8}, 0)}, 2);
  const auto run = [](const Tensor& q, const Tensor& k, const Tensor& v) {
    const auto settings = tinytorch::detail::attention_settings("test", q, k, v, {.scale = 1.0});
    const auto result = tinytorch::detail::attention_forward(q, k, v, settings);
    const Tensor dy = full_like(result.output, 0.25);
    return std::pair(result.output, tinytorch::detail::attention_backward(q, k, v, result, dy, settings));
  };
  const auto [y, gradients] = run(filled({1, 1, 3, 8}, 0), many * kLeft, many * kRight);
  expect_all_near(y, kRight / 2);
  expect_all_near(gradients.q, kProduct * 8 * 0.25 / 4);
  // As many queries, 0.1 each, and two keys 0 with values 1 and 0.
  const Tensor two = concat({filled({1, 1, 1, 8}, 1), filled({1, 1, 1, 8}, 0)}, 2);
  const auto of_queries = run(filled({1, 1, length, 8}, kLeft), two * 0, two).second;
  expect_all_near(of_queries.v, 0.25 / 2 * static_cast<double>(length));
  expect_all_near(slice(of_queries.k, 2, 0, 1), double{kLeft} * 8 * 0.25 / 4 * static_cast<double>(length));
}

TEST(LongSums, OfExponentialsAreExact) {
  const std::int64_t length = 300'000;
  const float logarithm = std::log(0.1F);
  const Tensor x = concat({filled({1, 1}, 0), filled({1, length}, logarithm)}, 1);
  const double total = 1 + std::exp(double{logarithm}) * static_cast<double>(length);
  expect_all_near(slice(softmax(x), 1, 0, 1), 1 / total);
  const Tensor columns = repeat(reshape(x, {length + 1, 1}), {1, 2});
  expect_all_near(slice(softmax(columns, 0), 0, 0, 1), 1 / total);
  const Tensor target = zeros({1}, {.dtype = DType::i64, .device = backend()});
  expect_all_near(cross_entropy(x, target), std::log(total));
}

TEST(LongSums, OfPooledAndFoldedImagesAreExact) {
  expect_all_near(adaptive_avg_pool2d(filled({1, 1, 600, 700}, kLeft), 1), double{kLeft});
  const std::int64_t side = 50;
  const Tensor columns = filled({1, side * side, side * side}, kLeft);
  const Tensor x = fold(columns, 2 * side - 1, {.kernel = side});
  const double windows = static_cast<double>(side * side);
  expect_all_near(select(select(x, 3, side - 1), 2, side - 1), kLeft * windows);
}

TEST(LongSums, OfTheGradientsOfAMaximumOfManyWindowsAreExact) {
  const std::int64_t side = 50;
  const Tensor indices =
      full({1, 1, side, side}, (side - 1) * 2 * side, {.dtype = DType::i64, .device = backend()});
  const Tensor grad = filled({1, 1, side, side}, kLeft);
  const Tensor dx = tinytorch::detail::max_pool2d_gradient(grad, indices, {1, 1, 2 * side - 1, 2 * side - 1},
                                                           side, {.stride = 1});
  expect_all_near(max(dx), kLeft * static_cast<double>(side * side));
}

TEST(ShortSums, OfMatricesHaveTheErrorThatTheHeaderStates) {
  for (const std::int64_t terms : {64, 256, 1000, 2048}) {
    double worst = 0;
    for (const float value : {0.1F, 0.3F, 0.7F, 1.1F}) {
      const Tensor a = filled({40, terms}, value), b = filled({40, terms}, kRight);
      const double expected = double{value} * double{kRight} * static_cast<double>(terms);
      for (const Tensor& y : {matmul(a, transpose(b)), linear(a, b, filled({40}, 0))}) {
        for (const double element : y.to_vector<double>())
          worst = std::max(worst, std::abs(element / expected - 1));
      }
    }
    const double bound = 1.6e-8 * static_cast<double>(terms) + 1e-7;
    EXPECT_LE(worst, backend().type == DeviceType::cpu ? std::min(bound, 4.2e-6) : bound) << terms;
  }
}

// The last are long sums, of each direction.
TEST(ShortSums, OfConvolutionsHaveTheErrorThatTheHeaderStates) {
  for (const std::int64_t terms : {2048, 2100}) {
    const Tensor row = filled({1, terms, 1, 1}, kLeft), column = filled({terms, 1, 1, 1}, kRight);
    const Tensor image = filled({1, 1, 4, terms / 4}, kLeft), grad = filled({1, 1, 4, terms / 4}, kRight);
    const double expected = kProduct * static_cast<double>(terms);
    for (const Tensor& y :
         {conv2d(row, reshape(column, row.shape())), conv2d_input_gradient(row, column, {1, 1, 1, 1}),
          conv2d_weight_gradient(grad, image, {1, 1, 1, 1})})
      EXPECT_LE(std::abs(y.item<float>() / expected - 1), 1.6e-8 * 2048);
  }
}

TEST(LongSums, OfRandomTermsHaveSmallErrors) {
  Generator source(1);
  const Options options{.device = backend()};
  for (const auto& [m, n, terms] : {std::tuple{1, 3, long_enough(200'000)},
                                    {4, 3, long_enough(200'000)},
                                    {40, 33, long_enough(60'000)}}) {
    const Tensor a = rand({m, terms}, options, source), b = rand({terms, n}, options, source);
    const Tensor y = matmul(a, b).to(DType::f64), expected = matmul(a.to(DType::f64), b.to(DType::f64));
    EXPECT_LE(max(abs(y / expected - 1)).item<double>(), 3e-7) << terms;
  }
}

TEST(Threads, GiveTheSameBitsInProductsOfEverySize) {
  if (is_emulated(backend())) return;  // which does not use threads
  const Options options{.device = backend()};
  Generator source(1);
  for (const std::int64_t k : {16, 300, 2048, 2100}) {
    for (const std::int64_t n : {1, 5, 65, 300}) {
      const Tensor a = randn({scaled(140), k}, options, source), b = randn({k, n}, options, source);
      const Tensor b_columns = randn({n, k}, options, source);
      expect_same_bits({[&] { return matmul(a, b); }, [&] { return matmul(a, transpose(b_columns)); }});
    }
  }
}

}  // namespace
}  // namespace tinytorch::testing
