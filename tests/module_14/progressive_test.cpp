// Module 14 in the framework, on the modules before it.
#include "tests/progressive/progressive.h"

#include "nn/train/timing.h"

namespace tinytorch::testing {
namespace {

class Module14 : public ProgressiveTest {
 protected:
  Module14() : ProgressiveTest("14_benchmarking") {}
};

TEST_F(Module14, RunsHaveAMedianAndAPercentile) {
  const Tensor x = normal({16, 16}, 1).to(DType::f32);
  const std::vector<double> times = nn::time_runs([&] { matmul(x, x); }, {.runs = 9, .device = backend()});
  EXPECT_GT(nn::percentile(times, 0), 0);
  EXPECT_LE(nn::percentile(times, 0), nn::percentile(times, 50));
  EXPECT_LE(nn::percentile(times, 50), nn::percentile(times, 95));
  EXPECT_DOUBLE_EQ(nn::percentile(std::vector{30.0, 10.0, 40.0, 20.0}, 95), 38.5);
}

TEST_F(Module14, PairsOfTimesAreCompared) {
  const std::vector<double> before{6, 1, 5, 2, 4, 3}, after(6, 1.0);
  const nn::TimeComparison comparison = nn::compare_times(before, after);
  EXPECT_EQ(comparison.ratio, 3.5);
  EXPECT_EQ(comparison.low, 1);
  EXPECT_EQ(comparison.high, 6);
}

TEST_F(Module14, GradientsFlowThroughWhatIsMeasured) {
  expect_as_in_f64([](const auto& in) { return gelu(matmul(in[0], in[1])); },
                   {normal({16, 8}, 1), normal({8, 4}, 2)});
}

}  // namespace
}  // namespace tinytorch::testing
