// Iteration spaces that do not fit 32-bit arithmetic are split into chunks or handled in 64 bits. Such
// tensors are larger than a test should have, so the tests lower the limit.
#include <gtest/gtest.h>

#include <utility>

#include "autograd/ops.h"
#include "core/ops/activation.h"
#include "core/ops/comparison.h"
#include "core/ops/composite.h"
#include "core/ops/convolution.h"
#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/indexing.h"
#include "core/ops/internal/pooling.h"
#include "core/ops/interpolate.h"
#include "core/ops/random.h"
#include "core/ops/unfold.h"
#include "kernels/cuda/offset_calculator.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

class IndexLimit : public ::testing::TestWithParam<std::int64_t> {
 protected:
  IndexLimit() { cuda::largest_index = GetParam(); }
  ~IndexLimit() override { cuda::largest_index = before_; }

 private:
  std::int64_t before_ = cuda::largest_index;
};

TEST_P(IndexLimit, DoesNotChangeResults) {
  const Tensor x = randn({3, 40, 50}), row = randn({50});
  const Tensor x_there = x.to(backend()), row_there = row.to(backend());
  EXPECT_TENSOR_EQ(x_there + row_there, x + row);
  EXPECT_TENSOR_EQ(x_there * 2, x * 2);
  EXPECT_TENSOR_EQ(transpose(x_there) + 1, transpose(x) + 1);
  EXPECT_TENSOR_EQ(where(x_there > row_there, x_there, row_there), maximum(x, row));
  EXPECT_TENSOR_EQ(contiguous(transpose(x_there, 0, 2)), contiguous(transpose(x, 0, 2)));
  EXPECT_TENSOR_EQ(full_like(transpose(x_there), 3), full_like(transpose(x), 3));
  for (const Axes& axes : {Axes{}, Axes{0}, Axes{1}, Axes{2}, Axes{0, 2}}) {
    EXPECT_TENSOR_NEAR(sum(x_there, axes), sum(x, axes));
    EXPECT_TENSOR_EQ(max(x_there, axes), max(x, axes));
  }
  for (int axis = 0; axis < 3; ++axis) {
    EXPECT_TENSOR_EQ(argmin(x_there, axis), argmin(x, axis));
    EXPECT_TENSOR_NEAR(softmax(x_there, axis), softmax(x, axis), 1e-6);
  }
}

/// The value and the gradient of x.
template <class F>
std::pair<Tensor, Tensor> both_ways(const Tensor& x, const F& f) {
  const Variable at = variable(x), y = f(at);
  sum(square(y) * y).backward();
  return {y.value(), at.grad()};
}

template <class F>
void expect_the_same_there(const Tensor& x, const F& f) {
  const auto [y, gradient] = both_ways(x, f);
  const auto [y_there, gradient_there] = both_ways(x.to(backend()), f);
  EXPECT_TENSOR_NEAR(y_there, y, 1e-5);
  EXPECT_TENSOR_NEAR(gradient_there, gradient, 1e-4);
}

TEST_P(IndexLimit, DoesNotChangeNormalisationsAndGates) {
  const Tensor x = randn({3, 40, 50}), long_rows = randn({2, 2000});
  expect_the_same_there(x, [](const Variable& at) { return layer_norm(at, {50}); });
  expect_the_same_there(long_rows, [](const Variable& at) { return layer_norm(at, {2000}); });
  expect_the_same_there(
      x, [](const Variable& at) { return batch_norm(at, Tensor(), Tensor(), {}, {}, {.training = true}); });
  const Tensor gates = randn({5, 60}), state = randn({5, 15});
  expect_the_same_there(
      gates, [&](const Variable& at) { return lstm_gates(at, at, Variable(state.to(at.device()))); });
}

TEST_P(IndexLimit, DoesNotChangeWhereIndicesLead) {
  const Tensor x = randn({3, 40, 50}), source = randn({3, 70, 50});
  const Tensor index = randint(0, 40, {3, 70, 50}), line = randint(0, 40, {70});
  const Tensor x_there = x.to(backend()), source_there = source.to(backend());
  const Tensor index_there = index.to(backend()), line_there = line.to(backend());
  EXPECT_TENSOR_EQ(gather(x_there, 1, index_there), gather(x, 1, index));
  EXPECT_TENSOR_EQ(scatter(x_there, 1, index_there, source_there), scatter(x, 1, index, source));
  EXPECT_TENSOR_EQ(scatter_add(x_there, 1, index_there, source_there), scatter_add(x, 1, index, source));
  EXPECT_TENSOR_EQ(index_select(x_there, 1, line_there), index_select(x, 1, line));
  EXPECT_TENSOR_EQ(index_add(x_there, 1, line_there, source_there), index_add(x, 1, line, source));
}

