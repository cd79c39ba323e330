// Module 14 in the framework, on the modules before it.
#include "tests/progressive/progressive.h"

namespace tinytorch::testing {
namespace {

class Module14 : public ProgressiveTest {
 protected:
  Module14() : ProgressiveTest("") {}
};

// It replaces nothing: what it measures computes as before.
TEST_F(Module14, GradientsFlowThroughWhatIsMeasured) {
  expect_as_in_f64([](const auto& in) { return gelu(matmul(in[0], in[1])); },
                   {normal({16, 8}, 1), normal({8, 4}, 2)});
}

}  // namespace
}  // namespace tinytorch::testing
