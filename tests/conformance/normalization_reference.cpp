#include "tests/conformance/normalization_reference.h"

#include <cmath>

namespace tinytorch::conformance {

namespace {

std::size_t product(const Shape& shape, int from, int to) {
  std::size_t result = 1;
  for (int i = from; i < to; ++i) result *= static_cast<std::size_t>(shape[i]);
  return result;
}

/// What each group's distances from the mean are multiplied by.
std::vector<long double> scales(const Statistics& s) {
  std::vector<long double> result;
  for (const long double variance : s.variance) result.push_back(1 / std::sqrt(variance + kEpsilon));
  return result;
}

}  // namespace

Grouping by_sample(const Shape& x, int axes) {
  const int lead = x.size() - axes;
  return {Grouping::By::sample, product(x, 0, lead), product(x, lead, x.size()), 1, 1};
}
Grouping by_channel(const Shape& x) {
  return {Grouping::By::channel, product(x, 0, 1), product(x, 1, 2), product(x, 2, x.size()), 1};
}
Grouping by_channel_group(const Shape& x, std::size_t channel_groups) {
  return {Grouping::By::channel_group, product(x, 0, 1), product(x, 1, 2), product(x, 2, x.size()),
          channel_groups};
}

Statistics statistics_of(const Grouping& grouping, const Array& x, bool centered) {
  const std::vector<long double> zeros(grouping.groups(), 0);
  Statistics s{zeros, zeros, zeros};
  for (std::size_t i = 0; i < x.values.size(); ++i) {
    s.size[grouping.group(i)] += 1;
    if (centered) s.mean[grouping.group(i)] += x.values[i];
  }
  for (std::size_t k = 0; k < grouping.groups(); ++k) s.mean[k] /= s.size[k];
  for (std::size_t i = 0; i < x.values.size(); ++i) {
    const long double distance = x.values[i] - s.mean[grouping.group(i)];
    s.variance[grouping.group(i)] += distance * distance;
  }
  for (std::size_t k = 0; k < grouping.groups(); ++k) s.variance[k] /= s.size[k];
  return s;
}

Statistics running_statistics(const Array& mean, const Array& variance) {
  return {{mean.values.begin(), mean.values.end()}, {variance.values.begin(), variance.values.end()}, {}};
}

Array normalized(const Grouping& grouping, const Array& x, const Statistics& s) {
  Array y = x;
  const std::vector<long double> scale = scales(s);
  for (std::size_t i = 0; i < x.values.size(); ++i) {
    const std::size_t group = grouping.group(i);
    y.values[i] = static_cast<double>((x.values[i] - s.mean[group]) * scale[group]);
  }
  return y;
}

Array affine(const Grouping& grouping, Array y, const Array& weight, const Array& bias) {
  for (std::size_t i = 0; i < y.values.size(); ++i) {
    y.values[i] = y.values[i] * weight.values[grouping.channel(i)] + bias.values[grouping.channel(i)];
  }
  return y;
}

// Within a group n = (x - m) s has the Jacobian
// dn_j/dx_i = s ((i == j) - 1/size - n_i n_j / size). The second term is absent for a mean of 0, the second
// and third for constant statistics.
Array gradients(const Grouping& grouping, const Array& x, const Statistics& s, const Array& weight,
                const Array& grad, bool centered, bool constant) {
  const Array n = normalized(grouping, x, s);
  const std::vector<long double> scale = scales(s);
  std::vector<long double> sum(grouping.groups(), 0), sum_n(grouping.groups(), 0), dw(grouping.channels, 0),
      db(grouping.channels, 0);
  const auto weighted = [&](std::size_t i) -> long double {
    return static_cast<long double>(grad.values[i]) * weight.values[grouping.channel(i)];
  };
  for (std::size_t i = 0; i < x.values.size(); ++i) {
    sum[grouping.group(i)] += weighted(i);
    sum_n[grouping.group(i)] += weighted(i) * n.values[i];
    dw[grouping.channel(i)] += static_cast<long double>(grad.values[i]) * n.values[i];
    db[grouping.channel(i)] += grad.values[i];
  }
  Array all{{static_cast<std::int64_t>(x.values.size() + 2 * grouping.channels)}, {}};
  for (std::size_t i = 0; i < x.values.size(); ++i) {
    const std::size_t group = grouping.group(i);
    long double dx = weighted(i);
    if (!constant) dx -= ((centered ? sum[group] : 0) + n.values[i] * sum_n[group]) / s.size[group];
    all.values.push_back(static_cast<double>(dx * scale[group]));
  }
  for (const auto& sums : {dw, db}) all.values.insert(all.values.end(), sums.begin(), sums.end());
  return all;
}

}  // namespace tinytorch::conformance
