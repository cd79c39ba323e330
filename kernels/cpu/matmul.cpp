#include "core/error.h"
#include "core/ops/composite.h"
#include "core/ops/copy.h"
#include "core/ops/matmul_kernels.h"
#include "kernels/register.h"

#include <atomic>

// Compiled once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/matmul.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "kernels/cpu/elementwise-inl.h"
#include "kernels/cpu/product-inl.h"
#include "kernels/cpu/vector-inl.h"
#include "kernels/math/activation-inl.h"
#include "kernels/math/arithmetic-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

/// Computes a product for each index of the batch; `first` is the product at the first index.
/// @return  false if the library failed
template <class T>
bool multiply_batch(const IterationSpace<3>& batch, const Product<T>& first) {
  if (first.m == 0 || first.n == 0) return true;
  std::atomic<bool> succeeded{true};
  const std::int64_t product_cost = std::max<std::int64_t>(1, first.multiply_adds());
  parallel_for(batch.numel, kProductGrain / product_cost + 1, [&](std::int64_t begin, std::int64_t end) {
    for_each_inner_loop(batch, begin, end, [&](const PerOperand<3>& offset, std::int64_t n) {
      for (std::int64_t i = 0; i < n; ++i) {
        Product<T> product = first;
        if (product.k > 0) {  // else a and b may be null
          product.a += offset[0] + i * batch.inner_strides()[0];
          product.b += offset[1] + i * batch.inner_strides()[1];
        }
        product.y += offset[2] + i * batch.inner_strides()[2];
        if (!multiply(product, {.y_row_stride = product.n})) succeeded = false;
      }
    });
  });
  return succeeded;
}

template <class T>
void matmul_typed(const Tensor& a, const Tensor& b, Tensor& y) {
  Product<T> product = first_product<T>(a, b, y);
  IterationSpace<3> batch = make_batch_space(a, b, y);
  const bool single = fold_batch(batch, product);
  if (prefers_library(product)) {
    normalize_strides(product.m, product.k, product.a_row_stride, product.a_column_stride);
    normalize_strides(product.k, product.n, product.b_row_stride, product.b_column_stride);
    if (!is_blas_compatible(product.m, product.k, product.a_row_stride, product.a_column_stride)) {
      return matmul_typed<T>(contiguous(a), b, y);
    }
    if (!is_blas_compatible(product.k, product.n, product.b_row_stride, product.b_column_stride)) {
      return matmul_typed<T>(a, contiguous(b), y);
    }
  }
  if (!(single ? multiply(product, {.y_row_stride = product.n, .may_allocate = true})
               : multiply_batch(batch, product))) {
    throw Error("[matmul] oneDNN failed to multiply these matrices");
  }
}

void matmul(const Tensor& a, const Tensor& b, Tensor& y) {
  if (a.dtype() == DType::i32) return matmul_typed<std::int32_t>(a, b, y);
  if (a.dtype() == DType::i64) return matmul_typed<std::int64_t>(a, b, y);
  dispatch<FloatingTypes>(a.dtype(), [&]<class T>() { matmul_typed<T>(a, b, y); });
}

/// The bias and the activation are applied in one pass over the product, most of which is still in the cache.
void linear(const Tensor& x, const Tensor& weight, const Tensor& bias, const Activation& activation,
            Tensor& y) {
  matmul(x, transpose(weight), y);
  const Tensor expanded_bias = expand(bias, y.shape());
  dispatch<FloatingTypes>(y.dtype(), [&]<class T>() {
    if (activation == Activation::relu) {
      binary_typed<math::AddRelu, T>(y, expanded_bias, y, kCheapGrain);
    } else {
      binary_typed<math::Add, T>(y, expanded_bias, y, kCheapGrain);
    }
  });
}

void register_matmul_kernels() {
  constexpr auto kCpu = DeviceType::cpu;
  kernels::matmul.set(kCpu, matmul);
  kernels::linear.set(kCpu, linear);
}

}  // namespace
}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinytorch::cpu {
HWY_EXPORT(register_matmul_kernels);
void register_matmul() { HWY_DYNAMIC_DISPATCH(register_matmul_kernels)(); }
}  // namespace tinytorch::cpu
#endif
