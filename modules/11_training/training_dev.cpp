// Module 11: training.
//
// A loss says in one number how wrong a model is, and its gradient says how to become less wrong. Around both
// there is a loop: steps, validation, the decision to stop, and files from which the run can go on.
//
// Each function below belongs to an exercise; mse, bce, cross_entropy and checkpoint have two functions each.
// Replace the todo() by your code, save, and run
//
//     ./tito module test 11

#include "modules/11_training/training.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

#include "modules/course/todo.h"

using tinytorch::course::todo;

namespace training {

/// Mean squared error: the mean of (prediction - target)². Both have the same size.
///
///     mse({1, 2}, {0, 0}) = 2.5    mse({}, {}) = NaN, which is 0 / 0
///
/// 1. Subtract, square and add up in double: the square of 1e20 is infinite in float, and small squares that
/// are added to a large sum are lost.
/// 2. Divide by the number of elements, as a double.
double mse(std::span<const float> prediction, std::span<const float> target) {
  // BEGIN SOLUTION mse
  double sum = 0;
  for (std::size_t i = 0; i < prediction.size(); ++i) {
    const double difference = static_cast<double>(prediction[i]) - target[i];
    sum += difference * difference;
  }
  return sum / static_cast<double>(prediction.size());
  // END SOLUTION
}

/// The gradient of mse by the prediction, if the final loss changes with mse by grad.
///
///     mse_gradient({1, 4}, {0, 0}, 1) = {1, 4}
///
/// 1. The derivative of (p - t)² by p is 2 (p - t), and the mean divides it by the number of elements.
/// 2. The chain rule multiplies it by grad.
void mse_gradient(std::span<const float> prediction, std::span<const float> target, float grad,
                  std::span<float> dx) {
  // BEGIN SOLUTION mse
  const double factor = 2.0 * grad / static_cast<double>(prediction.size());
  for (std::size_t i = 0; i < prediction.size(); ++i)
    dx[i] = static_cast<float>(factor * (static_cast<double>(prediction[i]) - target[i]));
  // END SOLUTION
}

/// Binary cross-entropy of sigmoid(x), the mean over the logits x: -(t log s + (1 - t) log(1 - s)), where s =
/// sigmoid(x) and the target t is in [0, 1]. Logits are finite.
///
///     bce({0}, {1}) = 0.6931472    bce({1000}, {0}) = 1000    bce({40}, {1}) = 4.25e-18
///
/// 1. s of a large logit rounds to 1, and log(1 - s) is minus infinity. So do not compute s: the same loss is
/// max(x, 0) - x t + log(1 + e^(-|x|)), whose exponent is never positive. Section 2 of README.md derives it.
/// 2. For a large |x| the sum 1 + e^(-|x|) rounds to 1, and its logarithm to 0. std::log1p(a) is log(1 + a)
/// with all digits.
/// 3. Compute in double.
double bce(std::span<const float> logits, std::span<const float> target) {
  // BEGIN SOLUTION bce
  double sum = 0;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    const double x = logits[i];
    sum += std::max(x, 0.0) - x * target[i] + std::log1p(std::exp(-std::abs(x)));
  }
  return sum / static_cast<double>(logits.size());
  // END SOLUTION
}

/// The gradient of bce by the logits: (sigmoid(x) - t) / n times grad, where n is their number.
///
///     bce_gradient({0, 0}, {1, 0}, 1) = {-0.25, 0.25}
///
/// 1. As in module 03, e^x is infinite for large x, and inf / inf is NaN: use e^(-|x|).
/// 2. s - t loses its digits where both are nearly 1: compute it in double, and round once.
void bce_gradient(std::span<const float> logits, std::span<const float> target, float grad,
                  std::span<float> dx) {
  // BEGIN SOLUTION bce
  const double factor = grad / static_cast<double>(logits.size());
  for (std::size_t i = 0; i < logits.size(); ++i) {
    const double e = std::exp(-std::abs(static_cast<double>(logits[i])));
    const double sigmoid = (logits[i] < 0 ? e : 1) / (1 + e);
    dx[i] = static_cast<float>(factor * (sigmoid - target[i]));
  }
  // END SOLUTION
}

