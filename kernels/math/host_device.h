#pragma once

/// Marks a function for host and device. On the host it must be inlined: the CPU kernels are compiled once
/// for each instruction set, and the linker would merge out-of-line instances into one, which is wrong for
/// the other sets.
#ifdef __CUDACC__
#define HOST_DEVICE __host__ __device__ __forceinline__
/// Unrolls the next loop, of ten iterations.
#define UNROLL_TEN _Pragma("unroll 10")
/// Unrolls the next loop by four, where more would waste registers.
#define UNROLL_FOUR _Pragma("unroll 4")
/// Unrolls the next loop fully, so that arrays indexed by its counter can be registers.
#define UNROLL _Pragma("unroll")
#else
#define HOST_DEVICE [[gnu::always_inline]] inline
#define UNROLL_TEN _Pragma("GCC unroll 10")
#define UNROLL_FOUR _Pragma("GCC unroll 4")
#define UNROLL _Pragma("GCC unroll 8")
#endif

// The formulas of the headers *-inl.h are compiled for scalars on CUDA, and on the CPU once for each
// instruction set; most are for Vectors (kernels/cpu/vector-inl.h), too. What they use of their type beyond
// its operators is in kernels/math/scalar-inl.h. kernels/cpu/vector-inl.h redefines BEGIN_MATH and END_MATH,
// so include it before them.
namespace tinytorch::math {}
#ifndef BEGIN_MATH
#define BEGIN_MATH namespace tinytorch::math {
#define END_MATH }
#endif
