// Module 12: compression.
//
// A trained network has more weights than it needs, with more digits than it needs. Pruning removes weights,
// quantization stores each in a byte, and distillation trains a small network on what a large one says.
//
// Each function below is an exercise. Replace its todo() by your code, save, and run
//
//     ./tito module test 12

#include "modules/12_compression/compression.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "modules/course/todo.h"

using tinytorch::course::todo;

namespace compression {

/// Magnitude pruning (Han et al. 2015): sets the elements with the smallest magnitudes to 0.
///
///     prune({3, -1, 2, -4}, 0.5) makes it {3, 0, 0, -4}
///
/// 1. Exactly floor(share * n) of the n elements become 0: share is from 0 to 1.
/// 2. Of equal magnitudes, those with the lower indices are pruned first.
/// 3. A NaN stays, also if share is 1: then there is one zero fewer.
/// Hint: std::stable_sort of the indices, by the magnitude of what they index, leaves equal ones in their
/// order.
void prune(std::span<float> weight, double share) {
  // BEGIN SOLUTION prune
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < weight.size(); ++i) {
    if (!std::isnan(weight[i])) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(), [weight](std::size_t a, std::size_t b) {
    return std::abs(weight[a]) < std::abs(weight[b]);
  });
  const auto zeros = static_cast<std::size_t>(share * static_cast<double>(weight.size()));
  order.resize(std::min(zeros, order.size()));
  for (const std::size_t i : order) weight[i] = 0;
  // END SOLUTION
}

/// Structured pruning: removes the rows of a weight [rows, columns] that have the smallest L2 norms. A row
/// holds what one output is computed with, so the layer has fewer outputs.
///
///     prune_rows({0, 6, 1, 1, 3, 4}, 3, 2, 0.5) has the rows {0, 2} and the weight {0, 6, 3, 4}
///
/// 1. floor(share * rows) rows are removed; of equal norms, the one with the lower index first.
/// 2. A row with a NaN counts as the longest of all.
/// 3. What is left keeps its order.
/// Hint: the square of 1e30 is infinite in float. In double it is not, and the root need not be taken.
PrunedRows prune_rows(std::span<const float> weight, std::size_t rows, std::size_t columns, double share) {
  // BEGIN SOLUTION prune_rows
  std::vector<double> norms(rows, 0.0);  // their squares, which have the same order
  std::vector<std::size_t> order(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    for (const float w : weight.subspan(i * columns, columns)) norms[i] += static_cast<double>(w) * w;
    if (std::isnan(norms[i])) norms[i] = std::numeric_limits<double>::infinity();
    order[i] = i;
  }
  std::stable_sort(order.begin(), order.end(),
                   [&norms](std::size_t a, std::size_t b) { return norms[a] < norms[b]; });
  const auto removed = static_cast<std::ptrdiff_t>(share * static_cast<double>(rows));
  order.erase(order.begin(), order.begin() + removed);
  std::sort(order.begin(), order.end());
  PrunedRows result{.rows = order, .weight = {}};
  for (const std::size_t i : order) {
    const std::span<const float> row = weight.subspan(i * columns, columns);
    result.weight.insert(result.weight.end(), row.begin(), row.end());
  }
  return result;
  // END SOLUTION
}

