// Elementwise kernels from functors, compiled once for each instruction set: see kernels/cpu/targets.h.

#include <type_traits>

#include "core/ops/copy.h"
#include "core/tensor.h"
#include "kernels/cpu/inner_loops.h"
#include "kernels/cpu/parallel.h"

#if defined(TINYTORCH_CPU_ELEMENTWISE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TINYTORCH_CPU_ELEMENTWISE_INL_H
#undef TINYTORCH_CPU_ELEMENTWISE_INL_H
#else
#define TINYTORCH_CPU_ELEMENTWISE_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {

template <int N, class InnerLoop>
void call_inner_loop(const void* inner_loop, const PerOperand<N>& offset, std::int64_t n) {
  (*static_cast<const InnerLoop*>(inner_loop))(offset, n);
}

/// Calls inner_loop(offsets, n) for every run along the innermost axis of the iteration space.
template <int N, class InnerLoop>
void for_each_inner_loop(const IterationSpace<N>& space, std::int64_t grain, const InnerLoop& inner_loop) {
  run_inner_loops<N>(space, grain, call_inner_loop<N, InnerLoop>, &inner_loop);
}

/// The length of the contiguous buffers through which inner loops process strided operands.
inline constexpr std::int64_t kBufferSize = 256;

// Out of line, as is contiguous() below: a call takes little time compared with a loop, and inlined, each
// loop would be compiled several times.
template <class T>
HWY_NOINLINE void gather(const T* x, std::int64_t stride, std::int64_t n, T* buffer) {
  for (std::int64_t i = 0; i < n; ++i) buffer[i] = x[i * stride];
}

template <class T>
HWY_NOINLINE void scatter(const T* buffer, std::int64_t n, T* y, std::int64_t stride) {
  for (std::int64_t i = 0; i < n; ++i) y[i * stride] = buffer[i];
}

/// The inner loop of y = op(x).
template <class Op, class X, class Y>
struct UnaryInnerLoop {
  const X* x;
  Y* y;
  PerOperand<2> strides;
  Op op = {};

  void operator()(const PerOperand<2>& offset, std::int64_t n) const {
    const X* from = x + offset[0];
    Y* to = y + offset[1];
    if (strides[0] == 1 && strides[1] == 1) return contiguous(op, from, to, n);
    X inputs[kBufferSize];
    Y outputs[kBufferSize];
    for (; n > 0; n -= kBufferSize, from += kBufferSize * strides[0], to += kBufferSize * strides[1]) {
      const std::int64_t length = std::min(n, kBufferSize);
      gather(from, strides[0], length, inputs);
      contiguous(op, inputs, outputs, length);
      scatter(outputs, length, to, strides[1]);
    }
  }

  // The op is passed by value, so that no write to `to` can change it.
  static HWY_NOINLINE void contiguous(const Op op, const X* from, Y* to, std::int64_t n) {
    INDEPENDENT
    for (std::int64_t i = 0; i < n; ++i) to[i] = op(from[i]);
  }
};

/// The inner loop of y = op(a, b); one of a and b may be a scalar (stride 0).
template <class Op, class X, class Y>
struct BinaryInnerLoop {
  const X* a;
  const X* b;
  Y* y;
  PerOperand<3> strides;

  void operator()(const PerOperand<3>& offset, std::int64_t n) const {
    const X* left = a + offset[0];
    const X* right = b + offset[1];
    Y* to = y + offset[2];
    if (strides[2] == 1 && strides[0] == 1 && strides[1] == 1) return contiguous(left, right, to, n);
    if (strides[2] == 1 && strides[0] == 1 && strides[1] == 0) return right_scalar(left, *right, to, n);
    if (strides[2] == 1 && strides[0] == 0 && strides[1] == 1) return left_scalar(*left, right, to, n);
    X lefts[kBufferSize], rights[kBufferSize];
    Y outputs[kBufferSize];
    for (; n > 0; n -= kBufferSize) {
      const std::int64_t length = std::min(n, kBufferSize);
      gather(left, strides[0], length, lefts);
      gather(right, strides[1], length, rights);
      contiguous(lefts, rights, outputs, length);
      scatter(outputs, length, to, strides[2]);
      left += kBufferSize * strides[0];
      right += kBufferSize * strides[1];
      to += kBufferSize * strides[2];
    }
  }

