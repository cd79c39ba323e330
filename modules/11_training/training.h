#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// What module 11 writes: training_dev.cpp defines the functions. Logits are contiguous, a row of classes for
// each sample.
namespace training {

/// What early stopping remembers of a run, and its settings.
struct EarlyStopping {
  std::int64_t patience = 0;   ///< validations without an improvement that end the run; 0: none does
  double min_improvement = 0;  ///< what is not better by more than this is no improvement
  double best = std::numeric_limits<double>::infinity();  ///< the loss of the last improvement
  std::int64_t bad = 0;                                   ///< validations since then
};

/// What a training run calls.
struct FitFunctions {
  /// Trains with a batch of an epoch, both counted from 0, and returns its loss.
  std::function<double(std::int64_t epoch, std::int64_t batch)> step;
  std::function<double()> validate = {};              ///< the loss of validation; empty: there is none
  std::function<bool(double loss)> should_stop = {};  ///< by the loss of validation; empty: never
};

/// What a training run was like.
struct History {
  std::vector<double> training;    ///< the mean loss of each epoch's steps
  std::vector<double> validation;  ///< the loss after each epoch
  std::int64_t steps = 0;          ///< of all epochs
  bool stopped_early = false;
};

/// What is saved of a training run.
struct Checkpoint {
  std::int64_t steps = 0;  ///< that were made
  std::vector<float> parameters = {};
};

/// The first bytes of each checkpoint file: the format and its version.
constexpr std::string_view kMagic = "TTCKPT01";

/// A number that changes with each byte: the hash FNV-1a of 64 bits (Fowler, Noll and Vo 1991).
inline std::uint64_t checksum(std::string_view bytes) {
  std::uint64_t hash = 14695981039346656037U;
  for (const char byte : bytes) {
    hash ^= static_cast<unsigned char>(byte);
    hash *= 1099511628211U;
  }
  return hash;
}

double mse(std::span<const float> prediction, std::span<const float> target);
void mse_gradient(std::span<const float> prediction, std::span<const float> target, float grad,
                  std::span<float> dx);
double bce(std::span<const float> logits, std::span<const float> target);
void bce_gradient(std::span<const float> logits, std::span<const float> target, float grad,
                  std::span<float> dx);
double cross_entropy(std::span<const float> logits, std::span<const std::int64_t> target,
                     std::size_t classes);
void cross_entropy_gradient(std::span<const float> logits, std::span<const std::int64_t> target,
                            std::size_t classes, float grad, std::span<float> dx);
double accuracy(std::span<const float> logits, std::span<const std::int64_t> target, std::size_t classes);
bool early_stopping(EarlyStopping& state, double loss);
History fit(const FitFunctions& run, std::int64_t epochs, std::int64_t batches);
void save_checkpoint(const std::string& path, const Checkpoint& checkpoint);
Checkpoint load_checkpoint(const std::string& path);

}  // namespace training