/// Symmetric quantization to int8: each row of x [rows, columns] gets a scale, and each element becomes the
/// multiple of it that is nearest (Wu et al. 2020, section 3.1.2).
///
///     quantize({254, -127, 3, 0}, 2, 2) has the scales {2, 3/127} and the values {127, -64, 127, 0}
///
/// 1. scale = (largest |x| of the row) / 127, in float.
/// 2. value = x / scale, rounded to the nearest integer, halves to even: -63.5 becomes -64, 62.5 becomes 62.
/// 3. If the scale is 0, because all elements are 0 or too small to be divided, it is 1 instead.
/// 4. Clamp the value to -127 ... 127: the smallest floats have so few digits that x / scale can be more.
/// 5. int8 has no NaN and no infinity. If a row has one, its scale is NaN and its values are 0.
/// Hint: std::nearbyint rounds halves to even. A comparison with NaN is false: the search for the largest can
/// miss it.
Quantized quantize(std::span<const float> x, std::size_t rows, std::size_t columns) {
  // BEGIN SOLUTION quantize
  Quantized result{.rows = rows, .columns = columns, .values = {}, .scales = {}};
  for (std::size_t i = 0; i < rows; ++i) {
    const std::span<const float> row = x.subspan(i * columns, columns);
    float largest = 0;
    for (const float element : row) {
      if (std::abs(element) > largest || std::isnan(element)) largest = std::abs(element);
    }
    const bool finite = std::isfinite(largest);
    float scale = finite ? largest / 127 : std::numeric_limits<float>::quiet_NaN();
    if (scale == 0) scale = 1;
    result.scales.push_back(scale);
    for (const float element : row) {
      const float value = finite ? std::clamp(std::nearbyint(element / scale), -127.0F, 127.0F) : 0;
      result.values.push_back(static_cast<std::int8_t>(value));
    }
  }
  return result;
  // END SOLUTION
}

/// The floats that a quantized matrix stands for, [rows, columns].
///
///     the values {127, -64} with the scale 2 are {254, -128}
///
/// 1. Each value times the scale of its row.
std::vector<float> dequantize(const Quantized& x) {
  // BEGIN SOLUTION dequantize
  std::vector<float> result;
  for (std::size_t i = 0; i < x.rows; ++i) {
    for (std::size_t j = 0; j < x.columns; ++j)
      result.push_back(x.scales[i] * static_cast<float>(x.values[i * x.columns + j]));
  }
  return result;
  // END SOLUTION
}

/// A dense layer that multiplies integers: y [rows, weight.rows] = x [rows, columns] times the transpose of
/// the weight [outputs, columns], plus the bias [outputs], which may be empty. The weight was quantized
/// before; x is quantized here, row by row, by the rule of quantize (Jacob et al. 2018, section 2.2).
///
///     x = {254, 2}, weight {1, 2} with the scale 0.5, bias {10}: y = 2 * 0.5 * (127 * 1 + 1 * 2) + 10 = 139
///
/// 1. Each exercise stands for itself: do not call quantize, but write what it does, for one row of x.
/// 2. Add up the products of two int8 in int32. It holds 133,144 of them; rows are not longer.
/// 3. y = (scale of the row of x) * (scale of the row of the weight) * sum + bias, in double.
/// 4. A row of x with a NaN or an infinity has the scale NaN, and so y has it, too.
void int8_linear(std::span<const float> x, std::size_t rows, const Quantized& weight,
                 std::span<const float> bias, std::span<float> y) {
  // BEGIN SOLUTION int8_linear
  const std::size_t columns = weight.columns, outputs = weight.rows;
  std::vector<std::int8_t> values(columns);
  for (std::size_t i = 0; i < rows; ++i) {
    const std::span<const float> row = x.subspan(i * columns, columns);
    float largest = 0;
    for (const float element : row) {
      if (std::abs(element) > largest || std::isnan(element)) largest = std::abs(element);
    }
    const bool finite = std::isfinite(largest);
    float scale = finite ? largest / 127 : std::numeric_limits<float>::quiet_NaN();
    if (scale == 0) scale = 1;
    for (std::size_t k = 0; k < columns; ++k) {
      const float value = finite ? std::clamp(std::nearbyint(row[k] / scale), -127.0F, 127.0F) : 0;
      values[k] = static_cast<std::int8_t>(value);
    }
    for (std::size_t j = 0; j < outputs; ++j) {
      std::int32_t sum = 0;
      for (std::size_t k = 0; k < columns; ++k) sum += values[k] * weight.values[j * columns + k];
      const double product = static_cast<double>(scale) * weight.scales[j] * sum;
      y[i * outputs + j] = static_cast<float>(product + (bias.empty() ? 0 : bias[j]));
    }
  }
  // END SOLUTION
}

