// Module 02 in the framework, on the modules before it.
#include "tests/progressive/progressive.h"

namespace tinytorch::testing {
namespace {

class Module02 : public ProgressiveTest {
 protected:
  Module02() : ProgressiveTest("02_tensor") {}
};

TEST_F(Module02, ArithmeticBroadcasts) {
  const std::vector<Tensor> inputs{normal({3, 1, 4}, 1), normal({2, 1}, 2)};
  expect_as_in_f64([](const auto& in) { return in[0] + in[1]; }, inputs);
  expect_as_in_f64([](const auto& in) { return in[0] * in[1]; }, inputs);
}

TEST_F(Module02, ViewsAreReadByTheirStrides) {
  const std::vector<Tensor> inputs{normal({4, 6}, 1), normal({3, 2}, 2)};
  expect_as_in_f64(
      [](const auto& in) {
        const auto columns = slice(in[0], 1, 1, 6, 2);  // [4, 3]
        return contiguous(transpose(columns, 0, 1)) * slice(in[1], 1, 0, 1);
      },
      inputs);
}

TEST_F(Module02, SumsOverAxes) {
  const std::vector<Tensor> inputs{normal({3, 4, 5}, 1)};
  expect_as_in_f64([](const auto& in) { return sum(in[0], {0, 2}); }, inputs);
  expect_as_in_f64([](const auto& in) { return sum(transpose(in[0], 0, 2), {1}, true); }, inputs);
}

TEST_F(Module02, GradientsFlowThroughALinearModel) {
  const std::vector<Tensor> inputs{normal({8, 3}, 1), normal({3}, 2), normal({}, 3)};
  expect_as_in_f64(
      [](const auto& in) {
        const auto error = sum(in[0] * in[1], {1}) + in[2];
        return sum(error * error);
      },
      inputs);
}

}  // namespace
}  // namespace tinytorch::testing
