// Module 07 in the framework, on the modules before it.
#include "tests/progressive/progressive.h"

namespace tinytorch::testing {
namespace {

class Module07 : public ProgressiveTest {
 protected:
  Module07() : ProgressiveTest("07_attention") {}
};

TEST_F(Module07, AttentionWithAndWithoutMasks) {
  const std::vector<Tensor> inputs{normal({2, 2, 5, 4}, 1), normal({2, 2, 7, 4}, 2), normal({2, 2, 7, 4}, 3)};
  expect_as_in_f64([](const auto& in) { return scaled_dot_product_attention(in[0], in[1], in[2]); }, inputs);
  expect_as_in_f64(
      [](const auto& in) {
        return scaled_dot_product_attention(in[0], in[1], in[2], {.causal = true, .causal_offset = 2});
      },
      inputs);
}

TEST_F(Module07, GradientsFlowThroughSelfAttention) {
  const std::vector<Tensor> inputs{normal({2, 6, 8}, 1), normal({8, 8}, 2), normal({8, 8}, 3),
                                   normal({8, 8}, 4), normal({8, 8}, 5)};
  expect_as_in_f64(
      [](const auto& in) {
        const auto heads = [&](const auto& weight) {
          return transpose(reshape(matmul(in[0], weight), {2, 6, 2, 4}), 1, 2);
        };
        const auto attended =
            scaled_dot_product_attention(heads(in[1]), heads(in[2]), heads(in[3]), {.causal = true});
        return matmul(reshape(contiguous(transpose(attended, 1, 2)), {2, 6, 8}), in[4]);
      },
      inputs);
}

}  // namespace
}  // namespace tinytorch::testing
