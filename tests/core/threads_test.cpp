#include "core/threads.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>

#include "core/error.h"
#include "core/ops/activation.h"
#include "core/ops/composite.h"
#include "core/ops/internal/attention.h"
#include "core/ops/math.h"
#include "core/ops/random.h"
#include "core/ops/reduction.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"
#include "tests/support/threads.h"

namespace tinytorch::testing {
namespace {

/// The gradients of attention of x to itself, as one tensor.
Tensor attention_gradients(const Tensor& x) {
  const auto settings = tinytorch::detail::attention_settings("test", x, x, x, {.causal = true});
  const auto result = tinytorch::detail::attention_forward(x, x, x, settings);
  const auto gradients = tinytorch::detail::attention_backward(x, x, x, result, x, settings);
  return concat({gradients.q, gradients.k, gradients.v});
}

TEST(Threads, OneAndTwoGiveTheSameBits) {
  const Options options{.device = backend()};
  Generator source(1);
  // Only the CPU uses threads; the emulated device is too slow for so many elements.
  const std::int64_t rows = is_emulated(backend()) ? 20 : 1500;
  const Shape many{is_emulated(backend()) ? 1 << 12 : 1 << 20};
  const Tensor x = randn({rows, 700}, options, source);
  const Tensor heads = randn({3, is_emulated(backend()) ? 20 : 300, 64}, options, source);
  expect_same_bits({
      [&] { return rand(many, options, *std::make_unique<Generator>(2)); },
      [&] { return randn(many, options, *std::make_unique<Generator>(2)); },
      [&] { return randint(0, 1000, many, options, *std::make_unique<Generator>(2)); },
      [&] { return exp(x); },
      [&] { return sum(x); },
      [&] { return sum(x, {0}); },
      [&] { return sum(x, {1}); },
      [&] { return mean(transpose(x)); },
      [&] { return max(x, {0}); },
      [&] { return softmax(x, 0); },
      [&] { return softmax(x, 1); },
      [&] { return scaled_dot_product_attention(heads, heads, heads); },
      [&] {
        return scaled_dot_product_attention(select(heads, 0, 0), select(heads, 0, 1), select(heads, 0, 2));
      },
      [&] { return attention_gradients(heads); },
      [&] { return attention_gradients(slice(heads, 0, 0, 1)); },
  });
}

TEST(NumThreads, BelongToTheCallingThread) {
  const int before = num_threads();
  EXPECT_GE(before, 1);
  int inside = 0;
  std::thread([&] {
    set_num_threads(1);
    inside = num_threads();
  }).join();
  EXPECT_EQ(inside, 1);
  EXPECT_EQ(num_threads(), before);
  EXPECT_ERROR(set_num_threads(0), ValueError, "[set_num_threads] threads is 0; it must be at least 1");
}

}  // namespace
}  // namespace tinytorch::testing
