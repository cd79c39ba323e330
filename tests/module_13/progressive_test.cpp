// Module 13 in the framework, on the modules before it.
#include "tests/progressive/progressive.h"

namespace tinytorch::testing {
namespace {

class Module13 : public ProgressiveTest {
 protected:
  Module13() : ProgressiveTest("13_kernels") {}
};

TEST_F(Module13, KernelsOfAllShapes) {
  expect_as_in_f64([](const auto& in) { return matmul(in[0], in[1]); },
                   {normal({33, 40}, 1), normal({40, 17}, 2)});
  expect_as_in_f64([](const auto& in) { return softmax(in[0], -1); }, {normal({5, 300}, 1) * 4.0});
  expect_as_in_f64([](const auto& in) { return scaled_dot_product_attention(in[0], in[1], in[2]); },
                   {normal({1, 2, 9, 8}, 1), normal({1, 2, 20, 8}, 2), normal({1, 2, 20, 8}, 3)});
}

TEST_F(Module13, GradientsFlowThroughSelfAttention) {
  expect_as_in_f64(
      [](const auto& in) {
        const auto hidden = reshape(matmul(in[0], in[1]), {1, 1, 6, 8});
        return softmax(scaled_dot_product_attention(hidden, hidden, hidden, {.causal = true}), -1);
      },
      {normal({6, 5}, 1), normal({5, 8}, 2)});
}

}  // namespace
}  // namespace tinytorch::testing
