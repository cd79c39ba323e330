// Module 12 in the framework, on the modules before it.
#include "tests/progressive/progressive.h"

namespace tinytorch::testing {
namespace {

class Module12 : public ProgressiveTest {
 protected:
  Module12() : ProgressiveTest("") {}
};

// It replaces nothing: weights that were pruned stay 0 in training only if their gradients are masked.
TEST_F(Module12, GradientsFlowAroundPrunedWeights) {
  const Tensor mask = Tensor{{1.0, 0.0, 1.0}, {0.0, 1.0, 1.0}}.to(backend());
  expect_as_in_f64([&](const auto& in) { return relu(matmul(in[0], in[1] * mask.to(in[0].dtype()))); },
                   {normal({4, 2}, 1), normal({2, 3}, 2)});
}

}  // namespace
}  // namespace tinytorch::testing
