#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace tinytorch {

/// Element types. The order is the order of promotion: an op on two types works in the later one
/// (bool < u8 < i32 < i64 < f16 < bf16 < f32 < f64), except that f16 with bf16 gives f32.
/// f16 and bf16 have their place here; no kernel takes them yet.
enum class DType : std::uint8_t { boolean, u8, i32, i64, f16, bf16, f32, f64 };

/// "bool", "u8", "i32", "i64", "f16", "bf16", "f32" or "f64".
const char* name(DType dtype);

/// Bytes of one element.
std::size_t size_of(DType dtype);

/// True for f16, bf16, f32 and f64.
bool is_floating(DType dtype);

/// True for u8, i32 and i64.
bool is_integer(DType dtype);

/// The type in which an op on `a` and `b` computes. Unlike NumPy and like PyTorch, an integer
/// never widens a floating type: i64 with f32 gives f32.
DType promote(DType a, DType b);

namespace detail {
template <class T>
struct DTypeOf;
template <>
struct DTypeOf<bool> : std::integral_constant<DType, DType::boolean> {};
template <>
struct DTypeOf<std::uint8_t> : std::integral_constant<DType, DType::u8> {};
template <>
struct DTypeOf<std::int32_t> : std::integral_constant<DType, DType::i32> {};
template <>
struct DTypeOf<std::int64_t> : std::integral_constant<DType, DType::i64> {};
template <>
struct DTypeOf<float> : std::integral_constant<DType, DType::f32> {};
template <>
struct DTypeOf<double> : std::integral_constant<DType, DType::f64> {};
}  // namespace detail

/// The DType whose elements are of the C++ type T.
template <class T>
inline constexpr DType dtype_of = detail::DTypeOf<T>::value;

/// A C++ type that can be an element of a tensor.
template <class T>
concept Element = requires {
  detail::DTypeOf<T>::value;
};

/// Which element types a function takes.
struct AllTypes {};
struct FloatingTypes {};
struct NumericTypes {};

/// Calls `f.template operator()<T>()` with the C++ type of `dtype`.
/// The caller has checked that `dtype` is one of `Types` (f16 and bf16 never are, yet).
template <class Types = AllTypes, class F>
decltype(auto) dispatch(DType dtype, F&& f) {
  if constexpr (std::is_same_v<Types, AllTypes>) {
    if (dtype == DType::boolean) return f.template operator()<bool>();
  }
  if constexpr (!std::is_same_v<Types, FloatingTypes>) {
    if (dtype == DType::u8) return f.template operator()<std::uint8_t>();
    if (dtype == DType::i32) return f.template operator()<std::int32_t>();
    if (dtype == DType::i64) return f.template operator()<std::int64_t>();
  }
  if (dtype == DType::f32) return f.template operator()<float>();
  return f.template operator()<double>();
}

}  // namespace tinytorch
