#include "kernels/math/activation.h"
#include "core/ops/activation_kernels.h"
#include "core/ops/copy_kernels.h"
#include "kernels/register.h"

// Once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/activation.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "kernels/cpu/elementwise-inl.h"
#include "kernels/cpu/reduce-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

/// exp(x) along with how its sum is taken off: softmax divides by it, log_softmax subtracts its logarithm.
enum class Form { softmax, log_softmax };

/// One row of n elements without gaps; y may be x. Blocks stay in the first cache between exp and sum.
template <Form form, class T>
void softmax_row(const T* x, T* y, std::int64_t n) {
  constexpr std::int64_t kBlock = 1024;
  const T maximum = fold_row<ExtremeFold<T, math::Greater>>(x, 1, n);
  T buffer[kBlock];
  double sum = 0;
  for (std::int64_t begin = 0; begin < n; begin += kBlock) {
    const std::int64_t length = std::min(kBlock, n - begin);
    T* exponentials = form == Form::softmax ? y + begin : buffer;
    INDEPENDENT
    for (std::int64_t i = 0; i < length; ++i) exponentials[i] = math::Exp{}(x[begin + i] - maximum);
    sum += fold_row<SumFold<T>>(exponentials, 1, length);
  }
  const T factor = static_cast<T>(1 / sum), logarithm = static_cast<T>(std::log(sum));
  INDEPENDENT
  for (std::int64_t i = 0; i < n; ++i)
    y[i] = form == Form::softmax ? y[i] * factor : (x[i] - maximum) - logarithm;
}

/// So many neighbouring columns are worked on together.
constexpr std::int64_t kColumns = 128;

/// `width` neighbouring columns, at most kColumns, of n elements, whose rows lie `step` apart; y may be x.
template <Form form, class T>
void softmax_columns(const T* x, T* y, std::int64_t n, std::int64_t step, std::int64_t width) {
  T maximum[kColumns], shift[kColumns];
  double sum[kColumns];
  std::fill_n(maximum, width, ExtremeFold<T, math::Greater>::identity());
  std::fill_n(sum, width, 0.0);
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j < width; ++j)
      maximum[j] = ExtremeFold<T, math::Greater>::combine(maximum[j], x[i * step + j]);
  }
  for (std::int64_t i = 0; i < n; ++i) {
    INDEPENDENT
    for (std::int64_t j = 0; j < width; ++j) {
      const T exponential = math::Exp{}(x[i * step + j] - maximum[j]);
      if (form == Form::softmax) y[i * step + j] = exponential;
      sum[j] += exponential;
    }
  }
  for (std::int64_t j = 0; j < width; ++j)
    shift[j] = static_cast<T>(form == Form::softmax ? 1 / sum[j] : std::log(sum[j]));
  for (std::int64_t i = 0; i < n; ++i) {
    INDEPENDENT
    for (std::int64_t j = 0; j < width; ++j) {
      const std::int64_t at = i * step + j;
      y[at] = form == Form::softmax ? y[at] * shift[j] : (x[at] - maximum[j]) - shift[j];
    }
  }
}

/// x and y without gaps: [outer, n, inner].
template <Form form, class T>
void softmax_contiguous(const T* x, T* y, std::int64_t outer, std::int64_t n, std::int64_t inner) {
  const std::int64_t blocks = (inner + kColumns - 1) / kColumns, grain = kMediumGrain;
  parallel_for(outer * blocks, grain / (n * std::min(inner, kColumns)) + 1,
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t task = begin; task < end; ++task) {
                   const std::int64_t column = task % blocks * kColumns;
                   const std::int64_t at = task / blocks * n * inner + column;
                   if (inner == 1) {
                     softmax_row<form>(x + at, y + at, n);
                   } else {
                     softmax_columns<form>(x + at, y + at, n, inner, std::min(kColumns, inner - column));
                   }
                 }
               });
}

template <Form form>
void softmax_form(const Tensor& x, const int& axis, Tensor& y) {
  const bool direct = x.is_contiguous();
  if (!direct) kernels::copy(x, y);
  std::int64_t inner = 1;
  for (int i = axis + 1; i < x.rank(); ++i) inner *= x.shape()[i];
  const std::int64_t n = x.shape()[axis];
  dispatch<FloatingTypes>(x.dtype(), [&]<class T>() {
    T* to = static_cast<T*>(y.raw_data());
    const T* from = direct ? static_cast<const T*>(x.raw_data()) : to;
    softmax_contiguous<form>(from, to, x.numel() / (n * inner), n, inner);
  });
}

void register_kernels() {
  constexpr auto kCpu = DeviceType::cpu;
  kernels::relu.set(kCpu, unary<math::Relu, FloatingTypes>);
  kernels::sigmoid.set(kCpu, mixed<math::Sigmoid>);
  kernels::silu.set(kCpu, mixed<math::Silu>);
  kernels::silu_gradient.set(kCpu, mixed_binary<math::SiluGradient>);
  kernels::gelu.set(kCpu, mixed<math::Gelu>);
  kernels::gelu_gradient.set(kCpu, mixed_binary<math::GeluGradient>);
  kernels::gelu_tanh.set(kCpu, mixed<math::GeluTanh>);
  kernels::gelu_tanh_gradient.set(kCpu, mixed_binary<math::GeluTanhGradient>);
  kernels::hardswish.set(kCpu, unary<math::Hardswish, FloatingTypes>);
  kernels::leaky_relu.set(kCpu, mixed_with<math::LeakyRelu>);
  kernels::elu.set(kCpu, mixed_with<math::Elu>);
  kernels::softplus.set(kCpu, mixed_with<math::Softplus>);
  kernels::softmax.set(kCpu, softmax_form<Form::softmax>);
  kernels::log_softmax.set(kCpu, softmax_form<Form::log_softmax>);
}

}  // namespace
}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinytorch::cpu {
HWY_EXPORT(register_kernels);
void register_activation() { HWY_DYNAMIC_DISPATCH(register_kernels)(); }
}  // namespace tinytorch::cpu
#endif
