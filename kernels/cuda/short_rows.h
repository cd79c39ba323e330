#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/cuda/elementwise.h"

// Rows that are short enough for the registers of one warp.
namespace tinytorch::cuda {

/// Calls f<elements per lane>() and returns true if a row of `columns` elements of type T fits a warp's
/// registers; else returns false.
template <class T, class F>
bool dispatch_short_rows(std::int64_t columns, const F& f) {
  constexpr int kMaxPerLane =
      sizeof(T) == 8 ? 8 : 32;  // more would take too many registers for two resident blocks
  if (columns > kMaxPerLane * kWarp) return false;
  if (columns <= 4 * kWarp) {
    f.template operator()<4>();
  } else {
    f.template operator()<kMaxPerLane>();
  }
  return true;
}

/// The shape of a block that has one warp per row.
inline dim3 short_rows_block(std::int64_t rows) {
  return dim3(kWarp, static_cast<unsigned>(std::min<std::int64_t>(rows, kWarpsPerBlock)));
}

}  // namespace tinytorch::cuda
