#include "core/ops/activation_kernels.h"
#include "core/ops/copy_kernels.h"
#include "kernels/register.h"

// Compiled once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/activation.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "kernels/cpu/elementwise-inl.h"
#include "kernels/cpu/reduce-inl.h"
#include "kernels/cpu/vector-inl.h"
#include "kernels/math/activation-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

/// softmax divides exp(x) by its sum, log_softmax subtracts the sum's logarithm from x.
enum class SoftmaxKind { softmax, log_softmax };

/// One contiguous row of n elements; y may be x. A block stays in the L1 cache between exp and sum.
template <SoftmaxKind kind, class T>
void softmax_row(const T* x, T* y, std::int64_t n) {
  constexpr std::int64_t kBlock = 1024;
  const T maximum = fold_row<ExtremeFold<T, math::Greater>>(x, 1, n);
  T buffer[kBlock];
  double sum = 0;
  for (std::int64_t begin = 0; begin < n; begin += kBlock) {
    const std::int64_t length = std::min(kBlock, n - begin);
    T* exponentials = kind == SoftmaxKind::softmax ? y + begin : buffer;
    INDEPENDENT
    for (std::int64_t i = 0; i < length; ++i) exponentials[i] = math::Exp{}(x[begin + i] - maximum);
    sum += fold_row<SumFold<T>>(exponentials, 1, length);
  }
  const T factor = static_cast<T>(1 / sum), logarithm = static_cast<T>(std::log(sum));
  INDEPENDENT
  for (std::int64_t i = 0; i < n; ++i)
    y[i] = kind == SoftmaxKind::softmax ? y[i] * factor : (x[i] - maximum) - logarithm;
}

/// The number of neighbouring columns that are processed together.
constexpr std::int64_t kColumnBlock = 128;

/// `width` (at most kColumnBlock) neighbouring columns of n elements; y may be x.
template <SoftmaxKind kind, class T>
void softmax_columns(const T* x, T* y, std::int64_t n, std::int64_t row_stride, std::int64_t width) {
  T maximum[kColumnBlock], shift[kColumnBlock];
  double sum[kColumnBlock];
  std::fill_n(maximum, width, ExtremeFold<T, math::Greater>::identity());
  std::fill_n(sum, width, 0.0);
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j < width; ++j)
      maximum[j] = ExtremeFold<T, math::Greater>::combine(maximum[j], x[i * row_stride + j]);
  }
  for (std::int64_t i = 0; i < n; ++i) {
    INDEPENDENT
    for (std::int64_t j = 0; j < width; ++j) {
      const T exponential = math::Exp{}(x[i * row_stride + j] - maximum[j]);
      if (kind == SoftmaxKind::softmax) y[i * row_stride + j] = exponential;
      sum[j] += exponential;
    }
  }
  for (std::int64_t j = 0; j < width; ++j)
    shift[j] = static_cast<T>(kind == SoftmaxKind::softmax ? 1 / sum[j] : std::log(sum[j]));
  for (std::int64_t i = 0; i < n; ++i) {
    INDEPENDENT
    for (std::int64_t j = 0; j < width; ++j) {
      const std::int64_t index = i * row_stride + j;
      y[index] = kind == SoftmaxKind::softmax ? y[index] * shift[j] : (x[index] - maximum[j]) - shift[j];
    }
  }
}

/// x and y are contiguous: [outer, n, inner].
template <SoftmaxKind kind, class T>
void softmax_contiguous(const T* x, T* y, std::int64_t outer, std::int64_t n, std::int64_t inner) {
  const std::int64_t blocks = (inner + kColumnBlock - 1) / kColumnBlock, grain = kMediumGrain;
  parallel_for(outer * blocks, grain / (n * std::min(inner, kColumnBlock)) + 1,
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t task = begin; task < end; ++task) {
                   const std::int64_t column = task % blocks * kColumnBlock;
                   const std::int64_t index = task / blocks * n * inner + column;
                   if (inner == 1) {
                     softmax_row<kind>(x + index, y + index, n);
                   } else {
                     softmax_columns<kind>(x + index, y + index, n, inner,
                                           std::min(kColumnBlock, inner - column));
                   }
                 }
               });
}

template <SoftmaxKind kind>
void softmax_kernel(const Tensor& x, const int& axis, Tensor& y) {
  const bool is_contiguous = x.is_contiguous();
  if (!is_contiguous) kernels::copy(x, y);
  std::int64_t inner = 1;
  for (int i = axis + 1; i < x.rank(); ++i) inner *= x.shape()[i];
  const std::int64_t n = x.shape()[axis];
  dispatch<FloatingTypes>(x.dtype(), [&]<class T>() {
    T* to = static_cast<T*>(y.raw_data());
    const T* from = is_contiguous ? static_cast<const T*>(x.raw_data()) : to;
    softmax_contiguous<kind>(from, to, x.numel() / (n * inner), n, inner);
  });
}

void hardtanh(const Tensor& x, const double& low, const double& high, Tensor& y) {
  dispatch<FloatingTypes>(x.dtype(), [&]<class X>() {
    unary_typed<math::Hardtanh, X>(x, y, kCheapGrain, math::Hardtanh{low, high});
  });
}

void register_activation_kernels() {
  constexpr auto kCpu = DeviceType::cpu;
  kernels::relu.set(kCpu, unary<math::Relu, FloatingTypes>);
  kernels::hardtanh.set(kCpu, hardtanh);
  kernels::sigmoid.set(kCpu, unary_math<math::Sigmoid>);
  kernels::logsigmoid.set(kCpu, unary_math<math::LogSigmoid>);
  kernels::hardsigmoid.set(kCpu, unary<math::Hardsigmoid, FloatingTypes>);
  kernels::softsign.set(kCpu, unary<math::Softsign, FloatingTypes>);
  kernels::selu.set(kCpu, unary_math<math::Selu>);
  kernels::mish.set(kCpu, unary_math<math::Mish>);
  kernels::mish_gradient.set(kCpu, binary_math<math::MishGradient>);
  kernels::silu.set(kCpu, unary_math<math::Silu>);
  kernels::silu_gradient.set(kCpu, binary_math<math::SiluGradient>);
  kernels::gelu.set(kCpu, unary_math<math::Gelu>);
  kernels::gelu_gradient.set(kCpu, binary_math<math::GeluGradient>);
  kernels::gelu_tanh.set(kCpu, unary_math<math::GeluTanh>);
  kernels::gelu_tanh_gradient.set(kCpu, binary_math<math::GeluTanhGradient>);
  kernels::hardswish.set(kCpu, unary<math::Hardswish, FloatingTypes>);
  kernels::leaky_relu.set(kCpu, unary_math_with<math::LeakyRelu>);
  kernels::elu.set(kCpu, unary_math_with<math::Elu>);
  kernels::softplus.set(kCpu, unary_math_with<math::Softplus>);
  kernels::softmax.set(kCpu, softmax_kernel<SoftmaxKind::softmax>);
  kernels::log_softmax.set(kCpu, softmax_kernel<SoftmaxKind::log_softmax>);
}

}  // namespace
}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinytorch::cpu {
HWY_EXPORT(register_activation_kernels);
void register_activation() { HWY_DYNAMIC_DISPATCH(register_activation_kernels)(); }
}  // namespace tinytorch::cpu
#endif
