// Module 09 in the framework, on the modules before it.
#include "tests/progressive/progressive.h"

namespace tinytorch::testing {
namespace {

class Module09 : public ProgressiveTest {
 protected:
  Module09() : ProgressiveTest("") {}
};

TEST_F(Module09, GradientsOfAllPathsAddUp) {
  expect_as_in_f64(
      [](const auto& in) {
        const auto shared = in[0] * in[1];
        return matmul(shared, transpose(shared, 0, 1)) + sum(shared, {1}, true);
      },
      {normal({3, 4}, 1), normal({4}, 2)});
}

TEST_F(Module09, BackwardPassesAccumulate) {
  const Variable x = variable(normal({3}, 1).to(DType::f32));
  sum(x * x).backward();
  sum(x * x).backward();
  EXPECT_TENSOR_NEAR(x.grad(), x.value() * 4.0);
}

}  // namespace
}  // namespace tinytorch::testing
