// Matrix products by our own kernels, declared once for each instruction set: see kernels/cpu/targets.h.

#include <cstdint>

#include "kernels/product.h"

#if defined(TINYTORCH_CPU_OWN_PRODUCT_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TINYTORCH_CPU_OWN_PRODUCT_INL_H
#undef TINYTORCH_CPU_OWN_PRODUCT_INL_H
#else
#define TINYTORCH_CPU_OWN_PRODUCT_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {

/// A multiple of each chain of ProductOptions: where k is divided.
inline constexpr std::int64_t kSumUnit = 4 * kExactChain;

/// How a product is computed.
struct ProductOptions {
  std::int64_t y_row_stride;
  bool accumulate = false;        // y += a b
  bool may_allocate = false;      // not within parallel_for(), where allocations must not fail
  std::int64_t chain = kSumUnit;  // the number of terms that are added one after another; it divides kSumUnit
};

/// The product by our own kernels, for f32, f64, i32 and i64; y becomes zeros where k is 0. For f32, k is at
/// most kLongSum. The order in which the terms of an element are added does not depend on the number of
/// threads.
template <class T>
void own_product(const Product<T>& p, const ProductOptions& options);

}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