/// Cross-entropy: the mean over the rows of -log(softmax(row)[target]), for logits [rows, classes] and a
/// class for each row as its target.
///
///     cross_entropy({{0, 0}}, {1}) = 0.6931472    cross_entropy({{1000, 0}}, {1}) = 1000
///     cross_entropy({{-inf, 0}}, {1}) = 0         cross_entropy({{-inf, 0}}, {0}) = inf
///
/// 1. Row i begins at i * classes.
/// 2. The logarithm of the quotient is a difference: log(sum of e^x) - x[target]. Without a division nothing
/// becomes 0.
/// 3. log(sum of e^x) = m + log(sum of e^(x - m)), where m is the largest of the row: no exponential
/// overflows. Add m - x[target] first, which is exact for equal numbers, then the logarithm, in double.
/// 4. A logit of minus infinity hides a class: e^(-inf) is 0. Do not multiply it by 0, which gives NaN. A
/// logit of plus infinity, and a row in which all classes are hidden, give NaN.
/// 5. A target that is negative, or not less than classes, is an error: throw std::invalid_argument.
double cross_entropy(std::span<const float> logits, std::span<const std::int64_t> target,
                     std::size_t classes) {
  // BEGIN SOLUTION cross_entropy
  double sum = 0;
  for (std::size_t i = 0; i < target.size(); ++i) {
    if (target[i] < 0 || static_cast<std::size_t>(target[i]) >= classes)
      throw std::invalid_argument("the target " + std::to_string(target[i]) + " is no class");
    const std::span<const float> row = logits.subspan(i * classes, classes);
    const double largest = *std::max_element(row.begin(), row.end());
    double exponentials = 0;
    for (const float x : row) exponentials += std::exp(x - largest);
    sum += largest - row[static_cast<std::size_t>(target[i])] + std::log(exponentials);
  }
  return sum / static_cast<double>(target.size());
  // END SOLUTION
}

/// The gradient of cross_entropy by the logits: in each row softmax(row), minus 1 at the target, divided by
/// the number of rows, times grad. The targets are classes.
///
///     cross_entropy_gradient({{0, 0}}, {1}, 1) = {{0.5, -0.5}}
///
/// 1. Softmax as in module 03: subtract the largest of the row, add up in double.
/// 2. Each row adds up to 0: what is taken from the target is given to the others.
void cross_entropy_gradient(std::span<const float> logits, std::span<const std::int64_t> target,
                            std::size_t classes, float grad, std::span<float> dx) {
  // BEGIN SOLUTION cross_entropy
  const double factor = grad / static_cast<double>(target.size());
  for (std::size_t i = 0; i < target.size(); ++i) {
    const std::span<const float> row = logits.subspan(i * classes, classes);
    const double largest = *std::max_element(row.begin(), row.end());
    double sum = 0;
    for (const float x : row) sum += std::exp(x - largest);
    for (std::size_t j = 0; j < classes; ++j) {
      const double one_hot = static_cast<std::size_t>(target[i]) == j ? 1 : 0;
      dx[i * classes + j] = static_cast<float>(factor * (std::exp(row[j] - largest) / sum - one_hot));
    }
  }
  // END SOLUTION
}

/// The fraction of rows whose largest logit is that of the target, for logits [rows, classes].
///
///     accuracy({{1, 2}, {4, 3}, {5, 5}, {6, 7}}, {1, 0, 0, 0}, 2) = 0.75
///
/// 1. Of equal logits the first one counts, and NaN counts as the largest.
/// 2. The quotient of two integers is an integer, here 0 or 1: divide doubles. Without rows it is NaN, 0 / 0.
double accuracy(std::span<const float> logits, std::span<const std::int64_t> target, std::size_t classes) {
  // BEGIN SOLUTION accuracy
  std::size_t right = 0;
  for (std::size_t i = 0; i < target.size(); ++i) {
    const std::span<const float> row = logits.subspan(i * classes, classes);
    std::size_t best = 0;
    for (std::size_t j = 1; j < classes && !std::isnan(row[best]); ++j) {
      if (row[j] > row[best] || std::isnan(row[j])) best = j;
    }
    if (static_cast<std::int64_t>(best) == target[i]) ++right;
  }
  return static_cast<double>(right) / static_cast<double>(target.size());
  // END SOLUTION
}

/// Tells early stopping the loss of a validation.
///
///     patience 2, min_improvement 0.25: of the losses 1, 0.9, 0.8 the third one ends the run
///
/// 1. The loss is an improvement if it is less than state.best - state.min_improvement. Then it is the best,
/// and no validation since then was bad.
/// 2. If it is none, best stays as it is, even if the loss is a little less, and one more was bad.
/// 3. A comparison with NaN is false. Ask so that NaN is no improvement.
/// @return  whether the run ends: as many as state.patience were bad, one after another. With a patience of 0
///          it never does
bool early_stopping(EarlyStopping& state, double loss) {
  // BEGIN SOLUTION early_stopping
  if (loss < state.best - state.min_improvement) {
    state.best = loss;
    state.bad = 0;
  } else {
    ++state.bad;
  }
  return state.patience > 0 && state.bad >= state.patience;
  // END SOLUTION
}

