// Threads that the user starts; threads_test.cpp is about those of the kernels.
#include <gtest/gtest.h>

#include <atomic>
#include <vector>

#include "autograd/checkpoint.h"
#include "autograd/ops.h"
#include "core/allocator.h"
#include "core/random.h"
#include "core/stream.h"
#include "tests/support/backend.h"
#include "tests/support/memory_caching.h"
#include "tests/support/tensor_matchers.h"
#include "tests/support/threads.h"

namespace tinytorch::testing {
namespace {

constexpr int kThreads = 4;

/// The number of backward passes of each thread.
std::int64_t passes() { return scaled(6000); }

TEST(UserThreads, AddEveryGradientOfASharedLeaf) {
  const Variable weight = variable(ones({8}, {.device = backend()}));
  std::atomic<int> hook_calls = 0;
  weight.register_hook([&](const Variable&) {
    ++hook_calls;
    return Variable();
  });
  in_threads(kThreads, [&](int thread) {
    const Tensor x = full({8}, thread + 1, {.dtype = DType::f32, .device = backend()});
    for (std::int64_t i = 0; i < passes(); ++i) sum(weight * x).backward();
  });
  EXPECT_TENSOR_EQ(weight.grad(), full({8}, (1 + 2 + 3 + 4) * passes(), {.dtype = DType::f32}));
  EXPECT_EQ(hook_calls, kThreads * passes());
}

TEST(UserThreads, AddGradientsFromStreamsOfTheirOwn) {
  const Variable weight = variable(ones({8}, {.device = backend()}));
  synchronize(backend());
  const MemoryCaching caching;
  in_threads(kThreads, [&](int) {
    const Stream stream(backend());
    const StreamGuard guard(stream);
    for (std::int64_t i = 0; i < passes(); ++i) sum(weight * 2).backward();
    stream.synchronize();
  });
  EXPECT_TENSOR_EQ(weight.grad(), full({8}, 2 * kThreads * passes(), {.dtype = DType::f32}));
}

/// A tensor of n elements of 3 that takes long to compute.
Tensor slow_threes(std::int64_t n) {
  Tensor x = ones({n}, {.device = backend()});
  for (int i = 0; i < 20; ++i) x = exp(log(x));
  return x * 3;
}

TEST(UserStreams, ReadAGradientAfterTheStreamThatAddedIt) {
  const MemoryCaching caching;
  const Variable weight = variable(ones({1 << 12}, {.device = backend()}));
  synchronize(backend());
  const Stream writer(backend());
  {
    const StreamGuard guard(writer);
    sum(weight * slow_threes(1 << 12)).backward();
  }
  EXPECT_TENSOR_EQ(weight.grad(), full({1 << 12}, 3, {.dtype = DType::f32}));
  synchronize(backend());
}

TEST(UserStreams, AddToAGradientAfterTheStreamThatSetIt) {
  const MemoryCaching caching;
  Variable weight = variable(ones({1 << 12}, {.device = backend()}));
  sum(weight).backward();  // in the default stream
  synchronize(backend());
  const Stream writer(backend());
  {
    const StreamGuard guard(writer);
    weight.set_grad(slow_threes(1 << 12));
  }
  sum(weight * 2).backward();
  EXPECT_TENSOR_EQ(weight.grad(), full({1 << 12}, 5, {.dtype = DType::f32}));
  synchronize(backend());
}

// A handle to the old gradient is destroyed in the stream of its memory before the other stream has read it.
TEST(UserStreams, AddToAGradientWhoseMemoryIsReused) {
  const MemoryCaching caching;
  const Options options{.dtype = DType::f32, .device = backend()};
  const Variable weight = variable(ones({1 << 12}, options));
  sum(weight).backward();
  Tensor old = weight.grad();
  synchronize(backend());
  const Stream writer(backend());
  {
    const StreamGuard guard(writer);
    sum(weight * slow_threes(1 << 12)).backward();
  }
  old = Tensor();
  const Tensor other = full({1 << 12}, 7, options);
  EXPECT_TENSOR_EQ(weight.grad(), full({1 << 12}, 4, {.dtype = DType::f32}));
  synchronize(backend());
}

TEST(UserThreads, MayReadAndZeroAGradientThatOthersAddTo) {
  Variable weight = variable(ones({8}, {.device = backend()}));
  std::atomic<bool> done = false;
  in_threads(3, [&](int thread) {
    if (thread == 0) {
      for (std::int64_t i = 0; i < passes(); ++i) sum(weight * 2).backward();
      done = true;
      return;
    }
    Variable handle = weight;
    while (!done) {
      // What was read is whole, and is not changed afterwards.
      const Tensor gradient = handle.grad();
      if (!gradient.defined()) continue;
      const float first = slice(gradient, 0, 0, 1).item();
      for (const float element : gradient.to_vector()) ASSERT_EQ(element, first);
      if (thread == 1) handle.zero_grad();
      if (thread == 2) handle.set_grad(zeros({8}, {.device = backend()}));
    }
  });
  weight.zero_grad();
  sum(weight * 3).backward();
  EXPECT_TENSOR_EQ(weight.grad(), full({8}, 3, {.dtype = DType::f32}));
}

TEST(UserThreads, DifferentiateACommonGraphThatIsRetained) {
  const Variable weight = variable(full({8}, 2, {.dtype = DType::f32, .device = backend()}));
  const Variable common = weight * weight;
  common.retain_grad();
  in_threads(kThreads, [&](int) {
    for (std::int64_t i = 0; i < passes(); ++i) sum(common * 3).backward({.retain_graph = true});
  });
  EXPECT_TENSOR_EQ(common.grad(), full({8}, 3 * kThreads * passes(), {.dtype = DType::f32}));
  EXPECT_TENSOR_EQ(weight.grad(), full({8}, 12 * kThreads * passes(), {.dtype = DType::f32}));
}

TEST(UserThreads, TakeGradientsOfASharedLeafWithoutStoringThem) {
  const Variable weight = variable(ones({8}, {.device = backend()}));
  in_threads(kThreads, [&](int thread) {
    for (std::int64_t i = 0; i < passes(); ++i) {
      const Variable y = sum(weight * weight * (thread + 1));
      const Variable gradient = gradients(y, std::vector{weight})[0];
      EXPECT_TENSOR_EQ(gradient.value(), full({8}, 2 * (thread + 1), {.dtype = DType::f32}));
    }
  });
  EXPECT_FALSE(weight.grad().defined());
}

/// The gradient of a checkpoint that draws from the default generator.
Tensor dropped_gradient(const Variable& weight, std::uint64_t seed) {
  manual_seed(seed);
  const auto drop = [](const std::vector<Variable>& in) { return dropout(in[0] * 2, 0.5, true); };
  return gradients(sum(checkpoint(drop, {weight})), std::vector{weight})[0].value();
}

TEST(UserThreads, RecomputeCheckpointsWithTheirOwnNumbers) {
  const Variable weight = variable(ones({64}, {.device = backend()}));
  std::vector<Tensor> wanted;
  in_threads(1, [&](int) {
    for (int seed = 0; seed < kThreads; ++seed) {
      wanted.push_back(dropped_gradient(weight, static_cast<std::uint64_t>(seed)));
    }
  });
  in_threads(kThreads, [&](int thread) {
    const auto seed = static_cast<std::size_t>(thread);
    for (std::int64_t i = 0; i < passes() / 10; ++i) {
      EXPECT_TENSOR_EQ(dropped_gradient(weight, seed), wanted.at(seed));
    }
  });
}

}  // namespace
}  // namespace tinytorch::testing
