#pragma once

#include "kernels/product.h"

namespace tinytorch::cpu {

/// An f32 product by oneDNN, which may use several threads; only defined in builds with oneDNN.
/// @return  false if the library failed
bool library_product(const Product<float>& product);

/// Whether this build has library_product().
#ifdef TINYTORCH_WITH_ONEDNN
inline constexpr bool kHasLibraryProduct = true;
#else
inline constexpr bool kHasLibraryProduct = false;
#endif

}  // namespace tinytorch::cpu
