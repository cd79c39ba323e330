#include "examples/xor_network/report.h"

#include <tinytorch/tinytorch.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <iterator>

using namespace tinytorch;

void Report::start(const nn::Sequential& model, const Tensor& x, const Tensor& y) {
  model_ = &model;
  x_ = x;
  y_ = y;
  if (prints_) std::printf("\n%s\n", model.summary().c_str());
  evaluate(0);
  first_ = last_;
}

void Report::epoch(int epoch) {
  const int interval = settings_.verbose ? 1 : std::max(1, settings_.epochs / 10);
  if (epoch % interval != 0 && epoch != settings_.epochs) return;
  synchronize(x_.device());
  const std::chrono::duration<double, std::micro> elapsed = std::chrono::steady_clock::now() - start_;
  step_times_.push_back(elapsed.count() / (epoch - timed_from_));
  evaluate(epoch);
}

void Report::evaluate(int epoch) {
  const Tensor prediction = (*model_)(x_);  // of a Tensor: nothing is recorded for backward()
  const Tensor right = (prediction >= 0.5) == (y_ >= 0.5);
  last_ = {.loss = nn::MeanSquaredError()(prediction, y_).item(),
           .accuracy = 100 * mean(right.to(DType::f32)).item()};
  if (prints_) {
    std::printf("Epoch %4d | Loss: %.*f | Accuracy: %.1f%%\n", epoch, settings_.verbose ? 12 : 4, last_.loss,
                last_.accuracy);
  }
  timed_from_ = epoch;
  start_ = std::chrono::steady_clock::now();
}

void Report::finish() {
  const Tensor prediction = (*model_)(x_);
  modes_agree_ = equal(prediction, (*model_)(Variable(x_)).value());
  if (!prints_) return;
  print_predictions(prediction);
  std::printf("\nFinal accuracy: %.1f%%\n", last_.accuracy);
  std::printf("A training step took %.1f µs\n", median_step_time());
  std::printf("Tensor mode and Variable mode predict %s\n",
              modes_agree_ ? "the same, bit for bit" : "DIFFERENTLY, which is a bug");
  std::printf("%s\n", solved() ? "Solved" : "Not solved");
}

void Report::print_predictions(const Tensor& prediction) const {
  const std::vector<float> x = x_.to_vector(), y = y_.to_vector(), p = prediction.to_vector();
  std::printf("\n a  b | a xor b | prediction\n");
  for (std::size_t i = 0; i < y.size(); ++i)
    std::printf(" %.0f  %.0f |    %.0f    |   %.4f\n", x[2 * i], x[2 * i + 1], y[i], p[i]);
}

double Report::median_step_time() const {
  std::vector<double> times = step_times_;
  const auto middle = times.begin() + std::ssize(times) / 2;
  std::nth_element(times.begin(), middle, times.end());
  return *middle;
}
