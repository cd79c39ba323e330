#pragma once

/// Marks a formula that both kinds of device compute. On the host it must be inlined: the CPU kernels are
/// compiled once for each instruction set, and an instance that the linker shares between them would be the
/// wrong one for some.
#ifdef __CUDACC__
#define HOST_DEVICE __host__ __device__ __forceinline__
/// Unrolls the next loop, of ten rounds.
#define UNROLL_TEN _Pragma("unroll 10")
/// Unrolls the next loop by four: more would take registers that it has no use for.
#define UNROLL_FOUR _Pragma("unroll 4")
/// Unrolls the next loop whole: what its counter selects can then be registers.
#define UNROLL _Pragma("unroll")
#else
#define HOST_DEVICE [[gnu::always_inline]] inline
#define UNROLL_TEN _Pragma("GCC unroll 10")
#define UNROLL_FOUR _Pragma("GCC unroll 4")
#define UNROLL _Pragma("GCC unroll 8")
#endif
