#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <memory>
#include <vector>

#include "core/ops/activation.h"
#include "core/ops/attention.h"
#include "core/ops/composite.h"
#include "core/ops/math.h"
#include "core/ops/random.h"
#include "core/ops/reduction.h"
#include "tests/support/backend.h"

// OpenMP's own functions, without compiling this file for OpenMP; absent where the library was built without
// it.
extern "C" {
[[gnu::weak]] void omp_set_num_threads(int threads);
[[gnu::weak]] int omp_get_max_threads();
}

namespace tinytorch::testing {
namespace {

/// The gradients of attention of x to itself, as one tensor.
Tensor attention_gradients(const Tensor& x) {
  const auto settings = detail::attention_settings("test", x, x, x, {.causal = true});
  const auto result = detail::attention_forward(x, x, x, settings);
  const auto gradients = detail::attention_backward(x, x, x, result, x, settings);
  return concat({gradients.q, gradients.k, gradients.v});
}

TEST(Threads, OneAndTwoGiveTheSameBits) {
  const auto use_threads = [](int count) {
    if (omp_set_num_threads != nullptr) omp_set_num_threads(count);
  };
  const Options options{.device = backend()};
  Generator source(1);
  // Threads are the CPU's; the emulated device is too slow for so many numbers.
  const std::int64_t rows = is_emulated(backend()) ? 100 : 1500;
  const Shape many{is_emulated(backend()) ? 1 << 14 : 1 << 20};
  const Tensor x = randn({rows, 700}, options, source);
  const Tensor heads = randn({3, is_emulated(backend()) ? 70 : 300, 64}, options, source);
  const std::vector<std::function<Tensor()>> calls{
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
  };
  const int before = omp_get_max_threads != nullptr ? omp_get_max_threads() : 1;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    use_threads(1);
    const std::vector<double> one = calls[i]().to_vector<double>();
    use_threads(2);
    const std::vector<double> two = calls[i]().to_vector<double>();
    ASSERT_EQ(one.size(), two.size());
    EXPECT_EQ(std::memcmp(one.data(), two.data(), one.size() * sizeof(double)), 0) << "call " << i;
  }
  use_threads(before);
}

}  // namespace
}  // namespace tinytorch::testing
