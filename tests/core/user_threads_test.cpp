// Threads that the user starts; threads_test.cpp is about those of the kernels.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <mutex>
#include <vector>

#include "core/allocator.h"
#include "core/ops/arithmetic.h"
#include "core/ops/creation.h"
#include "core/ops/random.h"
#include "core/ops/reduction.h"
#include "core/random.h"
#include "core/stream.h"
#include "tests/support/backend.h"
#include "tests/support/program.h"
#include "tests/support/threads.h"

namespace tinytorch::testing {
namespace {

constexpr int kThreads = 4;

TEST(UserThreads, ReserveEachBlockOfASharedGeneratorOnce) {
  Generator shared(3);
  std::mutex mutex;
  std::vector<std::uint64_t> all;
  constexpr std::size_t kDraws = 200000;
  in_threads(kThreads, [&](int) {
    std::vector<std::uint64_t> offsets;
    for (std::size_t i = 0; i < kDraws; ++i) offsets.push_back(shared.advance(2).offset);
    const std::lock_guard lock(mutex);
    all.insert(all.end(), offsets.begin(), offsets.end());
  });
  std::sort(all.begin(), all.end());
  ASSERT_EQ(all.size(), kThreads * kDraws);
  for (std::size_t i = 0; i < all.size(); ++i) ASSERT_EQ(all[i], 2 * i);
  EXPECT_EQ(shared.state().offset, 2 * all.size());
}

TEST(UserThreads, DrawTheNumbersOfASharedGeneratorOnce) {
  const auto draw = [](Generator& generator) {
    return rand({5}, {.device = backend()}, generator).to_vector();
  };
  Generator shared(3), same(3);
  std::mutex mutex;
  std::vector<std::vector<float>> drawn, wanted;
  in_threads(kThreads, [&](int) {
    for (std::int64_t i = 0; i < scaled(5000); ++i) {
      const std::vector<float> numbers = draw(shared);
      const std::lock_guard lock(mutex);
      drawn.push_back(numbers);
    }
  });
  for (std::int64_t i = 0; i < kThreads * scaled(5000); ++i) wanted.push_back(draw(same));
  std::sort(drawn.begin(), drawn.end());
  std::sort(wanted.begin(), wanted.end());
  EXPECT_EQ(drawn, wanted);
}

TEST(UserThreads, SeeTheSeedAndTheOffsetOfOneState) {
  Generator shared;
  in_threads(2, [&](int thread) {
    for (std::uint64_t i = 0; i < 200000; ++i) {
      if (thread == 0) shared.set_state({i, i});
      const Generator copy = shared;
      ASSERT_EQ(copy.state().seed, copy.state().offset);
    }
  });
}

TEST(UserThreads, HaveDefaultGeneratorsThatDiffer) {
  std::array<std::uint64_t, kThreads> seeds{};
  std::array<std::vector<float>, kThreads> unseeded, seeded;
  in_threads(kThreads, [&](int thread) {
    const auto i = static_cast<std::size_t>(thread);
    seeds.at(i) = default_generator().state().seed;
    unseeded.at(i) = rand({4}, {.device = backend()}).to_vector();
    manual_seed(7);
    seeded.at(i) = rand({4}, {.device = backend()}).to_vector();
  });
  Generator zero(0);
  const std::vector<float> of_zero = rand({4}, {.device = backend()}, zero).to_vector();
  for (std::size_t i = 0; i < kThreads; ++i) {
    EXPECT_NE(unseeded.at(i), of_zero);
    EXPECT_GT(seeds.at(i), 1000000u) << "a user may choose it";
    EXPECT_EQ(seeded.at(i), seeded[0]);
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(unseeded.at(i), unseeded.at(j));
  }
}

TEST(UserThreads, ComputeAndAllocateInStreamsOfTheirOwn) {
  const std::size_t before = memory_stats(backend()).in_use;
  in_threads(kThreads, [&](int thread) {
    const Stream stream(backend());
    const StreamGuard guard(stream);
    EXPECT_EQ(Stream::current(backend()), stream);
    for (std::int64_t i = 0; i < scaled(1000); ++i) {
      const std::int64_t n = 1 + (i * 7 + thread) % 50;
      Tensor x = full({n}, thread, {.dtype = DType::f32, .device = backend()});
      x += arange(n, {.dtype = DType::f32, .device = backend()});
      ASSERT_EQ(sum(x).item(), static_cast<float>(n * thread + n * (n - 1) / 2));
    }
  });
  EXPECT_EQ(memory_stats(backend()).in_use, before);
}

// In a process of its own, where they are the first to use a kernel.
TEST(UserThreads, RegisterTheKernelsOnce) {
  const ProgramRun run = run_program(std::filesystem::read_symlink("/proc/self/exe").string() +
                                     " --backend cpu --gtest_filter=UserThreads.ComputeAndAllocate*");
  EXPECT_EQ(run.exit_code, 0) << run.output;
}

}  // namespace
}  // namespace tinytorch::testing