/// The bytes that a weight [rows, columns] takes in three formats.
///
///     storage_bytes({0, 1, 0, 2, 0, 3}, 2, 3) = {24, 36, 14}
///
/// 1. dense: 4 bytes for each float.
/// 2. csr (compressed sparse row): for each element that is not 0 its float and its column, an int32; and
/// rows + 1 row pointers, also int32: row i has the elements from pointer i up to pointer i + 1.
/// 3. int8: a byte for each element, and a float for each row, its scale.
StorageBytes storage_bytes(std::span<const float> weight, std::size_t rows, std::size_t columns) {
  // BEGIN SOLUTION storage_bytes
  const auto nonzeros =
      static_cast<std::size_t>(std::count_if(weight.begin(), weight.end(), [](float w) { return w != 0; }));
  const std::size_t elements = rows * columns;
  return {.dense = elements * sizeof(float),
          .csr = nonzeros * (sizeof(float) + sizeof(std::int32_t)) + (rows + 1) * sizeof(std::int32_t),
          .int8 = elements + rows * sizeof(float)};
  // END SOLUTION
}

/// The loss of a student that learns from a teacher (Hinton et al. 2015, section 2), and its gradient. Both
/// gave logits [rows, classes]; labels [rows] has the right classes. With the temperature T, the soft targets
/// p = softmax(teacher / T), and q = softmax(student / T), a row's loss is
///
///     soft T² (-Σ p log q)  +  (1 - soft) (-log softmax(student)[label])
///
/// and the result is the mean over the rows: 0 if there are none. `gradient` [rows, classes] becomes its
/// derivative by the student's logits: for each of them, divided by the number of rows,
///
///     soft T (q - p)  +  (1 - soft) (softmax(student) - (1 for the label, else 0))
///
///     student {0, 0}, teacher {0, 0}, label 0, T = 3, soft = 0.5: 5 ln 2 = 3.466, gradient {-0.25, 0.25}
///
/// 1. The logarithm of softmax(z / T) is (z - largest) / T - log(sum of e^((z - largest) / T)). The logarithm
/// of a quotient that has become 0 would be infinite.
/// 2. Add up in double.
/// 3. A logit of minus infinity means that a class is impossible. Where p is 0, p log q is 0, even if log q
/// is infinite.
double distill(std::span<const float> student, std::span<const float> teacher,
               std::span<const std::int32_t> labels, const DistillationOptions& options,
               std::span<float> gradient) {
  // BEGIN SOLUTION distill
  if (labels.empty()) return 0;
  const std::size_t classes = student.size() / labels.size();
  const auto log_softmax = [](std::span<const float> logits, double temperature) {
    const double largest = *std::max_element(logits.begin(), logits.end());
    double sum = 0;
    for (const float logit : logits) sum += std::exp((logit - largest) / temperature);
    std::vector<double> result;
    for (const float logit : logits) result.push_back((logit - largest) / temperature - std::log(sum));
    return result;
  };
  const double rows = static_cast<double>(labels.size()), t = options.temperature;
  const double soft = options.soft / rows, hard = (1 - options.soft) / rows;
  double loss = 0;
  for (std::size_t row = 0; row < labels.size(); ++row) {
    const std::span<const float> logits = student.subspan(row * classes, classes);
    const std::vector<double> targets = log_softmax(teacher.subspan(row * classes, classes), t),
                              softened = log_softmax(logits, t), plain = log_softmax(logits, 1);
    const auto label = static_cast<std::size_t>(labels[row]);
    loss -= hard * plain[label];
    for (std::size_t i = 0; i < classes; ++i) {
      const double p = std::exp(targets[i]), right = i == label ? 1 : 0;
      if (p != 0) loss -= soft * t * t * p * softened[i];
      gradient[row * classes + i] =
          static_cast<float>(soft * t * (std::exp(softened[i]) - p) + hard * (std::exp(plain[i]) - right));
    }
  }
  return loss;
  // END SOLUTION
}

}  // namespace compression
