// What `./tito module measure 10` calls.
#include "modules/course/measure.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "modules/10_optimizers/optimizers.h"

namespace optimizers {
namespace {

using tinytorch::course::keep;
using tinytorch::course::measure;
using Values = std::vector<float>;

/// Ten steps, with what the optimizer keeps between them.
class TenSteps {
 public:
  void by_sgd() {
    for (int step = 1; step <= 10; ++step) sgd(parameters_, gradient_, 1e-3);
    keep(parameters_);
  }
  void by_momentum() {
    Values velocity(parameters_.size(), 0.0F);
    for (int step = 1; step <= 10; ++step) momentum(parameters_, gradient_, velocity, 1e-3, 0.9);
    keep(parameters_);
  }
  void by(decltype(adam) optimizer) {
    Values mean(parameters_.size(), 0.0F), squares(parameters_.size(), 0.0F);
    for (int step = 1; step <= 10; ++step) optimizer(parameters_, gradient_, mean, squares, {}, step);
    keep(parameters_);
  }

 private:
  Values parameters_ = Values(100'000, 1.0F), gradient_ = Values(100'000, 0.5F);
};

TEST(Adam, TenStepsOf100000Parameters) {
  TenSteps steps;
  measure("sgd", [&] { steps.by_sgd(); });
  measure("momentum", [&] { steps.by_momentum(); });
  measure("adam", [&] { steps.by(adam); });
  measure("adamw", [&] { steps.by(adamw); });
}

/// A valley with the loss c x² / 2 in each direction, where the curvature c is 1 along it and 1000 across.
struct Valley {
  static constexpr std::size_t kSize = 1000;

  Valley() : position(kSize, 1.0F), gradient(kSize) {}

  double loss_and_gradient() {
    double loss = 0;
    for (std::size_t i = 0; i < kSize; ++i) {
      gradient[i] = (i < kSize / 2 ? 1.0F : 1000.0F) * position[i];
      loss += static_cast<double>(gradient[i]) * position[i] / 2;
    }
    return loss;
  }

  Values position, gradient;
};

/// The steps until the loss, which begins with 250,250, is at most a millionth.
int descend(const std::function<void(Valley&)>& step) {
  constexpr int kMost = 20'000;
  Valley valley;
  int steps = 0;
  for (; steps < kMost && valley.loss_and_gradient() > 1e-6; ++steps) step(valley);
  keep(valley.position);
  return steps;
}

void measure_descent(const std::string& name, const std::function<int()>& descent) {
  measure(name + ", " + std::to_string(descent()) + " steps", [&] { keep(descent()); });
}

TEST(Momentum, DownAValleyOf1000Parameters) {
  constexpr double kRate = 0.00199;  // from 0.002 on, descent does not arrive
  measure_descent("sgd", [] { return descend([](Valley& v) { sgd(v.position, v.gradient, kRate); }); });
  measure_descent("momentum", [] {
    Values velocity(Valley::kSize, 0.0F);
    return descend([&](Valley& v) { momentum(v.position, v.gradient, velocity, kRate, 0.9); });
  });
}

}  // namespace
}  // namespace optimizers
