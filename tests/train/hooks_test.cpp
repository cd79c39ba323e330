// The hooks of training and serving, replaced and not.
#include "nn/hooks.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "core/error.h"
#include "core/ops/arithmetic.h"
#include "core/ops/creation.h"
#include "core/ops/reduction.h"
#include "nn/data/data_loader.h"
#include "nn/dense.h"
#include "nn/optim/sgd.h"
#include "nn/train/metrics.h"
#include "nn/train/trainer.h"
#include "tests/support/replaced_hook.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

/// A metric whose values are given.
class Scripted : public nn::Metric {
 public:
  Scripted(std::vector<double> values, bool larger_is_better)
      : values_(std::move(values)), larger_is_better_(larger_is_better) {}
  std::string name() const override { return "scripted"; }
  void update(const Tensor&, const Tensor&) override { ++validations_; }
  double value() const override { return values_.at(validations_ - 1); }
  void reset() override {}
  bool larger_is_better() const override { return larger_is_better_; }

 private:
  std::vector<double> values_;
  bool larger_is_better_;
  std::size_t validations_ = 0;
};

/// How many epochs a trainer makes that validates to these values, one each epoch.
std::int64_t epochs_until_end(const std::vector<double>& values, std::int64_t patience,
                              bool larger_is_better = false) {
  const auto data = std::make_shared<nn::TensorDataset>(std::vector{ones({2, 1}), ones({2, 1})});
  nn::DataLoader loader(data, {.batch_size = 2}), validation(data, {.batch_size = 2});
  nn::Dense model(1, 1);
  nn::SGD optimizer(model.parameters());
  Scripted metric(values, larger_is_better);
  nn::Trainer trainer(model, optimizer,
                      [](const Variable& y, const Variable& target) { return mean(y - target); },
                      {.epochs = static_cast<std::int64_t>(values.size()), .patience = patience});
  trainer.add(metric);
  return trainer.fit(loader, &validation).state.steps;
}

TEST(EarlyStoppingHook, EndsARunWithoutProgress) {
  EXPECT_EQ(epochs_until_end({3, 2, 2, 1, 1, 1, 1}, 2), 6);
  EXPECT_EQ(epochs_until_end({1, 2, 2, 3, 3, 3, 3}, 2, true), 6);
  EXPECT_EQ(epochs_until_end({3, 3, 3, 3}, 0), 4);
  EXPECT_EQ(epochs_until_end({kUnknown, 1, kUnknown, kUnknown, 0}, 2), 4) << "NaN is the worst";
  EXPECT_EQ(epochs_until_end({kUnknown, kUnknown, 1, 1}, 2), 4) << "the first one is the best so far";
}

std::vector<nn::hooks::EarlyStopping> states;
std::vector<double> losses_told;

TEST(EarlyStoppingHook, DecidesWhenARunEnds) {
  states.clear();
  losses_told.clear();
  const ReplacedHook hook(nn::hooks::early_stopping, [](nn::hooks::EarlyStopping& state, double loss) {
    states.push_back(state);
    losses_told.push_back(loss);
    state.bad += 10;
    return loss == kInfinity;
  });
  EXPECT_EQ(epochs_until_end({1, 5, 3, kUnknown, 9}, 4, true), 4);
  EXPECT_EQ(losses_told, (std::vector<double>{-5, -3, kInfinity}));
  ASSERT_EQ(states.size(), 3U);
  const std::vector<double> best{-1, -5, -5};
  for (std::size_t i = 0; i < states.size(); ++i) {
    EXPECT_EQ(states[i].patience, 4);
    EXPECT_EQ(states[i].best, best[i]);
    EXPECT_EQ(states[i].bad, static_cast<std::int64_t>(10 * i));
  }
}

TEST(EarlyStoppingHook, CountsWhatACheckpointCanKeep) {
  const ReplacedHook hook(nn::hooks::early_stopping, [](nn::hooks::EarlyStopping& state, double) {
    state.bad = -1;
    return false;
  });
  EXPECT_ERROR(epochs_until_end({1, 2}, 1), ValueError,
               "[Trainer::fit] the hook early_stopping counted -1 validations; it must be in [0, 2^53]");
}

double accuracy_of(const Tensor& logits, const Tensor& target) {
  nn::Accuracy accuracy;
  accuracy.update(logits, target);
  accuracy.update(logits, target);
  return accuracy.value();
}

