#pragma once

// Internal and not installed, so that users of the library do not need fmt.

#include <fmt/format.h>

#include <cmath>
#include <string>
#include <string_view>
#include <utility>

#include "core/device.h"
#include "core/dims.h"
#include "core/dtype.h"
#include "core/error.h"
#include "core/op_scope.h"

namespace tinytorch {

/// Throws E("[op] message"), with the op that OpScope names where there is one.
template <class E, class... Args>
[[noreturn]] void fail(std::string_view op, fmt::format_string<Args...> format, Args&&... args) {
  if (const char* const called = OpScope::current()) op = called;
  throw E(fmt::format("[{}] {}", op, fmt::format(format, std::forward<Args>(args)...)));
}

/// The value as it is printed: a NaN as nan, never as -nan, which fmt would print where the sign bit is set.
inline double without_nan_sign(double value) { return std::isnan(value) ? std::abs(value) : value; }

}  // namespace tinytorch

template <>
struct fmt::formatter<tinytorch::Dims> : fmt::formatter<std::string> {
  auto format(const tinytorch::Dims& dims, format_context& context) const {
    return formatter<std::string>::format(tinytorch::to_string(dims), context);
  }
};

template <>
struct fmt::formatter<tinytorch::DType> : fmt::formatter<std::string_view> {
  auto format(tinytorch::DType dtype, format_context& context) const {
    return formatter<std::string_view>::format(tinytorch::name(dtype), context);
  }
};

template <>
struct fmt::formatter<tinytorch::Device> : fmt::formatter<std::string> {
  auto format(tinytorch::Device device, format_context& context) const {
    return formatter<std::string>::format(tinytorch::to_string(device), context);
  }
};
