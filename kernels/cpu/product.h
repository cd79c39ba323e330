#pragma once

#include <string>
#include <vector>

#include "kernels/product.h"

namespace tinytorch::cpu {

/// y += or, if not `accumulate`, y = an f32 product by oneDNN, where y has this row stride. Only defined in
/// builds with oneDNN. The bits may depend on the number of threads that oneDNN uses.
/// @return  false if the library failed
bool library_product(const Product<float>& product, std::int64_t y_row_stride, bool accumulate);

/// Who multiplies f32 matrices: the faster one, our own kernels, or oneDNN.
enum class ProductChoice { automatic, own, onednn };

/// The choices that this build has, as TINYTORCH_PRODUCT names them.
std::vector<std::string> product_choices();

/// Reads the choice from TINYTORCH_PRODUCT. Called before kernels are registered.
/// @throws ValueError  it is none of product_choices()
void choose_product();

/// Whether an f32 product, with sums that are not long, is left to the library. The operands of a product
/// that is not have layouts that a BLAS accepts, or are to be copied to such.
bool is_library_product(const Product<float>& product);

/// Whether this build has library_product().
#ifdef TINYTORCH_WITH_ONEDNN
inline constexpr bool kHasLibraryProduct = true;
#else
inline constexpr bool kHasLibraryProduct = false;
#endif

}  // namespace tinytorch::cpu