TEST(AccuracyHook, CountsTheRightRowsOfABatch) {
  const Tensor logits = Tensor{{1.0, 2.0}, {4.0, 3.0}, {6.0, 5.0}}.to(DType::f32), target{1, 0, 1};
  EXPECT_EQ(accuracy_of(logits, target), 2.0 / 3);
  const ReplacedHook hook(nn::hooks::accuracy, [](std::span<const float> given,
                                                  std::span<const std::int64_t> classes, std::size_t width) {
    EXPECT_EQ(given.size(), 6U);
    EXPECT_EQ(given[2], 4);
    EXPECT_EQ(classes[2], 1);
    EXPECT_EQ(width, 2U);
    return 1.0 / 3;
  });
  EXPECT_EQ(accuracy_of(logits, target), 1.0 / 3);
  EXPECT_EQ(accuracy_of(logits.to(DType::f64), target), 2.0 / 3) << "the framework's";
}

TEST(AccuracyHook, ReturnsAFraction) {
  const ReplacedHook hook(nn::hooks::accuracy, [](std::span<const float>, std::span<const std::int64_t>,
                                                  std::size_t) { return kUnknown; });
  EXPECT_ERROR(accuracy_of(zeros({1, 2}), Tensor{0}), ValueError,
               "[Accuracy] the hook accuracy returned nan; it must be in [0, 1]");
}

TEST(StabilityIndexHook, ComparesTheSharesOfBins) {
  const std::vector<float> reference{1, 2, 3, 4}, current{1, 3, 3, 3}, edges{2.5};
  EXPECT_NEAR(nn::hooks::stability_index(reference, current, edges),
              -0.25 * std::log(0.5) + 0.25 * std::log(1.5), 1e-12);
  EXPECT_EQ(nn::hooks::stability_index(reference, reference, edges), 0);
  const std::vector<float> on_the_edge{2.5, 3, 1, 1};
  EXPECT_EQ(nn::hooks::stability_index(reference, on_the_edge, edges), 0) << "it is of the bin above";
}

TEST(StabilityIndexHook, HasABinForNaN) {
  const auto nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> reference{1, 2}, current{1, nan};
  const double least = 1e-4;
  EXPECT_NEAR(nn::hooks::stability_index(reference, current, {}),
              (0.5 - 1) * std::log(0.5) + (0.5 - least) * std::log(0.5 / least), 1e-12);
}

TEST(ServingSummaryHook, SummarizesRequests) {
  const std::vector<nn::hooks::ServedRequest> requests{{10, true}, {1, false}, {2, false}, {3, false}};
  const nn::hooks::ServingSummary summary = nn::hooks::serving_summary(requests);
  EXPECT_EQ(summary.count, 4U);
  EXPECT_EQ(summary.mean, 4);
  EXPECT_NEAR(summary.variance, 50.0 / 3, 1e-12);
  EXPECT_EQ(summary.p95, 10);
  EXPECT_EQ(summary.error_rate, 0.25);
}

/// The 95th percentile of the latencies 1, 2, ... n.
double p95_of(std::size_t n) {
  std::vector<nn::hooks::ServedRequest> requests;
  for (std::size_t i = 1; i <= n; ++i) requests.push_back({static_cast<double>(i), false});
  return nn::hooks::serving_summary(requests).p95;
}

TEST(ServingSummaryHook, TakesAnObservedLatency) {
  EXPECT_EQ(p95_of(1), 1);
  EXPECT_EQ(p95_of(19), 19);
  EXPECT_EQ(p95_of(20), 19);
  EXPECT_EQ(p95_of(21), 20);
  EXPECT_EQ(p95_of(40), 38);
}

TEST(ServingSummaryHook, SaysWhatIsNotKnown) {
  const nn::hooks::ServingSummary none = nn::hooks::serving_summary({});
  EXPECT_EQ(none.count, 0U);
  EXPECT_TRUE(std::isnan(none.mean) && std::isnan(none.variance) && std::isnan(none.p95) &&
              std::isnan(none.error_rate));
  const std::vector<nn::hooks::ServedRequest> one{{2, false}}, lost{{2, false}, {kUnknown, true}};
  EXPECT_TRUE(std::isnan(nn::hooks::serving_summary(one).variance));
  EXPECT_EQ(nn::hooks::serving_summary(one).p95, 2);
  EXPECT_TRUE(std::isnan(nn::hooks::serving_summary(lost).p95));
  EXPECT_EQ(nn::hooks::serving_summary(lost).error_rate, 0.5);
}

}  // namespace
}  // namespace tinytorch::testing
