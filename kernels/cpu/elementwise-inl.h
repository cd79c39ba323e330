// Elementwise kernels made from functors, compiled once for each instruction set: see kernels/cpu/targets.h.

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

template <int N, class Row>
void call_row(const void* row, const PerOperand<N>& offset, std::int64_t n) {
  (*static_cast<const Row*>(row))(offset, n);
}

/// Calls row(offsets, n) for every row of the loop.
template <int N, class Row>
void for_each_inner_loop(const IterationSpace<N>& loop, std::int64_t grain, const Row& row) {
  run_inner_loops<N>(loop, grain, call_row<N, Row>, &row);
}

/// Elements of a row that does not lie without gaps are worked on through buffers of this length.
inline constexpr std::int64_t kBuffer = 256;

template <class T>
void gather(const T* x, std::int64_t step, std::int64_t n, T* buffer) {
  for (std::int64_t i = 0; i < n; ++i) buffer[i] = x[i * step];
}

template <class T>
void scatter(const T* buffer, std::int64_t n, T* y, std::int64_t step) {
  for (std::int64_t i = 0; i < n; ++i) y[i * step] = buffer[i];
}

/// y = op(x) along a row.
template <class Op, class X, class Y>
struct UnaryRow {
  const X* x;
  Y* y;
  PerOperand<2> step;
  Op op = {};

  void operator()(const PerOperand<2>& offset, std::int64_t n) const {
    const X* from = x + offset[0];
    Y* to = y + offset[1];
    if (step[0] == 1 && step[1] == 1) return contiguous(op, from, to, n);
    X inputs[kBuffer];
    Y outputs[kBuffer];
    for (; n > 0; n -= kBuffer, from += kBuffer * step[0], to += kBuffer * step[1]) {
      const std::int64_t length = std::min(n, kBuffer);
      gather(from, step[0], length, inputs);
      contiguous(op, inputs, outputs, length);
      scatter(outputs, length, to, step[1]);
    }
  }

  // The op by value: no write to `to` can change it.
  static void contiguous(const Op op, const X* from, Y* to, std::int64_t n) {
    INDEPENDENT
    for (std::int64_t i = 0; i < n; ++i) to[i] = op(from[i]);
  }
};

/// y = op(a, b) along a row; one of the operands may be a single element.
template <class Op, class X, class Y>
struct BinaryRow {
  const X* a;
  const X* b;
  Y* y;
  PerOperand<3> step;

  void operator()(const PerOperand<3>& offset, std::int64_t n) const {
    const X* left = a + offset[0];
    const X* right = b + offset[1];
    Y* to = y + offset[2];
    if (step[2] == 1 && step[0] == 1 && step[1] == 1) return contiguous(left, right, to, n);
    if (step[2] == 1 && step[0] == 1 && step[1] == 0) return right_scalar(left, *right, to, n);
    if (step[2] == 1 && step[0] == 0 && step[1] == 1) return left_scalar(*left, right, to, n);
    X lefts[kBuffer], rights[kBuffer];
    Y outputs[kBuffer];
    for (; n > 0; n -= kBuffer) {
      const std::int64_t length = std::min(n, kBuffer);
      gather(left, step[0], length, lefts);
      gather(right, step[1], length, rights);
      contiguous(lefts, rights, outputs, length);
      scatter(outputs, length, to, step[2]);
      left += kBuffer * step[0];
      right += kBuffer * step[1];
      to += kBuffer * step[2];
    }
  }

  static void contiguous(const X* left, const X* right, Y* to, std::int64_t n) {
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
  const IterationSpace<2> loop = make_iteration_space<2>({&x, &y});
  const UnaryRow<Op, X, Y> row{static_cast<const X*>(x.raw_data()), static_cast<Y*>(y.raw_data()),
                               loop.inner_strides(), op};
  for_each_inner_loop(loop, grain, row);
}

template <class Op, class X>
void binary_typed(const Tensor& a, const Tensor& b, Tensor& y, std::int64_t grain) {
  using Y = std::invoke_result_t<Op, X, X>;
  const IterationSpace<3> loop = make_iteration_space<3>({&a, &b, &y});
  if (crosses_memory(loop, 0) && y.is_contiguous()) return binary_typed<Op, X>(contiguous(a), b, y, grain);
  if (crosses_memory(loop, 1) && y.is_contiguous()) return binary_typed<Op, X>(a, contiguous(b), y, grain);
  const BinaryRow<Op, X, Y> row{static_cast<const X*>(a.raw_data()), static_cast<const X*>(b.raw_data()),
                                static_cast<Y*>(y.raw_data()), loop.inner_strides()};
  for_each_inner_loop(loop, grain, row);
}

/// The kernel y = op(x) for the element types of Types.
template <class Op, class Types, std::int64_t grain = kCheapGrain>
void unary(const Tensor& x, Tensor& y) {
  dispatch<Types>(x.dtype(), [&]<class X>() { unary_typed<Op, X>(x, y, grain); });
}

/// The grain of an op whose f32 formula vectorises while f64 calls the C library.
template <class X>
inline constexpr std::int64_t kMixedGrain = std::is_same_v<X, float> ? kCheapGrain : kCostlyGrain;

/// The kernel y = op(x) of such an op.
template <class Op>
void mixed(const Tensor& x, Tensor& y) {
  dispatch<FloatingTypes>(x.dtype(), [&]<class X>() { unary_typed<Op, X>(x, y, kMixedGrain<X>); });
}

/// The kernel y = op(a, b) of such an op.
template <class Op>
void mixed_binary(const Tensor& a, const Tensor& b, Tensor& y) {
  dispatch<FloatingTypes>(a.dtype(), [&]<class X>() { binary_typed<Op, X>(a, b, y, kMixedGrain<X>); });
}

/// The kernel y = Op{parameter}(x) of such an op.
template <class Op>
void mixed_with(const Tensor& x, const double& parameter, Tensor& y) {
  dispatch<FloatingTypes>(x.dtype(),
                          [&]<class X>() { unary_typed<Op, X>(x, y, kMixedGrain<X>, Op{parameter}); });
}

/// The kernel y = op(a, b) for the element types of Types.
template <class Op, class Types, std::int64_t grain = kCheapGrain>
void binary(const Tensor& a, const Tensor& b, Tensor& y) {
  dispatch<Types>(a.dtype(), [&]<class X>() { binary_typed<Op, X>(a, b, y, grain); });
}

}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
