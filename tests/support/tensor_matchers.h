#pragma once

#include <gtest/gtest.h>

#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <typeinfo>

#include "core/tensor.h"

// Assertions about Tensors and Variables on any device. The expected value may be a braced list:
//     EXPECT_TENSOR_NEAR(x.grad(), {{1.0, 2.0}, {3.0, 4.0}});

/// Expects equal shapes and dtypes, and |actual - expected| <= tolerance * max(1, |expected|) for each
/// element. The tolerance is an optional third argument; its default is 1e-5 for f32, 1e-10 for f64 and 0 for
/// integers and bool. Infinities must be equal. NaN is near nothing.
#define EXPECT_TENSOR_NEAR(...) EXPECT_TRUE(::tinytorch::testing::tensors_near(__VA_ARGS__))
#define ASSERT_TENSOR_NEAR(...) ASSERT_TRUE(::tinytorch::testing::tensors_near(__VA_ARGS__))

/// Expects equal shapes, dtypes and elements; NaN equals NaN, and 0 equals -0.
#define EXPECT_TENSOR_EQ(...) EXPECT_TRUE(::tinytorch::testing::tensors_equal(__VA_ARGS__))
#define ASSERT_TENSOR_EQ(...) ASSERT_TRUE(::tinytorch::testing::tensors_equal(__VA_ARGS__))

/// Expects that the statement throws an exception of exactly this type, whose what() is exactly this message.
#define EXPECT_ERROR(statement, Type, message) \
  EXPECT_TRUE(                                 \
      ::tinytorch::testing::throws([&] { static_cast<void>(statement); }, typeid(Type), #Type, message))

namespace tinytorch::testing {

namespace detail {
::testing::AssertionResult compare_near(const Tensor& actual, const Tensor& expected,
                                        std::optional<double> tolerance);
::testing::AssertionResult compare_equal(const Tensor& actual, const Tensor& expected);

inline const Tensor& tensor_of(const Tensor& x) { return x; }
template <class V>
requires(!std::is_same_v<V, Tensor>) const Tensor& tensor_of(const V& x) { return x.value(); }
}  // namespace detail

// The default of Expected is the type of a braced list.
template <class Actual, class Expected = Tensor>
::testing::AssertionResult tensors_near(const Actual& actual, const Expected& expected,
                                        std::optional<double> tolerance = {}) {
  return detail::compare_near(detail::tensor_of(actual), detail::tensor_of(expected), tolerance);
}

template <class Actual, class Expected = Tensor>
::testing::AssertionResult tensors_equal(const Actual& actual, const Expected& expected) {
  return detail::compare_equal(detail::tensor_of(actual), detail::tensor_of(expected));
}

::testing::AssertionResult throws(const std::function<void()>& statement, const std::type_info& type,
                                  const char* type_name, const std::string& message);

}  // namespace tinytorch::testing
