#include "core/ops/matmul.h"
#include "core/error.h"
#include "core/ops/copy.h"
#include "kernels/register.h"

#include <atomic>

// Once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/matmul.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "kernels/cpu/elementwise-inl.h"
#include "kernels/cpu/product-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

/// Multiplications below which the plain loops are faster than packing, and than a call of the library.
constexpr std::int64_t kPlain = 1 << 12, kLibrary = 1 << 14;
/// Multiplications that are worth a thread of their own.
constexpr std::int64_t kProductGrain = 1 << 20;

template <class T>
bool takes_library(const Product<T>& p) {
  return kHasLibraryProduct && std::is_same_v<T, float> && p.multiplications() >= kLibrary;
}

/// @return  false if the library failed
template <class T>
bool multiply(const Product<T>& p) {
  if (p.multiplications() < kPlain) {
    plain_product(p);
    return true;
  }
  if constexpr (kHasLibraryProduct && std::is_same_v<T, float>) {
    if (takes_library(p)) return library_product(p);
  }
  blocked_product(p);
  return true;
}

/// A product for each place of the batch loop; `first` is that of the first.
template <class T>
bool multiply_batch(const Loop<3>& batch, const Product<T>& first) {
  std::atomic<bool> fine{true};
  const std::int64_t each = std::max<std::int64_t>(1, first.multiplications());
  parallel_for(batch.count, kProductGrain / each + 1, [&](std::int64_t begin, std::int64_t end) {
    walk(batch, begin, end, [&](const Steps<3>& offset, std::int64_t n) {
      for (std::int64_t i = 0; i < n; ++i) {
        Product<T> product = first;
        product.a += offset[0] + i * batch.inner_step()[0];
        product.b += offset[1] + i * batch.inner_step()[1];
        product.y += offset[2] + i * batch.inner_step()[2];
        if (!multiply(product)) fine = false;
      }
    });
  });
  return fine;
}

/// Where all of a batch is multiplied by the same b and the rows of a follow each other evenly, it is one
/// product.
template <class T>
bool fold_batch(Loop<3>& batch, Product<T>& product) {
  const bool even = batch.rank == 1 && batch.inner_step()[1] == 0 &&
                    (product.m == 1 || batch.inner_step()[0] == product.m * product.a_row);
  if (!even || batch.count == 1) return batch.count == 1;
  if (product.m == 1) product.a_row = batch.inner_step()[0];
  product.m *= batch.count;
  return true;
}

template <class T>
Product<T> first_product(const Tensor& a, const Tensor& b, Tensor& y) {
  const int row = y.rank() - 2, column = y.rank() - 1;
  return {.m = y.shape()[row],
          .n = y.shape()[column],
          .k = a.shape()[column],
          .a = static_cast<const T*>(a.raw_data()),
          .a_row = a.strides()[row],
          .a_column = a.strides()[column],
          .b = static_cast<const T*>(b.raw_data()),
          .b_row = b.strides()[row],
          .b_column = b.strides()[column],
          .y = static_cast<T*>(y.raw_data())};
}

/// A step along an axis of length 1 means nothing: makes it one that the library takes.
void settle(std::int64_t rows, std::int64_t columns, std::int64_t& row_step, std::int64_t& column_step) {
  if (columns == 1) column_step = 1;
  if (rows == 1) row_step = column_step == 1 ? columns : 1;
}

template <class T>
void matmul_typed(const Tensor& a, const Tensor& b, Tensor& y) {
  Product<T> product = first_product<T>(a, b, y);
  Loop<3> batch = make_batch_loop(a, b, y);
  const bool single = fold_batch(batch, product);
  if (takes_library(product)) {
    settle(product.m, product.k, product.a_row, product.a_column);
    settle(product.k, product.n, product.b_row, product.b_column);
    if (!library_takes(product.m, product.k, product.a_row, product.a_column)) {
      return matmul_typed<T>(contiguous(a), b, y);
    }
    if (!library_takes(product.k, product.n, product.b_row, product.b_column)) {
      return matmul_typed<T>(a, contiguous(b), y);
    }
  }
  if (!(single ? multiply(product) : multiply_batch(batch, product))) {
    throw Error("[matmul] oneDNN failed to multiply these matrices");
  }
}

void matmul(const Tensor& a, const Tensor& b, Tensor& y) {
  if (a.dtype() == DType::i32) return matmul_typed<std::int32_t>(a, b, y);
  if (a.dtype() == DType::i64) return matmul_typed<std::int64_t>(a, b, y);
  dispatch<FloatingTypes>(a.dtype(), [&]<class T>() { matmul_typed<T>(a, b, y); });
}

void register_kernels() {
  constexpr auto kCpu = DeviceType::cpu;
  kernels::matmul.set(kCpu, matmul);
}

}  // namespace
}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinytorch::cpu {
HWY_EXPORT(register_kernels);
void register_matmul() { HWY_DYNAMIC_DISPATCH(register_kernels)(); }
}  // namespace tinytorch::cpu
#endif
