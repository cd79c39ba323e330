#include "kernels/cpu/product.h"

#ifdef TINYTORCH_WITH_ONEDNN

#include <oneapi/dnnl/dnnl.h>

namespace tinytorch::cpu {

// The C function is the same in oneDNN 2 and 3.
bool library_product(const Product<float>& p, std::int64_t y_row_stride, bool accumulate) {
  const bool a_rows = p.a_column_stride == 1 && p.a_row_stride >= p.k,
             b_rows = p.b_column_stride == 1 && p.b_row_stride >= p.n;
  return dnnl_sgemm(a_rows ? 'N' : 'T', b_rows ? 'N' : 'T', p.m, p.n, p.k, 1.0f, p.a,
                    a_rows ? p.a_row_stride : p.a_column_stride, p.b,
                    b_rows ? p.b_row_stride : p.b_column_stride, accumulate ? 1.0f : 0.0f, p.y,
                    y_row_stride) == dnnl_success;
}

}  // namespace tinytorch::cpu

#endif
