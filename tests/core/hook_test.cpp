#include "core/hook.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace tinytorch::testing {
namespace {

constinit Hook<int(int)> twice{"twice", [](int x) { return 2 * x; }};
constinit Hook<int(int)> absent{"absent", nullptr};

TEST(Hook, CallsTheFunctionThatReplacedIts) {
  EXPECT_EQ(twice(4), 8);
  const auto before = twice.replace([](int x) { return x + x + 1; });
  EXPECT_EQ(twice(4), 9);
  EXPECT_EQ(before(4), 8);
  twice.replace(before);
  EXPECT_EQ(twice(4), 8);
}

TEST(Hook, KnowsWhetherItHasAFunction) {
  EXPECT_TRUE(twice);
  EXPECT_FALSE(absent);
  absent.replace([](int x) { return x; });
  EXPECT_TRUE(absent);
  absent.replace(nullptr);
  EXPECT_FALSE(absent);
}

TEST(Hook, IsListedOnceItIsReplaced) {
  static Hook<void()> listed{"listed", [] {}};
  const auto times = [] {
    return std::ranges::count(replaced_hooks(), static_cast<const HookSlot*>(&listed));
  };
  EXPECT_EQ(times(), 0);
  const auto before = listed.replace([] {});
  listed.replace(before);
  EXPECT_EQ(times(), 1);
  EXPECT_STREQ(listed.name(), "listed");
  EXPECT_EQ(listed.provider(), "") << "no plug-in did it";
}

}  // namespace
}  // namespace tinytorch::testing
