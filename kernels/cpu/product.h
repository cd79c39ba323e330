#pragma once

#include "kernels/product.h"

namespace tinytorch::cpu {

/// f32 products in a library that is built for them; only in builds with oneDNN. It may use threads of its
/// own.
/// @return  false if the library failed
bool library_product(const Product<float>& product);

/// Whether this build has library_product().
#ifdef TINYTORCH_WITH_ONEDNN
inline constexpr bool kHasLibraryProduct = true;
#else
inline constexpr bool kHasLibraryProduct = false;
#endif

}  // namespace tinytorch::cpu
