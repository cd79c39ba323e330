#pragma once

#include <chrono>
#include <vector>

#include "core/tensor.h"
#include "examples/xor_network/settings.h"

namespace tinytorch::nn {
class Sequential;
}

/// How good a model is.
struct Score {
  float loss = 0;
  float accuracy = 0;  ///< in percent
};

/// Follows one training run: evaluates the model from time to time, measures the steps, and unless it is
/// silent prints all of that.
class Report {
 public:
  enum class Output { printed, silent };

  Report(const Settings& settings, Output output) : settings_(settings), prints_(output == Output::printed) {}

  /// Before the first step. The model must live until finish().
  void start(const tinytorch::nn::Sequential& model, const tinytorch::Tensor& x, const tinytorch::Tensor& y);
  /// After the step of an epoch, counted from 1.
  void epoch(int epoch);
  /// After the last step.
  void finish();

  /// Before the first step.
  const Score& first() const { return first_; }
  /// After the last step.
  const Score& last() const { return last_; }
  bool solved() const { return last_.accuracy == 100; }
  /// Whether the trained model predicts the same from a Tensor as from a Variable.
  bool modes_agree() const { return modes_agree_; }

 private:
  void evaluate(int epoch);
  void print_predictions(const tinytorch::Tensor& prediction) const;
  double median_step_time() const;

  const Settings& settings_;
  bool prints_;
  const tinytorch::nn::Sequential* model_ = nullptr;
  tinytorch::Tensor x_, y_;
  Score first_, last_;
  bool modes_agree_ = false;
  // Between two evaluations the steps are timed together.
  int timed_from_ = 0;
  std::chrono::steady_clock::time_point start_;
  std::vector<double> step_times_;  // in microseconds, a mean for each time that was measured
};
