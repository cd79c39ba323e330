// Module 12 in the framework, on the modules before it.
#include "tests/progressive/progressive.h"

#include "core/ops/matmul.h"
#include "core/ops/quantization.h"
#include "core/ops/statistics.h"

namespace tinytorch::testing {
namespace {

class Module12 : public ProgressiveTest {
 protected:
  Module12() : ProgressiveTest("12_compression") {}
};

TEST_F(Module12, QuantizedRowsAreWithinHalfAScale) {
  const Tensor x = normal({9, 130}, 1).to(DType::f32);
  const QuantizedMatrix quantized = quantize_rows(x);
  const Tensor error = max(abs(dequantize_rows(quantized) - x) / unsqueeze(quantized.scales, 1));
  EXPECT_LE(error.item(), 0.5 + 1e-5);
  EXPECT_GT(error.item(), 0.4);
}

TEST_F(Module12, ALayerInInt8IsCloseToTheLayerInFloats) {
  const Tensor x = normal({7, 3, 130}, 1).to(DType::f32), weight = normal({33, 130}, 2).to(DType::f32),
               bias = normal({33}, 3).to(DType::f32);
  const Tensor expected = linear(x, weight, bias);
  const Tensor actual = int8_linear(x, quantize_rows(weight), bias);
  EXPECT_LT(norm(actual - expected).item(), 0.02 * norm(expected).item());
  EXPECT_GT(norm(actual - expected).item(), 0) << "it computed in f32";
}

TEST_F(Module12, ALayerInInt8IsThatOfItsBytes) {
  const Tensor weight = normal({5, 40}, 1).to(DType::f32), bias = normal({5}, 2).to(DType::f32);
  const QuantizedMatrix quantized = quantize_rows(weight),
                        x = quantize_rows(normal({6, 40}, 3).to(DType::f32));
  // What was quantized has the same bytes once more.
  EXPECT_TENSOR_NEAR(int8_linear(dequantize_rows(x), quantized, bias),
                     linear(dequantize_rows(x), dequantize_rows(quantized), bias), 1e-4);
}

// Weights that were pruned stay 0 in training only if their gradients are masked.
TEST_F(Module12, GradientsFlowAroundPrunedWeights) {
  const Tensor mask = Tensor{{1.0, 0.0, 1.0}, {0.0, 1.0, 1.0}}.to(backend());
  expect_as_in_f64([&](const auto& in) { return relu(matmul(in[0], in[1] * mask.to(in[0].dtype()))); },
                   {normal({4, 2}, 1), normal({2, 3}, 2)});
}

}  // namespace
}  // namespace tinytorch::testing
