#pragma once

#include <cstdint>

namespace tinytorch::cpu {

/// One matrix product: y [m, n], row-major without gaps, = a [m, k] times b [k, n], which have any steps.
template <class T>
struct Product {
  std::int64_t m, n, k;
  const T* a;
  std::int64_t a_row, a_column;
  const T* b;
  std::int64_t b_row, b_column;
  T* y;

  std::int64_t multiplications() const { return m * n * k; }
};

/// f32 products in a library that is built for them; only in builds with oneDNN. It may use threads of its
/// own.
/// @return  false if the library failed
bool library_product(const Product<float>& product);

/// True where library_product() takes this matrix: its rows or its columns lie without gaps and do not
/// overlap.
inline bool library_takes(std::int64_t rows, std::int64_t columns, std::int64_t row_step,
                          std::int64_t column_step) {
  return (column_step == 1 && row_step >= columns) || (row_step == 1 && column_step >= rows);
}

/// Whether this build has library_product().
#ifdef TINYTORCH_WITH_ONEDNN
inline constexpr bool kHasLibraryProduct = true;
#else
inline constexpr bool kHasLibraryProduct = false;
#endif

}  // namespace tinytorch::cpu
