#pragma once

// The specifiers that CUDA adds to C++ declarations. __noinline__ stays GNU's attribute: as a macro it would
// break <memory>. NOLINTBEGIN(bugprone-reserved-identifier)
#define __global__
#define __device__
#define __host__
#define __forceinline__ inline __attribute__((always_inline))
#define __launch_bounds__(...)
#define __constant__ static
#define __align__(n) alignas(n)
#define __grid_constant__
// NOLINTEND(bugprone-reserved-identifier)
