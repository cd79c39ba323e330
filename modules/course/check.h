#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <sstream>
#include <string>

// What the checks of exercises say. One failure is enough: a check stops at its first.
namespace tinytorch::course {

inline std::string text_of(double value) {
  std::ostringstream out;
  out.precision(8);
  if (std::isnan(value)) {
    out << "NaN";
  } else {
    out << value;
  }
  return out.str();
}

inline std::string text_of(std::span<const float> values) {
  constexpr std::size_t kMost = 8;
  std::string text;
  for (std::size_t i = 0; i < values.size() && i < kMost; ++i)
    text += (i > 0 ? ", " : "") + text_of(values[i]);
  return '{' + text + (values.size() > kMost ? ", ...}" : "}");
}

/// Whether both are the same number up to the relative error, or both NaN.
inline bool agree(double value, double expected, double relative) {
  if (std::isnan(expected)) return std::isnan(value);
  if (std::isinf(expected)) return value == expected;
  return value == expected || std::abs(value - expected) <= relative * std::abs(expected);
}

/// Fails unless function(arguments) gave `value`, which has to be expected up to the relative error. Two
/// roundings of a float are 1.2e-7.
inline void check(const std::string& function, std::initializer_list<double> arguments, double value,
                  double expected, double relative = 1e-6) {
  if (agree(value, expected, relative)) return SUCCEED();
  std::string list;
  for (const double argument : arguments) list += (list.empty() ? "" : ", ") + text_of(argument);
  FAIL() << function << '(' << list << ") is " << text_of(value) << ", expected " << text_of(expected);
}

/// Fails unless function(arguments) gave these values, and no more. An error of `relative` times the largest
/// is allowed in each.
inline void check(const std::string& function, std::initializer_list<std::span<const float>> arguments,
                  std::span<const float> values, std::span<const float> expected, double relative = 1e-6) {
  double largest = 0;
  for (const float value : expected) {
    if (std::isfinite(value)) largest = std::max(largest, static_cast<double>(std::abs(value)));
  }
  const auto agree_at = [&](std::size_t i) {
    return agree(values[i], expected[i], relative) || std::abs(values[i] - expected[i]) <= relative * largest;
  };
  const std::size_t shared = std::min(values.size(), expected.size());
  std::size_t i = 0;
  while (i < shared && agree_at(i)) ++i;
  std::string difference;
  if (values.size() != expected.size()) {
    difference =
        ": it has " + std::to_string(values.size()) + " elements, not " + std::to_string(expected.size());
  } else if (i == shared) {
    return SUCCEED();
  } else if (shared > 1) {
    difference = ": they differ at " + std::to_string(i);
  }
  std::string list;
  for (const auto& argument : arguments) list += (list.empty() ? "" : ", ") + text_of(argument);
  FAIL() << function << '(' << list << ") is " << text_of(values) << ", expected " << text_of(expected)
         << difference;
}

}  // namespace tinytorch::course
