#include <algorithm>
#include <cstdint>

#include "kernels/product.h"

// Compiled once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/own_product.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "kernels/cpu/blocked_product-inl.h"
#include "kernels/cpu/dot_tiles-inl.h"
#include "kernels/cpu/own_product-inl.h"
#include "kernels/cpu/row_product-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

template <class T>
void clear_product(const Product<T>& p, std::int64_t y_row_stride) {
  for (std::int64_t i = 0; i < p.m; ++i) std::fill_n(p.y + i * y_row_stride, p.n, T(0));
}

}  // namespace

template <class T>
void own_product(const Product<T>& p, const ProductOptions& options) {
  if (p.k == 0) return options.accumulate ? void() : clear_product(p, options.y_row_stride);
  if (p.is_vector() && !options.accumulate && (p.m == 1 || options.y_row_stride == 1))
    return RowProduct<T>::run(p.m == 1 ? p : p.transposed());
  if (DotTiles<T>::is_faster(p) && p.k <= DotTiles<T>::max_terms(options.chain))
    return DotTiles<T>::run(p, options);
  BlockedProduct<T>(p, options).run();
}

template void own_product(const Product<float>&, const ProductOptions&);
template void own_product(const Product<double>&, const ProductOptions&);
template void own_product(const Product<std::int32_t>&, const ProductOptions&);
template void own_product(const Product<std::int64_t>&, const ProductOptions&);

}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
