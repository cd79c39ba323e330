#pragma once

#include <cstddef>
#include <vector>

#include "tests/conformance/array.h"

// Normalizations by their definitions, in long double.
namespace tinytorch::conformance {

inline constexpr double kEpsilon = 1e-5;

/// x as [samples, channels, inner], and which of its elements are normalized together: a group.
struct Grouping {
  enum class By { sample, channel_group, channel } by = By::sample;
  std::size_t samples = 1, channels = 1, inner = 1, channel_groups = 1;

  std::size_t channel(std::size_t i) const { return i / inner % channels; }
  /// The group of element i.
  std::size_t group(std::size_t i) const {
    const std::size_t sample = i / (inner * channels);
    if (by == By::sample) return sample;
    if (by == By::channel) return channel(i);
    return sample * channel_groups + channel(i) / (channels / channel_groups);
  }
  std::size_t groups() const { return by == By::channel ? channels : samples * channel_groups; }
};

/// A group is what the last `axes` axes span.
Grouping by_sample(const Shape& x, int axes);
Grouping by_channel(const Shape& x);
Grouping by_channel_group(const Shape& x, std::size_t channel_groups);

/// Of each group; NaN for an empty one. `size` is the number of its elements.
struct Statistics {
  std::vector<long double> mean, variance, size;
};
/// With centered = false the mean is 0.
Statistics statistics_of(const Grouping& grouping, const Array& x, bool centered = true);
/// The running statistics of a batch_norm.
Statistics running_statistics(const Array& mean, const Array& variance);

Array normalized(const Grouping& grouping, const Array& x, const Statistics& s);
Array affine(const Grouping& grouping, Array y, const Array& weight, const Array& bias);
/// The gradients of x, weight and bias, concatenated. With centered = false the mean is 0; with constant =
/// true the statistics do not depend on x.
Array gradients(const Grouping& grouping, const Array& x, const Statistics& s, const Array& weight,
                const Array& grad, bool centered = true, bool constant = false);

}  // namespace tinytorch::conformance
