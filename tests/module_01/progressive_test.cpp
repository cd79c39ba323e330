// Module 01 in the framework, on the modules before it.
#include "tests/progressive/progressive.h"

namespace tinytorch::testing {
namespace {

class Module01 : public ProgressiveTest {
 protected:
  Module01() : ProgressiveTest("") {}
};

// It replaces nothing: the framework runs as it is.
TEST_F(Module01, TheFrameworkComputesInBothModes) {
  expect_as_in_f64([](const auto& in) { return in[0] * in[1] + in[0]; }, {normal({2, 3}, 1), normal({3}, 2)});
}

}  // namespace
}  // namespace tinytorch::testing
