#pragma once

/// The Highway targets (instruction sets) that each file of kernels/cpu is compiled for: the compiler's
/// baseline, AVX2 and AVX-512 on x86, NEON on Arm. Each target is one more compilation, so the targets
/// between them are disabled. Include this file before hwy/foreach_target.h and after defining
/// HWY_TARGET_INCLUDE as the including file. The project's headers come before Highway's:
/// hwy/foreach_target.h is a system header, so a header that it includes first gets no warnings and is
/// missing from -MMD's dependencies. Bits 0 to 7 are the x86 targets beyond AVX3; which of them exist depends
/// on the version of Highway.
#define HWY_DISABLED_TARGETS (0xffLL | HWY_SSSE3 | HWY_SSE4 | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)

// Tells the compiler that the iterations of the next loop are independent (no loop-carried dependence): an
// output that aliases an input has exactly its elements.
#ifdef __clang__
#define INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define INDEPENDENT _Pragma("GCC ivdep")
#endif
