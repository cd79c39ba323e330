#include "nn/train/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iostream>
#include <utility>

#include "core/internal/format.h"

namespace tinytorch::nn {
namespace {

constexpr std::size_t kLongestBar = 30;

/// -1 if there is none.
int descriptor_of(const std::ostream& out) {
  return &out == &std::cout ? STDOUT_FILENO : &out == &std::cerr ? STDERR_FILENO : -1;
}

/// The width of the terminal; a line that is longer could not be overwritten.
std::size_t columns_of(const std::ostream& out) {
  winsize size{};
  const bool is_known = ioctl(descriptor_of(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return is_known ? size.ws_col : 80;
}

/// [====>     ]
std::string drawn_bar(std::size_t width, double share) {
  const auto filled = static_cast<std::size_t>(static_cast<double>(width) * std::clamp(share, 0.0, 1.0));
  const std::string done = filled == 0 ? "" : std::string(filled - 1, '=') + '>';
  return fmt::format("[{:<{}}] ", done, width);
}

double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::string duration(double seconds) {
  constexpr double kMost = 1e9;  // thirty years
  if (!(seconds >= 0 && seconds < kMost)) return "?";
  const std::int64_t s = std::lround(seconds);
  if (s < 3600) return fmt::format("{}:{:02}", s / 60, s % 60);
  return fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
}

std::string_view text(StopReason reason) {
  switch (reason) {
    case StopReason::completed:
      return "completed";
    case StopReason::no_progress:
      return "stopped: the validation did not improve";
    case StopReason::requested:
      return "stopped on request";
    case StopReason::interrupted:
      return "interrupted";
  }
  return "";
}

}  // namespace

Progress::Progress(std::ostream& out, ProgressOptions options) : out_(out), options_(std::move(options)) {
  if (options_.style == ProgressStyle::automatic) {
    options_.style = isatty(descriptor_of(out)) == 1 ? ProgressStyle::bar : ProgressStyle::lines;
  }
  if (!options_.clock) options_.clock = steady_seconds;
}

void Progress::on_start(const TrainingState& state) {
  started_ = shown_ = options_.clock();
  first_step_ = static_cast<double>(state.steps);
  items_ = 0;
  if (state.steps >= state.total_steps) {
    print_line(fmt::format("nothing is left to do: {} steps were asked for, and {} are made",
                           state.total_steps, state.steps));
  } else if (state.steps > 0) {
    print_line(fmt::format("going on after step {} of {}", state.steps, state.total_steps));
  }
}

void Progress::on_step(const TrainingState& state) {
  items_ += static_cast<double>(state.items);
  const double now = options_.clock();
  if (options_.style == ProgressStyle::bar && now - shown_ >= options_.bar_interval) {
    shown_ = now;
    const std::string line = bar(state);
    const std::size_t width = std::max(width_, line.size());
    out_ << '\r' << line << std::string(width - line.size(), ' ') << std::flush;
    width_ = line.size();
  } else if (options_.style == ProgressStyle::lines && now - shown_ >= options_.line_interval) {
    shown_ = now;
    print_line(fmt::format("epoch {}  {}/{}  loss {:.4f}  {}", state.epoch + 1, state.batch, state.batches,
                           state.loss, rate_and_time_left(state)));
  }
}

void Progress::on_validation(const TrainingState& state, const Evaluation& evaluation) {
  std::string line = fmt::format("epoch {}  step {}  loss {:.4f}  validation loss {:.4f}", state.epoch + 1,
                                 state.steps, state.loss, without_nan_sign(evaluation.loss));
  for (const auto& [name, value] : evaluation.metrics)
    line += fmt::format("  {} {:.4f}", name, without_nan_sign(value));
  print_line(line);
}

void Progress::on_checkpoint(const TrainingState&, const std::string& path) { print_line("saved " + path); }

void Progress::on_end(const TrainingState& state, StopReason reason) {
  print_line(fmt::format("{} after step {}, {} in this run", text(reason), state.steps,
                         duration(options_.clock() - started_)));
}

std::string Progress::rate_and_time_left(const TrainingState& state) const {
  const double seconds = options_.clock() - started_;
  const double now = static_cast<double>(state.steps), steps = now - first_step_,
               left = std::max(static_cast<double>(state.total_steps) - now, 0.0);
  if (!(seconds > 0)) return "";
  return fmt::format("{:.0f} items/s  {} left", items_ / seconds, duration(seconds / steps * left));
}

std::string Progress::bar(const TrainingState& state) const {
  const std::string before = fmt::format("epoch {} ", state.epoch + 1),
                    after = fmt::format("{}/{}  loss {:.4f}  {}", state.batch, state.batches, state.loss,
                                        rate_and_time_left(state));
  const std::size_t used = before.size() + after.size() + 3,  // and the brackets
      most = columns_of(out_) - 1;
  if (used >= most) return (before + after).substr(0, most);
  const bool is_begun = state.batch > 0 && state.batches > 0;
  const double share = is_begun ? static_cast<double>(state.batch) / static_cast<double>(state.batches) : 0;
  return before + drawn_bar(std::min(kLongestBar, most - used), share) + after;
}

// Removes the bar, which the next step shows again.
void Progress::print_line(const std::string& line) {
  if (options_.style == ProgressStyle::quiet) return;
  if (width_ > 0) out_ << '\r' << std::string(width_, ' ') << '\r';
  width_ = 0;
  out_ << line << '\n' << std::flush;
}

}  // namespace tinytorch::nn