TEST_P(IndexLimit, DoesNotChangeImages) {
  const Tensor x = randn({2, 3, 14, 15}), x_there = x.to(backend());
  const MaxPool2dOptions window{.stride = 2, .padding = 1, .dilation = 2};
  const auto [y, indices] = max_pool2d_with_indices(x, 3, window);
  const auto [y_there, indices_there] = max_pool2d_with_indices(x_there, 3, window);
  EXPECT_TENSOR_EQ(y_there, y);
  EXPECT_TENSOR_EQ(indices_there, indices);
  EXPECT_TENSOR_EQ(tinytorch::detail::max_pool2d_at(x_there, indices_there, 3, window), y);
  EXPECT_TENSOR_NEAR(tinytorch::detail::max_pool2d_gradient(y_there, indices_there, x.shape(), 3, window),
                     tinytorch::detail::max_pool2d_gradient(y, indices, x.shape(), 3, window));
  EXPECT_TENSOR_NEAR(avg_pool2d(x_there, 3, {.stride = 2}), avg_pool2d(x, 3, {.stride = 2}));
  EXPECT_TENSOR_NEAR(interpolate(x_there, {20, 7}, {.mode = Interpolation::bilinear}),
                     interpolate(x, {20, 7}, {.mode = Interpolation::bilinear}));
  const Window columns{.kernel = {3, 2}, .stride = 2, .padding = 1};
  EXPECT_TENSOR_EQ(unfold(x_there, columns), unfold(x, columns));
  EXPECT_TENSOR_NEAR(fold(unfold(x_there, columns), {14, 15}, columns),
                     fold(unfold(x, columns), {14, 15}, columns));
}

TEST_P(IndexLimit, DoesNotChangeConvolutions) {
  const Tensor x = randn({5, 3, 8, 9}), weight = randn({4, 3, 3, 3}), grad = randn({5, 4, 6, 7});
  const Tensor x_there = x.to(backend()), weight_there = weight.to(backend()),
               grad_there = grad.to(backend());
  EXPECT_TENSOR_NEAR(conv2d(x_there, weight_there), conv2d(x, weight), 1e-4);
  EXPECT_TENSOR_NEAR(conv2d_input_gradient(grad_there, weight_there, x.shape()),
                     conv2d_input_gradient(grad, weight, x.shape()), 1e-4);
  EXPECT_TENSOR_NEAR(conv2d_weight_gradient(grad_there, x_there, weight.shape()),
                     conv2d_weight_gradient(grad, x, weight.shape()), 1e-4);
  const Tensor many = randn({1, 240, 4, 5}), filters = randn({2, 240, 3, 3}),
               wide = randn({3, 2, 31, 29}) * 0.1, of_wide = randn({3, 3, 29, 27}) * 0.1;
  EXPECT_TENSOR_NEAR(conv2d(many.to(backend()), filters.to(backend())), conv2d(many, filters), 1e-3);
  EXPECT_TENSOR_NEAR(
      conv2d_input_gradient(many.to(backend()), transpose(filters, 0, 1).to(backend()), {1, 2, 6, 7}),
      conv2d_input_gradient(many, transpose(filters, 0, 1), {1, 2, 6, 7}), 1e-3);
  EXPECT_TENSOR_NEAR(conv2d_weight_gradient(of_wide.to(backend()), wide.to(backend()), {3, 2, 3, 3}),
                     conv2d_weight_gradient(of_wide, wide, {3, 2, 3, 3}), 1e-4);
}

INSTANTIATE_TEST_SUITE_P(Of, IndexLimit, ::testing::Values(100, 1000, 5000));

TEST(Chunks, CoverTheSpaceAndFit) {
  const Tensor x = expand(zeros({1, 300}), {70, 300}), y = zeros({70, 300});
  const IterationSpace<2> space = make_iteration_space<2>({&x, &y});
  const std::int64_t before = cuda::largest_index;
  cuda::largest_index = 1000;
  std::int64_t elements = 0, chunks = 0;
  cuda::for_each_chunk(space, [&](const IterationSpace<2>& chunk, const PerOperand<2>& offset) {
    EXPECT_TRUE(cuda::fits_32_bits(chunk));
    EXPECT_LT(offset[0], 300);
    EXPECT_LT(offset[1], 70 * 300);
    elements += chunk.numel;
    ++chunks;
  });
  cuda::largest_index = before;
  EXPECT_EQ(elements, 70 * 300);
  EXPECT_GT(chunks, 20);
}

TEST(Chunks, OfMoreThan32BitsCoverTheSpace) {
  const std::int64_t side = std::int64_t{1} << 20;
  const Tensor x = expand(zeros({1, 1}), {side, side});
  std::int64_t elements = 0;
  cuda::for_each_chunk(make_iteration_space<1>({&x}),
                       [&](const IterationSpace<1>& chunk, const PerOperand<1>&) {
                         EXPECT_TRUE(cuda::fits_32_bits(chunk));
                         elements += chunk.numel;
                       });
  EXPECT_EQ(elements, side * side);
}

}  // namespace
}  // namespace tinytorch::testing
