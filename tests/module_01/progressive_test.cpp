// Module 01 in the framework, on the modules before it.
#include "tests/progressive/progressive.h"

#include "core/hooks.h"

namespace tinytorch::testing {
namespace {

class Module01 : public ProgressiveTest {
 protected:
  Module01() : ProgressiveTest("01_setup") {}
};

TEST_F(Module01, TheFrameworkGreets) {
  EXPECT_EQ(hooks::greeting("Ada"), "Hello, Ada!");
  EXPECT_EQ(hooks::greeting(""), "Hello, !");
}

TEST_F(Module01, TheFrameworkComputesInBothModes) {
  expect_as_in_f64([](const auto& in) { return in[0] * in[1] + in[0]; }, {normal({2, 3}, 1), normal({3}, 2)});
}

}  // namespace
}  // namespace tinytorch::testing