  static HWY_NOINLINE void contiguous(const X* left, const X* right, Y* to, std::int64_t n) {
    const Op op;
    INDEPENDENT
    for (std::int64_t i = 0; i < n; ++i) to[i] = op(left[i], right[i]);
  }
  static void right_scalar(const X* left, X right, Y* to, std::int64_t n) {
    const Op op;
    INDEPENDENT
    for (std::int64_t i = 0; i < n; ++i) to[i] = op(left[i], right);
  }
  static void left_scalar(X left, const X* right, Y* to, std::int64_t n) {
    const Op op;
    INDEPENDENT
    for (std::int64_t i = 0; i < n; ++i) to[i] = op(left, right[i]);
  }
};

template <class Op, class X>
void unary_typed(const Tensor& x, Tensor& y, std::int64_t grain, const Op& op = {}) {
  using Y = std::invoke_result_t<Op, X>;
  const IterationSpace<2> space = make_iteration_space<2>({&x, &y});
  const UnaryInnerLoop<Op, X, Y> inner_loop{static_cast<const X*>(x.raw_data()),
                                            static_cast<Y*>(y.raw_data()), space.inner_strides(), op};
  for_each_inner_loop(space, grain, inner_loop);
}

template <class Op, class X>
void binary_typed(const Tensor& a, const Tensor& b, Tensor& y, std::int64_t grain) {
  using Y = std::invoke_result_t<Op, X, X>;
  const IterationSpace<3> space = make_iteration_space<3>({&a, &b, &y});
  if (is_transposed_read(space, 0) && y.is_contiguous())
    return binary_typed<Op, X>(contiguous(a), b, y, grain);
  if (is_transposed_read(space, 1) && y.is_contiguous())
    return binary_typed<Op, X>(a, contiguous(b), y, grain);
  const BinaryInnerLoop<Op, X, Y> inner_loop{static_cast<const X*>(a.raw_data()),
                                             static_cast<const X*>(b.raw_data()),
                                             static_cast<Y*>(y.raw_data()), space.inner_strides()};
  for_each_inner_loop(space, grain, inner_loop);
}

/// The kernel y = op(x) for the dtypes of Types.
template <class Op, class Types, std::int64_t grain = kCheapGrain>
void unary(const Tensor& x, Tensor& y) {
  dispatch<Types>(x.dtype(), [&]<class X>() { unary_typed<Op, X>(x, y, grain); });
}

/// The grain of a math op: its f32 formula vectorizes, f64 calls the C library.
template <class X>
inline constexpr std::int64_t kMathGrain = std::is_same_v<X, float> ? kCheapGrain : kCostlyGrain;

/// The kernel y = op(x) of a math op.
template <class Op>
void unary_math(const Tensor& x, Tensor& y) {
  dispatch<FloatingTypes>(x.dtype(), [&]<class X>() { unary_typed<Op, X>(x, y, kMathGrain<X>); });
}

/// The kernel y = op(a, b) of a math op.
template <class Op>
void binary_math(const Tensor& a, const Tensor& b, Tensor& y) {
  dispatch<FloatingTypes>(a.dtype(), [&]<class X>() { binary_typed<Op, X>(a, b, y, kMathGrain<X>); });
}

/// The kernel y = Op{parameter}(x) of a math op.
template <class Op>
void unary_math_with(const Tensor& x, const double& parameter, Tensor& y) {
  dispatch<FloatingTypes>(x.dtype(),
                          [&]<class X>() { unary_typed<Op, X>(x, y, kMathGrain<X>, Op{parameter}); });
}

/// The kernel y = op(a, b) for the dtypes of Types.
template <class Op, class Types, std::int64_t grain = kCheapGrain>
void binary(const Tensor& a, const Tensor& b, Tensor& y) {
  dispatch<Types>(a.dtype(), [&]<class X>() { binary_typed<Op, X>(a, b, y, grain); });
}

}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
