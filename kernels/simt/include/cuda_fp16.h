#pragma once

// CUDA's header for the emulated device: half precision, 11 bits of precision. See kernels/simt/README.md.
#include "simt/small_float.h"
#include "simt/vector_types.h"

// NOLINTBEGIN(bugprone-reserved-identifier, readability-identifier-naming)

using __half = simt::SmallFloat<simt::HalfFormat>;
using __half2 = simt::SmallFloat2<simt::HalfFormat>;
using half = __half;
using half2 = __half2;

inline __half __float2half(float x) { return x; }
inline __half __float2half_rn(float x) { return x; }
inline __half __double2half(double x) { return x; }
inline __half __int2half_rn(int x) { return x; }
inline float __half2float(__half x) { return x; }
inline unsigned short __half_as_ushort(__half x) { return x.bits(); }
inline __half __ushort_as_half(unsigned short bits) { return __half::from_bits(bits); }

inline __half2 __halves2half2(__half x, __half y) { return {x, y}; }
inline __half2 __half2half2(__half x) { return {x, x}; }
inline __half2 __float2half2_rn(float x) { return {x, x}; }
inline __half2 __floats2half2_rn(float x, float y) { return {x, y}; }
inline __half2 __float22half2_rn(float2 v) { return {v.x, v.y}; }
inline float2 __half22float2(__half2 v) { return {v.x, v.y}; }
inline __half __low2half(__half2 v) { return v.x; }
inline __half __high2half(__half2 v) { return v.y; }

inline __half hexp(__half x) { return std::exp(static_cast<float>(x)); }
inline __half hlog(__half x) { return std::log(static_cast<float>(x)); }
inline __half hsqrt(__half x) { return std::sqrt(static_cast<float>(x)); }
inline __half hrsqrt(__half x) { return 1.0F / std::sqrt(static_cast<float>(x)); }

// NOLINTEND(bugprone-reserved-identifier, readability-identifier-naming)
