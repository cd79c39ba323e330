#pragma once

#include <cstdint>

#include "core/ops/cross_entropy_kernels.h"
#include "kernels/math/host_device.h"

namespace tinytorch::math {

/// The places of a row's numbers in the table of kernels::cross_entropy.
inline constexpr std::int64_t kLoss = 0, kMaximum = 1, kLogarithm = 2, kMass = 3, kWeight = 4;

/// The targets of all rows, with the numbers of the form in the logits' type; see kernels::cross_entropy.
template <class T>
struct CrossEntropyTarget {
  const std::int64_t* classes;  // null where there are probabilities
  const T* probabilities;
  const T* weight;  // null: 1
  std::int64_t columns, ignore_index;
  T kept, even;  // 1 - smoothing, smoothing / classes

  CrossEntropyTarget(const kernels::CrossEntropyForm& form, const Tensor& target, const Tensor& weights,
                     std::int64_t columns)
      : classes(is_floating(target.dtype()) ? nullptr : static_cast<const std::int64_t*>(target.raw_data())),
        probabilities(classes != nullptr ? nullptr : static_cast<const T*>(target.raw_data())),
        weight(static_cast<const T*>(weights.raw_data())),
        columns(columns),
        ignore_index(form.ignore_index),
        kept(static_cast<T>(1 - form.label_smoothing)),
        even(static_cast<T>(form.label_smoothing / static_cast<double>(columns))) {}

  /// All that counts of a row is its class.
  HOST_DEVICE bool is_single() const { return classes != nullptr && even == T(0); }
  HOST_DEVICE bool ignores(std::int64_t row) const {
    return classes != nullptr && classes[row] == ignore_index;
  }
  HOST_DEVICE T weight_of(std::int64_t column) const { return weight != nullptr ? weight[column] : T(1); }
  /// What the row counts in a mean.
  HOST_DEVICE T row_weight(std::int64_t row) const {
    return classes != nullptr ? weight_of(classes[row]) : T(1);
  }
  /// The target's share q of a class.
  HOST_DEVICE T share(std::int64_t row, std::int64_t column) const {
    const T target = classes != nullptr ? T(column == classes[row]) : probabilities[row * columns + column];
    return weight_of(column) * (kept * target + even);
  }
};

}  // namespace tinytorch::math
