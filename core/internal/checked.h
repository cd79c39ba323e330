#pragma once

#include <cstdint>

#include "core/internal/format.h"

// Internal: arithmetic on sizes that users give, which may be as large as they like.
namespace tinytorch {

/// a + b.
/// @throws ShapeError  it does not fit into 63 bits
inline std::int64_t checked_add(const char* op, std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum))
    fail<ShapeError>(op, "the size {} + {} takes more than 63 bits", a, b);
  return sum;
}

/// a * b.
/// @throws ShapeError  it does not fit into 63 bits
inline std::int64_t checked_mul(const char* op, std::int64_t a, std::int64_t b) {
  std::int64_t product = 0;
  if (__builtin_mul_overflow(a, b, &product))
    fail<ShapeError>(op, "the size {} * {} takes more than 63 bits", a, b);
  return product;
}

}  // namespace tinytorch
