#include "core/ops/composite.h"
#include "core/ops/matmul_kernels.h"

#include "kernels/cuda/blas_lt.h"
#include "kernels/cuda/compensated_product.h"
#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/kernels.h"
#include "kernels/math/activation-inl.h"
#include "kernels/math/arithmetic-inl.h"

namespace tinytorch::cuda {
namespace {

/// A product and one elementwise pass: for f64, for sums that need care, and for operands that cuBLASLt does
/// not support.
void linear_by_matmul(const Tensor& x, const Tensor& weight, const Tensor& bias, Activation activation,
                      Tensor& y) {
  kernels::matmul(x, transpose(weight), y);
  const Tensor rows = expand(bias, y.shape());
  dispatch<FloatingTypes>(y.dtype(), [&]<class T>() {
    if (activation == Activation::relu) {
      Map<math::AddRelu, T, T, T>::run(math::AddRelu{}, y, y, rows);
    } else {
      Map<math::Add, T, T, T>::run(math::Add{}, y, y, rows);
    }
  });
}

void linear(const Tensor& x, const Tensor& weight, const Tensor& bias, const Activation& activation,
            Tensor& y) {
  const bool try_lt = y.dtype() == DType::f32 && x.shape().back() > 0 &&
                      !needs_compensation(first_product<float>(x, transpose(weight), y));
  if (try_lt && lt_linear(x, weight, bias, activation, y)) return;
  linear_by_matmul(x, weight, bias, activation, y);
}

}  // namespace

void register_linear() { kernels::linear.set(DeviceType::cuda, linear); }

}  // namespace tinytorch::cuda
