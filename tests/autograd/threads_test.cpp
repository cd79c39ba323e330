#include "tests/support/threads.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "autograd/ops.h"
#include "core/ops/random.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

/// The result and the gradients of all inputs as one vector; the seed is the result.
template <class Op>
Tensor with_gradients(const std::vector<Tensor>& values, const Op& op) {
  std::vector<Variable> inputs;
  for (const Tensor& value : values) inputs.push_back(variable(value));
  const Variable y = op(inputs);
  std::vector<Tensor> all{reshape(y.value(), {-1})};
  for (const Variable& gradient : gradients(y, inputs, {}, y.value()))
    all.push_back(reshape(gradient.value(), {-1}));
  return concat(all);
}

using Inputs = std::vector<Variable>;

// Only the CPU uses threads; the emulated device is too slow for so many elements.
TEST(Threads, OneAndTwoGiveTheSameBitsOfLines) {
  const Options options{.device = backend()};
  Generator source(1);
  const std::int64_t rows = is_emulated(backend()) ? 20 : 1500, columns = 300;
  const Tensor x = randn({rows, columns}, options, source), z = randn({rows, columns}, options, source);
  const Tensor weight = randn({columns}, options, source), bias = randn({columns}, options, source);
  const Tensor classes = randint(0, columns, {rows}, options, source);
  const Tensor indices = randint(0, rows, {rows, columns}, options, source);
  const Tensor all_gates = randn({rows, 4 * columns}, options, source);
  const Tensor gates = randn({rows, 3 * columns}, options, source);
  expect_same_bits({
      [&] {
        return with_gradients({x, weight, bias},
                              [&](const Inputs& in) { return layer_norm(in[0], {columns}, in[1], in[2]); });
      },
      [&] {
        return with_gradients({x, weight, bias}, [&](const Inputs& in) {
          return batch_norm(in[0], {}, {}, in[1], in[2], {.training = true});
        });
      },
      [&] { return with_gradients({x}, [&](const Inputs& in) { return cross_entropy(in[0], classes); }); },
      [&] {
        return with_gradients(
            {x}, [](const Inputs& in) { return dropout(in[0], 0.3, true, *std::make_unique<Generator>(2)); });
      },
      [&] {
        return with_gradients({x, z},
                              [&](const Inputs& in) { return scatter_add(in[0], 0, indices, in[1]); });
      },
      [&] { return with_gradients({x}, [](const Inputs& in) { return cumsum(in[0], 0); }); },
      [&] {
        return with_gradients({x, z}, [](const Inputs& in) { return linear_recurrence(in[0], in[1], 1); });
      },
      [&] { return with_gradients({x}, [](const Inputs& in) { return sort(in[0]).values; }); },
      [&] {
        return with_gradients({all_gates, all_gates, x},
                              [](const Inputs& in) { return lstm_gates(in[0], in[1], in[2]); });
      },
      [&] {
        return with_gradients({gates, gates, x},
                              [](const Inputs& in) { return gru_gates(in[0], in[1], in[2]); });
      },
  });
}

TEST(Threads, OneAndTwoGiveTheSameBitsOfImages) {
  const Options options{.device = backend()}, f64{.dtype = DType::f64, .device = backend()};
  Generator source(1);
  const std::int64_t batch = is_emulated(backend()) ? 2 : 8, length = is_emulated(backend()) ? 7 : 40;
  const Tensor x = randn({batch, 30, length, length}, options, source);
  const Tensor exact = randn({batch, 8, length, length}, f64, source),
               weight = randn({16, 8, 3, 3}, f64, source);
  expect_same_bits({
      [&] { return with_gradients({x}, [](const Inputs& in) { return max_pool2d(in[0], 3); }); },
      [&] { return with_gradients({x}, [](const Inputs& in) { return avg_pool2d(in[0], 3); }); },
      [&] {
        return with_gradients({exact, weight}, [](const Inputs& in) { return conv2d(in[0], in[1]); });
      },
  });
}

// A library may cache objects for another number of threads.
TEST(Threads, ConvolutionsAreRightOnMoreAndOnFewerThanBefore) {
  const Options f64{.dtype = DType::f64, .device = backend()};
  Generator source(1);
  const std::int64_t batch = is_emulated(backend()) ? 1 : 6, length = is_emulated(backend()) ? 7 : 33;
  const Tensor x = randn({batch, 8, length, length}, f64, source), weight = randn({16, 8, 3, 3}, f64, source);
  const auto compute = [&](DType dtype) {
    return with_gradients({x.to(dtype), weight.to(dtype)},
                          [](const Inputs& in) { return conv2d(in[0], in[1]) / 100; });
  };
  const Tensor wanted = compute(DType::f64);
  for (const int threads : {1, 2, 1})
    EXPECT_TENSOR_NEAR(on_threads(threads, [&] { return compute(DType::f32); }), wanted.to(DType::f32));
}

}  // namespace
}  // namespace tinytorch::testing
