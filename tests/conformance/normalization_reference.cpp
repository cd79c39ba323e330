#include "tests/conformance/normalization_reference.h"

#include <cmath>

namespace tinytorch::conformance {

namespace {

std::size_t product(const Shape& shape, int from, int to) {
  std::size_t result = 1;
  for (int i = from; i < to; ++i) result *= static_cast<std::size_t>(shape[i]);
  return result;
}

long double scale(const Statistics& s, std::size_t set) { return 1 / std::sqrt(s.variance[set] + kEpsilon); }

}  // namespace

Cut by_sample(const Shape& x, int axes) {
  const int lead = x.size() - axes;
  return {Cut::Together::sample, product(x, 0, lead), product(x, lead, x.size()), 1, 1};
}
Cut by_channel(const Shape& x) {
  return {Cut::Together::channel, product(x, 0, 1), product(x, 1, 2), product(x, 2, x.size()), 1};
}
Cut by_group(const Shape& x, std::size_t groups) {
  return {Cut::Together::group, product(x, 0, 1), product(x, 1, 2), product(x, 2, x.size()), groups};
}

Statistics statistics_of(const Cut& cut, const Array& x, bool centered) {
  const std::vector<long double> none(cut.sets(), 0);
  Statistics s{none, none, none};
  for (std::size_t i = 0; i < x.values.size(); ++i) {
    s.count[cut.set(i)] += 1;
    if (centered) s.mean[cut.set(i)] += x.values[i];
  }
  for (std::size_t k = 0; k < cut.sets(); ++k) s.mean[k] /= s.count[k];
  for (std::size_t i = 0; i < x.values.size(); ++i) {
    const long double distance = x.values[i] - s.mean[cut.set(i)];
    s.variance[cut.set(i)] += distance * distance;
  }
  for (std::size_t k = 0; k < cut.sets(); ++k) s.variance[k] /= s.count[k];
  return s;
}

Statistics given(const Array& mean, const Array& variance) {
  return {{mean.values.begin(), mean.values.end()}, {variance.values.begin(), variance.values.end()}, {}};
}

Array normalized(const Cut& cut, const Array& x, const Statistics& s) {
  Array y = x;
  for (std::size_t i = 0; i < x.values.size(); ++i) {
    const std::size_t set = cut.set(i);
    y.values[i] = static_cast<double>((x.values[i] - s.mean[set]) * scale(s, set));
  }
  return y;
}

Array affine(const Cut& cut, Array y, const Array& weight, const Array& bias) {
  for (std::size_t i = 0; i < y.values.size(); ++i) {
    y.values[i] = y.values[i] * weight.values[cut.channel(i)] + bias.values[cut.channel(i)];
  }
  return y;
}

// A set's Jacobian is that of n = (x - m) s:
// dn_j/dx_i = s ((i == j) - 1/count - n_i n_j / count), without the second term for a mean of 0 and without
// both for constants.
Array gradients(const Cut& cut, const Array& x, const Statistics& s, const Array& weight, const Array& grad,
                bool centered, bool constant) {
  const Array n = normalized(cut, x, s);
  std::vector<long double> sum(cut.sets(), 0), sum_n(cut.sets(), 0), dw(cut.channels, 0), db(cut.channels, 0);
  const auto pulled = [&](std::size_t i) -> long double {
    return static_cast<long double>(grad.values[i]) * weight.values[cut.channel(i)];
  };
  for (std::size_t i = 0; i < x.values.size(); ++i) {
    sum[cut.set(i)] += pulled(i);
    sum_n[cut.set(i)] += pulled(i) * n.values[i];
    dw[cut.channel(i)] += static_cast<long double>(grad.values[i]) * n.values[i];
    db[cut.channel(i)] += grad.values[i];
  }
  Array all{{static_cast<std::int64_t>(x.values.size() + 2 * cut.channels)}, {}};
  for (std::size_t i = 0; i < x.values.size(); ++i) {
    const std::size_t set = cut.set(i);
    long double dx = pulled(i);
    if (!constant) dx -= ((centered ? sum[set] : 0) + n.values[i] * sum_n[set]) / s.count[set];
    all.values.push_back(static_cast<double>(dx * scale(s, set)));
  }
  for (const auto& part : {dw, db}) all.values.insert(all.values.end(), part.begin(), part.end());
  return all;
}

}  // namespace tinytorch::conformance
