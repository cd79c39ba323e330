#pragma once

#include <cstdint>

#include "core/ops/cross_entropy_kernels.h"
#include "kernels/math/host_device.h"

namespace tinytorch::math {

/// The rows of the table of kernels::cross_entropy.
inline constexpr std::int64_t kLoss = 0, kMaximum = 1, kLogarithm = 2, kMass = 3, kWeight = 4;

/// The targets of all rows, with the parameters in the dtype of the logits; see kernels::cross_entropy.
template <class T>
struct CrossEntropyTarget {
  const std::int64_t* classes;  // null where the targets are probabilities
  const T* probabilities;
  const T* weight;  // null: all 1
  std::int64_t columns, ignore_index;
  T one_minus_smoothing, smoothing_share;  // 1 - label_smoothing, label_smoothing / classes

  CrossEntropyTarget(const kernels::CrossEntropyForm& form, const Tensor& target, const Tensor& weights,
                     std::int64_t columns)
      : classes(is_floating(target.dtype()) ? nullptr : static_cast<const std::int64_t*>(target.raw_data())),
        probabilities(classes != nullptr ? nullptr : static_cast<const T*>(target.raw_data())),
        weight(static_cast<const T*>(weights.raw_data())),
        columns(columns),
        ignore_index(form.ignore_index),
        one_minus_smoothing(static_cast<T>(1 - form.label_smoothing)),
        smoothing_share(static_cast<T>(form.label_smoothing / static_cast<double>(columns))) {}

  /// True where the target of a row is one class, without label smoothing.
  HOST_DEVICE bool is_single() const { return classes != nullptr && smoothing_share == T(0); }
  HOST_DEVICE bool ignores(std::int64_t row) const {
    return classes != nullptr && classes[row] == ignore_index;
  }
  HOST_DEVICE T weight_of(std::int64_t column) const { return weight != nullptr ? weight[column] : T(1); }
  /// The weight of the row in a mean.
  HOST_DEVICE T row_weight(std::int64_t row) const {
    return classes != nullptr ? weight_of(classes[row]) : T(1);
  }
  /// The target's share q of a class, weighted and smoothed.
  HOST_DEVICE T share(std::int64_t row, std::int64_t column) const {
    const T target = classes != nullptr ? T(column == classes[row]) : probabilities[row * columns + column];
    return weight_of(column) * (one_minus_smoothing * target + smoothing_share);
  }
};

}  // namespace tinytorch::math
