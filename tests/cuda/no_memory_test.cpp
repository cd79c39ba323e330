// The runtime has no memory: each of its calls that need some fails once. Only the emulated device can do
// that.
#if __has_include("simt/fault.h")

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdint>
#include <cstdlib>
#include <functional>
#include <vector>

#include <tinytorch/tinytorch.h>

#include "simt/fault.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

constexpr int kFailedAndWorkedLater = 0, kDidNotFail = 3, kWrong = 4;

/// Makes the n-th call fail in work(), which then runs once more.
int run_twice(std::uint64_t n, const std::function<bool()>& work) {
  simt::fail_call(n);
  try {
    return work() ? kDidNotFail : kWrong;
  } catch (const Error&) {
    simt::fail_call(0);
  }
  return work() ? kFailedAndWorkedLater : kWrong;
}

bool first_use() { return sum(ones({4}, {.device = backend()}) + 1).item() == 8; }

bool is_exit(int status, int code) { return WIFEXITED(status) && WEXITSTATUS(status) == code; }

// Each in a process of its own, which has not used the device before: it makes streams, events, a ring of
// pinned buffers. The first call makes a stream.
TEST(NoMemoryDeathTest, OnTheFirstUseOfADeviceIsAnException) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(std::_Exit(run_twice(1, first_use)), ::testing::ExitedWithCode(kFailedAndWorkedLater), "");
  for (std::uint64_t n = 2; n <= 6; ++n) {
    // The allocator repeats a cudaMalloc() that failed.
    const auto ended_well = [](int status) {
      return is_exit(status, kFailedAndWorkedLater) || is_exit(status, kDidNotFail);
    };
    EXPECT_EXIT(std::_Exit(run_twice(n, first_use)), ended_well, "") << "call " << n;
  }
}

std::vector<float> products() {
  const Options options{.device = backend()};
  const Stream stream(backend());
  const Tensor x = reshape(arange(12).to(DType::f32), {3, 4}).to(backend());
  const Tensor y = linear(matmul(x, transpose(x)), ones({2, 3}, options), ones({2}, options));
  const Tensor image = conv2d(reshape(x, {1, 1, 3, 4}), ones({1, 1, 2, 2}, options));
  Event(Stream::current(backend())).wait(stream);
  return concat({flatten(y), flatten(image)}).to_vector<float>();
}

TEST(DrillRuntime, FailsInAnyCallOfSomeOps) {
  const std::vector<float> expected = products();
  const std::size_t in_use = memory_stats(backend()).in_use;
  const std::uint64_t before = simt::memory_calls();
  EXPECT_EQ(products(), expected);
  const std::uint64_t calls = simt::memory_calls() - before;
  ASSERT_GT(calls, 10u);
  for (std::uint64_t n = 1; n <= calls; ++n) {
    const int result = run_twice(n, [&] { return products() == expected; });
    EXPECT_TRUE(result == kFailedAndWorkedLater || result == kDidNotFail) << "call " << n << ": " << result;
    simt::fail_call(0);
    EXPECT_EQ(memory_stats(backend()).in_use, in_use) << "call " << n;
  }
}

/// A model after three steps of Adam, of which the second fails in the n-th call.
std::vector<float> trained(std::uint64_t n, bool& failed) {
  manual_seed(2);
  nn::Sequential model{nn::Dense(3, 4), nn::Tanh(), nn::Dense(4, 1)};
  model.to(backend());
  nn::Adam adam(model.parameters(), {.learning_rate = 0.1});
  const Tensor x = randn({5, 3}).to(backend());
  const auto step = [&] {
    adam.zero_grad();
    mean(square(model(Variable(x)))).backward();
    adam.step();
  };
  step();
  simt::fail_call(n);
  try {
    step();
    simt::fail_call(0);
  } catch (const Error&) {
    failed = true;
    simt::fail_call(0);
    step();
  }
  step();
  return model(x).to_vector<float>();
}

TEST(DrillRuntime, FailsInAnyCallOfATrainingStep) {
  bool failed = false;
  const std::vector<float> expected = trained(0, failed);
  ASSERT_FALSE(failed);
  int failures = 0;
  for (std::uint64_t n = 1; n <= 40; ++n) {
    failed = false;
    EXPECT_EQ(trained(n, failed), expected) << "call " << n;
    failures += failed ? 1 : 0;
  }
  EXPECT_GE(failures, 15);
}

// More tensors than a kernel's arguments hold, of both dtypes.
TEST(DrillRuntime, FailsInAnyCallOfAStepOfManyParameters) {
  std::vector<Variable> parameters;
  for (int i = 0; i < 140; ++i) {
    const Options options{.dtype = i < 70 ? DType::f32 : DType::f64, .device = backend()};
    parameters.push_back(variable(full({2}, i, options)));
    parameters.back().set_grad(ones({2}, options));
  }
  nn::SGD descent(parameters, {.learning_rate = 1});
  const auto total = [&] {
    double all = 0;
    for (const Variable& parameter : parameters) all += sum(parameter.value()).item<double>();
    return all;
  };
  const double before = total();
  int failures = 0;
  for (std::uint64_t n = 1; n <= 200; ++n) {
    simt::fail_call(n);
    try {
      descent.step();  // the allocator repeats a call that failed
    } catch (const Error&) {
      ++failures;
    }
    simt::fail_call(0);
    ASSERT_EQ(total(), before - 280.0 * static_cast<double>(descent.step_count())) << "call " << n;
  }
  EXPECT_GE(failures, 2);  // the launches
}

}  // namespace
}  // namespace tinytorch::testing

#endif
