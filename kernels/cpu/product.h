#pragma once

#include "kernels/product.h"

namespace tinytorch::cpu {

/// y += or, if not `accumulate`, y = an f32 product by oneDNN, where y has this row stride. Only defined in
/// builds with oneDNN. The bits may depend on the number of threads that oneDNN uses.
/// @return  false if the library failed
bool library_product(const Product<float>& product, std::int64_t y_row_stride, bool accumulate);

/// Whether this build has library_product().
#ifdef TINYTORCH_WITH_ONEDNN
inline constexpr bool kHasLibraryProduct = true;
#else
inline constexpr bool kHasLibraryProduct = false;
#endif

}  // namespace tinytorch::cpu
