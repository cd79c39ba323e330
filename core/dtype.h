#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iosfwd>

namespace tinytorch {

/// The data type of a tensor's elements. The enumerators are in order of promotion: an op on two dtypes
/// computes in the later one (bool < u8 < i32 < i64 < f16 < bf16 < f32 < f64), except that f16 with bf16
/// gives f32. No tensor can have the dtype f16 or bf16 yet, because they have no kernels.
enum class DType : std::uint8_t { boolean, u8, i32, i64, f16, bf16, f32, f64 };

/// The name of a dtype: "bool", "u8", "i32", "i64", "f16", "bf16", "f32" or "f64".
const char* name(DType dtype);
/// Prints name(dtype).
std::ostream& operator<<(std::ostream& out, DType dtype);

/// The size of one element in bytes.
std::size_t size_of(DType dtype);

/// True for f16, bf16, f32 and f64.
bool is_floating(DType dtype);

/// True for u8, i32 and i64.
bool is_integer(DType dtype);

/// The dtype in which an op on `a` and `b` computes. As in PyTorch, and unlike in NumPy, an integer dtype
/// never widens a floating one: i64 with f32 gives f32.
/// ```cpp
/// std::cout << promote(DType::i64, DType::f32);  // f32
/// ```
DType promote(DType a, DType b);

/// A C++ type that can be an element of a tensor.
template <class T>
concept Element = std::same_as<T, bool> || std::same_as<T, std::uint8_t> || std::same_as<T, std::int32_t> ||
    std::same_as<T, std::int64_t> || std::same_as<T, float> || std::same_as<T, double>;

/// The DType of elements of the C++ type T.
template <Element T>
inline constexpr DType dtype_of = DType::f64;
template <>
inline constexpr DType dtype_of<bool> = DType::boolean;
template <>
inline constexpr DType dtype_of<std::uint8_t> = DType::u8;
template <>
inline constexpr DType dtype_of<std::int32_t> = DType::i32;
template <>
inline constexpr DType dtype_of<std::int64_t> = DType::i64;
template <>
inline constexpr DType dtype_of<float> = DType::f32;

/// A set of element types for dispatch(): all of them.
struct AllTypes {
  static constexpr const char* kName = "any";
  template <Element T>
  static constexpr bool kHas = true;
};
/// A set of element types for dispatch(): all but bool.
struct NumericTypes {
  static constexpr const char* kName = "numeric";
  template <Element T>
  static constexpr bool kHas = !std::same_as<T, bool>;
};
/// A set of element types for dispatch(): the integers, without bool.
struct IntegerTypes {
  static constexpr const char* kName = "integer";
  template <Element T>
  static constexpr bool kHas = std::integral<T> && !std::same_as<T, bool>;
};
/// A set of element types for dispatch(): float and double.
struct FloatingTypes {
  static constexpr const char* kName = "floating";
  template <Element T>
  static constexpr bool kHas = std::floating_point<T>;
};

/// Throws the DTypeError of dispatch().
[[noreturn]] void fail_dispatch(DType dtype, const char* types);

/// Calls `f.template operator()<T>()` with the C++ type T of `dtype`, and returns its result. `Types` is the
/// set of types that f supports.
/// ```cpp
/// const Tensor x{1.5, 2.5};
/// std::cout << dispatch(x.dtype(), [&]<class T>() { return sizeof(T); });  // 4
/// ```
/// @throws DTypeError  `dtype` is not in `Types`
template <class Types = AllTypes, class F>
decltype(auto) dispatch(DType dtype, F&& f) {
  // Without a default, so that the compiler names a dtype that has no case.
  switch (dtype) {
    case DType::boolean:
      if constexpr (Types::template kHas<bool>)
        return f.template operator()<bool>();
      else
        break;
    case DType::u8:
      if constexpr (Types::template kHas<std::uint8_t>)
        return f.template operator()<std::uint8_t>();
      else
        break;
    case DType::i32:
      if constexpr (Types::template kHas<std::int32_t>)
        return f.template operator()<std::int32_t>();
      else
        break;
    case DType::i64:
      if constexpr (Types::template kHas<std::int64_t>)
        return f.template operator()<std::int64_t>();
      else
        break;
    case DType::f16:
    case DType::bf16:
      break;  // no kernels yet
    case DType::f32:
      if constexpr (Types::template kHas<float>)
        return f.template operator()<float>();
      else
        break;
    case DType::f64:
      if constexpr (Types::template kHas<double>)
        return f.template operator()<double>();
      else
        break;
  }
  fail_dispatch(dtype, Types::kName);
}

}  // namespace tinytorch
