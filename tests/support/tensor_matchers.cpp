#include "tests/support/tensor_matchers.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace tinytorch::testing {
namespace {

double default_tolerance(DType dtype) {
  if (!is_floating(dtype)) return 0;
  return dtype == DType::f64 ? 1e-10 : 1e-5;
}

::testing::AssertionResult differ(const Tensor& actual, const Tensor& expected) {
  const auto show = [](const Tensor& x) {
    if (!x.defined()) return std::string("undefined");
    return std::string(name(x.dtype())) + " " + to_string(x.shape()) + " on " + to_string(x.device()) + "\n" +
           to_string(x);
  };
  return ::testing::AssertionFailure()
         << "actual: " << show(actual) << "\nexpected: " << show(expected) << "\n";
}

/// The index of the element at a row-major offset, as "[1, 2]".
std::string index_text(std::int64_t offset, const Shape& shape) {
  Dims index = shape;
  for (int axis = shape.size() - 1; axis >= 0; --axis) {
    index[axis] = offset % shape[axis];
    offset /= shape[axis];
  }
  return to_string(index);
}

/// Compares each pair of elements as T.
template <class T, class Same>
::testing::AssertionResult compare_elements(const Tensor& actual, const Tensor& expected, Same same) {
  const std::vector<T> a = actual.to_vector<T>();
  const std::vector<T> e = expected.to_vector<T>();
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (same(a[i], e[i])) continue;
    auto result = differ(actual, expected);
    result << "they first differ at " << index_text(static_cast<std::int64_t>(i), actual.shape()) << ": ";
    result << ::testing::PrintToString(a[i]) << ", expected " << ::testing::PrintToString(e[i]);
    if constexpr (std::is_floating_point_v<T>) result << ", off by " << std::abs(a[i] - e[i]);
    return result;
  }
  return ::testing::AssertionSuccess();
}

template <class Same>
::testing::AssertionResult compare(const Tensor& actual, const Tensor& expected, Same same) {
  if (!actual.defined() || !expected.defined()) {
    if (actual.defined() == expected.defined()) return ::testing::AssertionSuccess();
    return differ(actual, expected) << "one of them is undefined";
  }
  if (actual.shape() != expected.shape()) return differ(actual, expected) << "their shapes differ";
  if (actual.dtype() != expected.dtype()) return differ(actual, expected) << "their dtypes differ";
  const Tensor a = actual.to(Device::cpu());
  const Tensor e = expected.to(Device::cpu());
  // i64 represents each integer exactly, f64 each floating value.
  if (is_floating(a.dtype())) return compare_elements<double>(a, e, same);
  return compare_elements<std::int64_t>(a, e, same);
}

}  // namespace

namespace detail {

::testing::AssertionResult compare_near(const Tensor& actual, const Tensor& expected,
                                        std::optional<double> tolerance) {
  const double bound = tolerance.value_or(default_tolerance(expected.dtype()));
  auto result = compare(actual, expected, [bound](auto a, auto e) {
    if (a == e) return true;
    const double x = static_cast<double>(a);
    const double y = static_cast<double>(e);
    return std::isfinite(y) && std::abs(x - y) <= bound * std::max(1.0, std::abs(y));
  });
  if (!result) result << "; tolerance " << bound;
  return result;
}

::testing::AssertionResult compare_equal(const Tensor& actual, const Tensor& expected) {
  return compare(actual, expected, [](auto a, auto e) { return a == e || (a != a && e != e); });
}

}  // namespace detail

::testing::AssertionResult throws(const std::function<void()>& statement, const std::type_info& type,
                                  const char* type_name, const std::string& message) {
  try {
    statement();
  } catch (const std::exception& error) {
    if (typeid(error) == type && error.what() == message) return ::testing::AssertionSuccess();
    const char* other = typeid(error) == type ? type_name : typeid(error).name();
    return ::testing::AssertionFailure()
           << "threw " << other << ": " << error.what() << "\nexpected " << type_name << ": " << message;
  }
  return ::testing::AssertionFailure() << "threw nothing\nexpected " << type_name << ": " << message;
}

}  // namespace tinytorch::testing
