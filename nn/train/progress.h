#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>

#include "nn/train/callback.h"

namespace tinytorch::nn {

/// How Progress shows a run.
enum class ProgressStyle {
  automatic,  ///< a bar if the stream is std::cout or std::cerr on a terminal, else lines
  bar,        ///< one line that is overwritten, no wider than the terminal
  lines,      ///< a line from time to time
  quiet,      ///< nothing
};

/// The options of Progress.
struct ProgressOptions {
  ProgressStyle style = ProgressStyle::automatic;
  double bar_interval = 0.1;           ///< seconds from one update of the bar to the next
  double line_interval = 10;           ///< seconds from one line to the next
  std::function<double()> clock = {};  ///< in seconds, by default a steady clock; for tests
};

/// Shows a training run: epoch, step, loss, items per second and the time that is left, and each validation.
///
/// ```text
/// epoch 2 [===========>           ] 230/469  loss 0.3127  18532 items/s  0:13 left
/// epoch 2  step 469  loss 0.3045  validation loss 0.3391  accuracy 0.8815
/// ```
class Progress : public Callback {
 public:
  /// @param out  must outlive this
  explicit Progress(std::ostream& out, ProgressOptions options = {});

  void on_start(const TrainingState& state) override;
  void on_step(const TrainingState& state) override;
  void on_validation(const TrainingState& state, const Evaluation& evaluation) override;
  void on_checkpoint(const TrainingState& state, const std::string& path) override;
  void on_end(const TrainingState& state, StopReason reason) override;

 private:
  std::string rate_and_time_left(const TrainingState& state) const;
  std::string bar(const TrainingState& state) const;
  void print_line(const std::string& line);

  std::ostream& out_;
  ProgressOptions options_;
  double started_ = 0, shown_ = 0;  // by the clock
  double first_step_ = 0;           // of this run
  double items_ = 0;                // of this run
  std::size_t width_ = 0;           // of the bar that is on the screen
};

}  // namespace tinytorch::nn
