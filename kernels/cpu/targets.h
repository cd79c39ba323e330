#pragma once

/// The instruction sets that each file of kernels/cpu is compiled for: what the compiler may assume anyway,
/// AVX2 and AVX-512 on x86, NEON on Arm. Each is another compilation, so the many between them are left out.
/// To be included before hwy/foreach_target.h and after HWY_TARGET_INCLUDE was set to the including file.
/// The ordinary headers come first: what is first included from Highway's, a system header, is lost to
/// warnings and to -MMD's dependencies. Bits 0 to 7 are the x86 targets beyond AVX3, of which each version of
/// Highway knows others.
#define HWY_DISABLED_TARGETS (0xffLL | HWY_SSSE3 | HWY_SSE4 | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)

// Tells the compiler that no turn of the next loop needs another's result: an output that is also an input is
// it exactly.
#ifdef __clang__
#define INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define INDEPENDENT _Pragma("GCC ivdep")
#endif
