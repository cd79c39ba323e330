#include "nn/train/interrupt.h"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <thread>

namespace tinytorch::testing {
namespace {

TEST(InterruptGuard, EndsTheProgramAtTheSecondSignal) {
  // A child that begins anew: in one forked while there are threads, ThreadSanitizer withholds signals.
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto twice = [](int first, int second) {
    const nn::InterruptGuard outer, guard;
    std::raise(first);
    if (!guard.interrupted() || !outer.interrupted()) std::exit(1);
    std::raise(second);  // as `timeout` does
    std::this_thread::sleep_for(std::chrono::milliseconds(600));
    std::fputs("goes on", stderr);
    std::raise(second);
    std::exit(2);
  };
  EXPECT_EXIT(twice(SIGINT, SIGINT), ::testing::KilledBySignal(SIGINT), "goes on");
  EXPECT_EXIT(twice(SIGINT, SIGTERM), ::testing::KilledBySignal(SIGTERM), "goes on");
  const auto without = [] {
    { const nn::InterruptGuard guard; }
    std::raise(SIGTERM);
  };
  EXPECT_EXIT(without(), ::testing::KilledBySignal(SIGTERM), "");
  const auto at_once = [] {
    const nn::InterruptGuard guard;
    for (int i = 0; i < 3; ++i) std::raise(SIGINT);
    std::exit(guard.interrupted() ? 3 : 1);
  };
  EXPECT_EXIT(at_once(), ::testing::ExitedWithCode(3), "");
  const nn::InterruptGuard guard;
  EXPECT_FALSE(guard.interrupted());
}

}  // namespace
}  // namespace tinytorch::testing
