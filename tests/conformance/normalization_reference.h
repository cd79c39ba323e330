#pragma once

#include <cstddef>
#include <vector>

#include "tests/conformance/array.h"

// Normalisations by their definitions, in long double.
namespace tinytorch::conformance {

inline constexpr double kEpsilon = 1e-5;

/// x as [samples, channels, inner], and which elements are normalised together.
struct Cut {
  enum class Together { sample, group, channel } together = Together::sample;
  std::size_t samples = 1, channels = 1, inner = 1, groups = 1;

  std::size_t channel(std::size_t i) const { return i / inner % channels; }
  std::size_t set(std::size_t i) const {
    const std::size_t sample = i / (inner * channels);
    if (together == Together::sample) return sample;
    if (together == Together::channel) return channel(i);
    return sample * groups + channel(i) / (channels / groups);
  }
  std::size_t sets() const { return together == Together::channel ? channels : samples * groups; }
};

/// Over the last axes, `axes` in number.
Cut by_sample(const Shape& x, int axes);
Cut by_channel(const Shape& x);
Cut by_group(const Shape& x, std::size_t groups);

/// For each set; of no elements NaN.
struct Statistics {
  std::vector<long double> mean, variance, count;
};
Statistics statistics_of(const Cut& cut, const Array& x, bool centered = true);
/// From the running statistics of a batch_norm.
Statistics given(const Array& mean, const Array& variance);

Array normalized(const Cut& cut, const Array& x, const Statistics& s);
Array affine(const Cut& cut, Array y, const Array& weight, const Array& bias);
/// The gradients of x, weight and bias, one behind the other; not centered: for a mean of 0, constant: for
/// statistics that do not follow from x.
Array gradients(const Cut& cut, const Array& x, const Statistics& s, const Array& weight, const Array& grad,
                bool centered = true, bool constant = false);

}  // namespace tinytorch::conformance
