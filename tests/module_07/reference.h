#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "modules/07_attention/attention.h"

// Attention that is written otherwise than the lesson's, to compare with.
namespace attention {

using Floats = std::vector<float>;

/// Numbers in [-1, 1).
inline Floats numbers(int size, unsigned seed) {
  Floats values(static_cast<std::size_t>(size));
  for (float& each : values) {
    seed = seed * 1664525 + 1013904223;
    each = static_cast<float>(seed >> 16) / 32768 - 1;
  }
  return values;
}

struct Operands {
  explicit Operands(const Sizes& s, float factor = 1)
      : q(numbers(s.queries * s.width, 1)),
        k(numbers(s.keys * s.width, 2)),
        v(numbers(s.keys * s.value_width, 3)) {
    for (float& each : k) each *= factor;
  }
  Floats q, k, v;
};

inline Floats reference(const Sizes& s, const Operands& in) {
  Floats y;
  for (int i = 0; i < s.queries; ++i) {
    std::vector<long double> scores;
    for (int j = 0; j < s.keys; ++j) {
      if (s.causal && j > i + s.offset) continue;
      long double score = 0;
      for (int l = 0; l < s.width; ++l)
        score += static_cast<long double>(in.q[static_cast<std::size_t>(i * s.width + l)]) *
                 in.k[static_cast<std::size_t>(j * s.width + l)];
      scores.push_back(score * static_cast<long double>(s.scale));
    }
    for (int l = 0; l < s.value_width; ++l) {
      long double sum = 0, value = 0;
      for (std::size_t j = 0; j < scores.size(); ++j) {
        const long double weight =
            std::exp(scores[j] - scores[0]);  // a long double does not overflow so soon
        sum += weight;
        value += weight * in.v[j * static_cast<std::size_t>(s.value_width) + static_cast<std::size_t>(l)];
      }
      y.push_back(scores.empty() ? 0 : static_cast<float>(value / sum));
    }
  }
  return y;
}

}  // namespace attention
