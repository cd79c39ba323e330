// Module 15 in the framework, on the modules before it.
#include "tests/progressive/progressive.h"

namespace tinytorch::testing {
namespace {

class Module15 : public ProgressiveTest {
 protected:
  Module15() : ProgressiveTest("") {}
};

// It replaces nothing: what it watches computes as before.
TEST_F(Module15, GradientsFlowThroughWhatIsServed) {
  expect_as_in_f64([](const auto& in) { return softmax(linear(in[0], in[1], in[2]), -1); },
                   {normal({3, 4}, 1), normal({2, 4}, 2), normal({2}, 3)});
}

}  // namespace
}  // namespace tinytorch::testing
