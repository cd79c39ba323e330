#include "nn/train/interrupt.h"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>

namespace tinytorch::testing {
namespace {

TEST(InterruptGuard, EndsTheProgramAtTheSecondSignal) {
  const auto twice = [](int first, int second) {
    const nn::InterruptGuard outer, guard;
    std::raise(first);
    if (!guard.interrupted() || !outer.interrupted()) std::exit(1);
    std::raise(second);
  };
  EXPECT_EXIT(twice(SIGINT, SIGINT), ::testing::KilledBySignal(SIGINT), "");
  EXPECT_EXIT(twice(SIGINT, SIGTERM), ::testing::KilledBySignal(SIGTERM), "");
  const auto without = [] {
    { const nn::InterruptGuard guard; }
    std::raise(SIGTERM);
  };
  EXPECT_EXIT(without(), ::testing::KilledBySignal(SIGTERM), "");
  const nn::InterruptGuard guard;
  EXPECT_FALSE(guard.interrupted());
}

}  // namespace
}  // namespace tinytorch::testing
