#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/cuda/elementwise.h"

// Rows that are short enough for a warp's registers, a warp each.
namespace tinytorch::cuda {

/// Calls f<numbers a lane>() where `columns` of type T are so few.
template <class T, class F>
bool as_short_rows(std::int64_t columns, const F& f) {
  constexpr int kMost = sizeof(T) == 8 ? 8 : 32;  // else too many registers for two blocks at once
  if (columns > kMost * kWarp) return false;
  if (columns <= 4 * kWarp) {
    f.template operator()<4>();
  } else {
    f.template operator()<kMost>();
  }
  return true;
}

inline dim3 short_rows_block(std::int64_t rows) {
  return dim3(kWarp, static_cast<unsigned>(std::min<std::int64_t>(rows, kWarpsABlock)));
}

}  // namespace tinytorch::cuda