/// Trains for a number of epochs, each of which has a number of batches.
///
///     epochs = 2, batches = 2: step(0, 0), step(0, 1), validate(), should_stop(its result),
///                              step(1, 0), step(1, 1), validate(), should_stop(its result)
///
/// 1. If an epoch has no batch, throw std::invalid_argument.
/// 2. Call run.step(epoch, batch) for each batch, count the step, and add its loss up for the mean of the
/// epoch.
/// 3. A loss that is NaN or infinite makes all later steps useless: throw std::runtime_error, whose text has
/// "step " and the number of steps, with this one, at once.
/// 4. After each epoch, if run.validate is not empty, keep its result in the history, and, if run.should_stop
/// is not empty, tell it the result. If it is true, the run ends, and was stopped early.
/// Hint: if (run.validate) asks whether a std::function is not empty.
History fit(const FitFunctions& run, std::int64_t epochs, std::int64_t batches) {
  // BEGIN SOLUTION fit
  if (batches < 1) throw std::invalid_argument("an epoch needs a batch");
  History history;
  for (std::int64_t epoch = 0; epoch < epochs && !history.stopped_early; ++epoch) {
    double sum = 0;
    for (std::int64_t batch = 0; batch < batches; ++batch) {
      const double loss = run.step(epoch, batch);
      ++history.steps;
      if (!std::isfinite(loss))
        throw std::runtime_error("step " + std::to_string(history.steps) + ": the loss is " +
                                 std::to_string(loss));
      sum += loss;
    }
    history.training.push_back(sum / static_cast<double>(batches));
    if (!run.validate) continue;
    history.validation.push_back(run.validate());
    history.stopped_early = run.should_stop && run.should_stop(history.validation.back());
  }
  return history;
  // END SOLUTION
}

/// Writes a checkpoint to a file: kMagic, the steps (8 bytes), the number of parameters (8 bytes), the
/// parameters (4 bytes each), and the checksum of all these bytes (8 bytes). Numbers are written as they are
/// in memory.
///
/// 1. Make a std::string of all bytes: bytes.append(reinterpret_cast<const char*>(&value), sizeof(value)).
/// 2. A crash in the middle of writing must not destroy the file that was there. Write to another file, named
/// path + ".tmp", and rename it when it is complete: std::filesystem::rename replaces the old file at once.
/// 3. Open files with std::ios::binary. Errors of writing may show only when the stream is closed: ask it
/// afterwards.
/// 4. If something fails, remove the other file, and throw std::runtime_error.
void save_checkpoint(const std::string& path, const Checkpoint& checkpoint) {
  // BEGIN SOLUTION checkpoint
  std::string bytes(kMagic);
  const auto append = [&](const auto& value) {
    bytes.append(reinterpret_cast<const char*>(&value), sizeof(value));
  };
  append(checkpoint.steps);
  append(static_cast<std::uint64_t>(checkpoint.parameters.size()));
  for (const float each : checkpoint.parameters) append(each);
  append(checksum(bytes));

  const std::string temporary = path + ".tmp";
  std::ofstream file(temporary, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  std::error_code error;
  if (file) std::filesystem::rename(temporary, path, error);
  if (!file || error) {
    std::remove(temporary.c_str());
    throw std::runtime_error(path + " cannot be written");
  }
  // END SOLUTION
}

/// Reads a checkpoint that save_checkpoint wrote. The file can be any file: one that is no checkpoint, that
/// is cut off, or in which bytes were changed. Then throw std::runtime_error, and never read beyond its end
/// or allocate what a wrong number demands.
///
/// 1. Read all bytes into a std::string: std::istreambuf_iterator<char>.
/// 2. Check the size before you read a number: without parameters, a file has 32 bytes. std::memcpy(&value,
/// bytes.data() + offset, sizeof(value)) reads one.
/// 3. Check kMagic, then that the number of parameters is that of the bytes that are there. 4 times a number
/// of the file can overflow; the size of the file divided by 4 cannot.
/// 4. Check the checksum last.
Checkpoint load_checkpoint(const std::string& path) {
  // BEGIN SOLUTION checkpoint
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(path + " cannot be read");
  const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const auto read = [&](auto& value, std::size_t offset) {
    std::memcpy(&value, bytes.data() + offset, sizeof(value));
  };
  constexpr std::size_t kWithoutParameters = 32, kHeader = 24;
  if (bytes.size() < kWithoutParameters || !bytes.starts_with(kMagic))
    throw std::runtime_error(path + " is no checkpoint");
  const std::size_t rest = bytes.size() - kWithoutParameters, end = bytes.size() - sizeof(std::uint64_t);
  std::uint64_t count = 0, sum = 0;
  read(count, 16);
  if (rest % sizeof(float) != 0 || count != rest / sizeof(float))
    throw std::runtime_error(path + " has another size than its number of parameters says");
  read(sum, end);
  if (sum != checksum(std::string_view(bytes).substr(0, end))) throw std::runtime_error(path + " is damaged");
  Checkpoint checkpoint;
  read(checkpoint.steps, 8);
  checkpoint.parameters.resize(count);
  for (std::size_t i = 0; i < count; ++i) read(checkpoint.parameters[i], kHeader + i * sizeof(float));
  return checkpoint;
  // END SOLUTION
}

}  // namespace training
