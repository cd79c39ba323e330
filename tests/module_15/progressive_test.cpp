// Module 15 in the framework, on the modules before it.
#include "tests/progressive/progressive.h"

#include <cmath>

#include "nn/hooks.h"

namespace tinytorch::testing {
namespace {

class Module15 : public ProgressiveTest {
 protected:
  Module15() : ProgressiveTest("15_mlops") {}
};

TEST_F(Module15, DriftIsMeasuredByTheSharesOfBins) {
  const std::vector<float> reference{1, 2, 3, 4}, current{1, 3, 3, 3}, edges{2.5};
  EXPECT_NEAR(nn::hooks::stability_index(reference, current, edges), 0.2747, 1e-4);
  EXPECT_EQ(nn::hooks::stability_index(reference, reference, edges), 0);
}

TEST_F(Module15, RequestsAreSummarized) {
  const std::vector<nn::hooks::ServedRequest> requests{{10, true}, {1, false}, {2, false}, {3, false}};
  const nn::hooks::ServingSummary summary = nn::hooks::serving_summary(requests);
  EXPECT_EQ(summary.count, 4U);
  EXPECT_EQ(summary.mean, 4);
  EXPECT_NEAR(summary.variance, 50.0 / 3, 1e-12);
  EXPECT_EQ(summary.p95, 10);
  EXPECT_EQ(summary.error_rate, 0.25);
  EXPECT_TRUE(std::isnan(nn::hooks::serving_summary({}).p95));
}

TEST_F(Module15, GradientsFlowThroughWhatIsServed) {
  expect_as_in_f64([](const auto& in) { return softmax(linear(in[0], in[1], in[2]), -1); },
                   {normal({3, 4}, 1), normal({2, 4}, 2), normal({2}, 3)});
}

}  // namespace
}  // namespace tinytorch::testing
