#include "core/internal/stored_type.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include "core/internal/format.h"
#include "core/ops/copy.h"
#include "core/ops/creation.h"

namespace tinytorch {
namespace {

static_assert(std::endian::native == std::endian::little, "files are written in the order of this machine");

/// The value of an IEEE half-precision number.
float half_value(std::uint16_t bits) {
  const int exponent = (bits >> 10) & 0x1f, fraction = bits & 0x3ff;
  const float magnitude = exponent == 0x1f ? (fraction == 0 ? std::numeric_limits<float>::infinity()
                                                            : std::numeric_limits<float>::quiet_NaN())
                          : exponent == 0  ? std::ldexp(static_cast<float>(fraction), -24)
                                           : std::ldexp(static_cast<float>(fraction + 0x400), exponent - 25);
  return std::copysign(magnitude, (bits & 0x8000) != 0 ? -1.0f : 1.0f);
}

/// The value of a bfloat16: the upper half of an f32.
float bfloat16_value(std::uint16_t bits) { return std::bit_cast<float>(std::uint32_t{bits} << 16); }

/// Converts stored elements, which may be at the end of the memory of the result.
template <class From, class To, auto kConvert = [](From value) { return static_cast<To>(value); }>
void convert_stored(const FileErrors& errors, std::span<const std::byte> stored, void* result) {
  const std::size_t n = stored.size() / sizeof(From);
  for (std::size_t i = 0; i < n; ++i) {
    From value;
    std::memcpy(&value, stored.data() + i * sizeof(From), sizeof(From));
    if constexpr (std::is_same_v<From, std::uint64_t>) {
      if (!std::in_range<To>(value)) errors.error("holds {}, which i64 cannot hold", value);
    }
    static_cast<To*>(result)[i] = kConvert(value);
  }
}

constexpr std::array kStoredTypes{
    StoredType{"b1", "BOOL", 1, DType::boolean,
               convert_stored<std::uint8_t, bool, [](std::uint8_t value) { return value != 0; }>},
    StoredType{"u1", "U8", 1, DType::u8, nullptr},
    StoredType{"u2", "U16", 2, DType::i32, convert_stored<std::uint16_t, std::int32_t>},
    StoredType{"u4", "U32", 4, DType::i64, convert_stored<std::uint32_t, std::int64_t>},
    StoredType{"u8", "U64", 8, DType::i64, convert_stored<std::uint64_t, std::int64_t>},
    StoredType{"i1", "I8", 1, DType::i32, convert_stored<std::int8_t, std::int32_t>},
    StoredType{"i2", "I16", 2, DType::i32, convert_stored<std::int16_t, std::int32_t>},
    StoredType{"i4", "I32", 4, DType::i32, nullptr},
    StoredType{"i8", "I64", 8, DType::i64, nullptr},
    StoredType{"f2", "F16", 2, DType::f32, convert_stored<std::uint16_t, float, half_value>},
    StoredType{"", "BF16", 2, DType::f32, convert_stored<std::uint16_t, float, bfloat16_value>},
    StoredType{"f4", "F32", 4, DType::f32, nullptr},
    StoredType{"f8", "F64", 8, DType::f64, nullptr},
    StoredType{"", "F8_E4M3", 1, {}, nullptr},
    StoredType{"", "F8_E5M2", 1, {}, nullptr},
};

}  // namespace

std::span<const StoredType> stored_types() { return kStoredTypes; }

const StoredType& type_to_write(const char* op, DType dtype) {
  for (const StoredType& type : kStoredTypes) {
    if (type.dtype == dtype && (type.convert == nullptr || dtype == DType::boolean)) return type;
  }
  fail<DTypeError>(op, "{} cannot be written; files have elements of bool, u8, i32, i64, f32 or f64", dtype);
}

std::optional<std::size_t> stored_size(const Shape& shape, std::size_t element_size) {
  std::size_t bytes = element_size;
  if (std::find(shape.begin(), shape.end(), 0) != shape.end()) return 0;
  for (const std::int64_t length : shape) {
    if (__builtin_mul_overflow(bytes, static_cast<std::size_t>(length), &bytes)) return {};
  }
  return bytes;
}

Tensor read_elements(const FileErrors& errors, const StoredType& type, const Shape& shape,
                     const std::function<void(std::span<std::byte>)>& read) {
  Tensor x = empty(shape, {.dtype = *type.dtype});
  const auto n = static_cast<std::size_t>(x.numel());
  // Elements that are widened are read to the end of the memory.
  const std::size_t offset = n * (size_of(x.dtype()) - type.size);
  const std::span stored(static_cast<std::byte*>(x.raw_data()) + offset, n * type.size);
  read(stored);
  if (type.convert != nullptr) type.convert(errors, stored, x.raw_data());
  return x;
}

Tensor elements_to_write(const Tensor& x) { return contiguous(x.to(Device::cpu())); }

std::span<const std::byte> bytes_of(const Tensor& x) {
  return {static_cast<const std::byte*>(x.raw_data()),
          static_cast<std::size_t>(x.numel()) * size_of(x.dtype())};
}

}  // namespace tinytorch
