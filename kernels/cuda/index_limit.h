#pragma once

#include <cstdint>
#include <limits>

namespace tinytorch::cuda {

/// Kernels whose offsets and sizes stay below this use 32-bit arithmetic. Tests lower it.
inline std::int64_t largest_index = std::numeric_limits<std::int32_t>::max();

}  // namespace tinytorch::cuda
