// Elementwise kernels from functors, compiled once for each instruction set: see kernels/cpu/targets.h.

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "core/ops/copy.h"
#include "core/tensor.h"
#include "kernels/cpu/caches.h"
#include "kernels/cpu/inner_loops.h"
#include "kernels/cpu/parallel.h"
#include "kernels/cpu/vector-inl.h"
#include "kernels/math/copy-inl.h"

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

/// Ops that move elements, of any type.
template <class Op>
inline constexpr bool is_move_only = std::is_same_v<Op, math::Identity>;

/// Ops on Vectors. Others, on integers mostly, are loops over scalars, which the compiler may vectorize.
// clang-format off
template <class Op, class Y, class... X>
concept VectorOp = kHasVectors && (std::is_floating_point_v<Y> || is_move_only<Op>) && (std::is_same_v<X, Y> && ...) &&
                   requires(const Op& op, Vector<X>... x) {
                     { op(x...) } -> std::same_as<Vector<Y>>;
                   };
// clang-format on

/// y = op(x...) of n contiguous elements. The op is passed by value, so that no write to y can change it.
template <class Op, class Y, class... X>
HWY_NOINLINE void map(const Op op, std::int64_t n, Y* y, const X*... x) {
  if constexpr (VectorOp<Op, Y, X...>) {
    constexpr std::int64_t kLanes = Vector<Y>::kLanes;
    std::int64_t i = 0;
    for (; i + kLanes <= n; i += kLanes) op(Vector<X>::load(x + i)...).store(y + i);
    if (i < n) op(Vector<X>::load_first(x + i, n - i)...).store_first(y + i, n - i);
  } else {
    INDEPENDENT
    for (std::int64_t i = 0; i < n; ++i) y[i] = op(x[i]...);
  }
}

/// How many elements from y on the next one is that is aligned to a Vector.
template <class Y>
HWY_INLINE std::int64_t elements_to_alignment(const Y* y) {
  constexpr std::int64_t kLanes = Vector<Y>::kLanes;
  const auto elements = static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(y) / sizeof(Y));
  return (kLanes - elements % kLanes) % kLanes;
}

/// map() with stores past the caches: so the memory of y, which is about to be overwritten, is not read. They
/// are seen by other threads after hwy::FlushStream().
template <class Op, class Y, class... X>
HWY_NOINLINE void map_streaming(const Op op, std::int64_t n, Y* y, const X*... x) {
  if constexpr (VectorOp<Op, Y, X...>) {
    constexpr std::int64_t kLanes = Vector<Y>::kLanes;
    std::int64_t i = std::min(n, elements_to_alignment(y));
    map(op, i, y, x...);
    for (; i + kLanes <= n; i += kLanes) op(Vector<X>::load(x + i)...).stream(y + i);
    map(op, n - i, y + i, (x + i)...);
  } else {
    map(op, n, y, x...);
  }
}

/// map() of operands of which some are scalars. masks[k] is -1, or 0 where x[k] is a Vector of copies of a
/// scalar.
template <class Op, class X, std::size_t N, std::size_t... k>
HWY_NOINLINE void map_with_scalars(const Op op, std::int64_t n, X* y, const std::array<const X*, N> x,
                                   const std::array<std::int64_t, N> masks, bool streams,
                                   std::index_sequence<k...>) {
  constexpr std::int64_t kLanes = Vector<X>::kLanes;
  std::int64_t i = 0;
  if (streams) {
    i = std::min(n, elements_to_alignment(y));
    if (i > 0) op(Vector<X>::load_first(x[k], i)...).store_first(y, i);
    for (; i + kLanes <= n; i += kLanes) op(Vector<X>::load(x[k] + (i & masks[k]))...).stream(y + i);
  } else {
    for (; i + kLanes <= n; i += kLanes) op(Vector<X>::load(x[k] + (i & masks[k]))...).store(y + i);
  }
  if (i < n) op(Vector<X>::load_first(x[k] + (i & masks[k]), n - i)...).store_first(y + i, n - i);
}

/// True where map_streaming() pays: for operands and results that the caches cannot hold, in long inner
/// loops, each of which waits for its stores.
template <int N>
bool should_stream(const IterationSpace<N>& space, std::size_t element_size) {
  constexpr std::int64_t kSmall = 1 << 18, kLong = 1 << 9;
  return space.numel > kSmall && space.inner_size() >= kLong &&
         N * space.numel * static_cast<std::int64_t>(element_size) > last_level_cache_size();
}

/// The inner loop of y = op(x, ...) with N operands x.
template <class Op, class X, class Y, std::size_t N>
class MapInnerLoop {
 public:
  /// @param streams  if map_streaming() pays
  MapInnerLoop(const std::array<const X*, N>& x, Y* y, const PerOperand<N + 1>& strides, bool streams,
               const Op& op)
      : x_(x), y_(y), strides_(strides), streams_(streams && strides[N] == 1), op_(op) {
    is_contiguous_ = std::ranges::all_of(strides, [](std::int64_t stride) { return stride == 1; });
    has_scalars_ =
        !is_contiguous_ && strides[N] == 1 &&
        std::ranges::all_of(strides, [](std::int64_t stride) { return stride == 0 || stride == 1; });
  }

  void operator()(const PerOperand<N + 1>& offset, std::int64_t n) const {
    std::array<const X*, N> from;
    for (std::size_t k = 0; k < N; ++k) from[k] = x_[k] + offset[k];
    if (is_contiguous_) {
      map_block(from, y_ + offset[N], n, std::make_index_sequence<N>());
    } else if (kMapsScalars && has_scalars_) {
      map_scalars(from, y_ + offset[N], n);
    } else {
      map_in_blocks(from, y_ + offset[N], n);
    }
    if (streams_) hwy::FlushStream();
  }

 private:
  template <std::size_t... k>
  void map_block(const std::array<const X*, N>& x, Y* y, std::int64_t n, std::index_sequence<k...>) const {
    streams_ ? map_streaming(op_, n, y, x[k]...) : map(op_, n, y, x[k]...);
  }

  template <std::size_t>
  using Operand = X;
  template <std::size_t... k>
  static constexpr bool maps_vectors(std::index_sequence<k...>) {
    return VectorOp<Op, Y, Operand<k>...>;
  }
  static constexpr bool kMapsScalars = N > 1 && maps_vectors(std::make_index_sequence<N>());

  /// Operands of which some are scalars (stride 0), and the others contiguous.
  void map_scalars(const std::array<const X*, N>& x, Y* y, std::int64_t n) const {
    if constexpr (kMapsScalars) {
      X copies[N][Vector<X>::kLanes];
      std::array<const X*, N> operands = x;
      std::array<std::int64_t, N> masks;
      for (std::size_t k = 0; k < N; ++k) {
        masks[k] = -strides_[k];
        if (strides_[k] == 1) continue;
        std::ranges::fill(copies[k], *x[k]);
        operands[k] = copies[k];
      }
      map_with_scalars(op_, n, y, operands, masks, streams_, std::make_index_sequence<N>());
    }
  }

  /// Operands that are not contiguous go through buffers; a scalar (stride 0) fills its own once.
  void map_in_blocks(std::array<const X*, N> x, Y* y, std::int64_t n) const {
    X inputs[N][kBufferSize];
    Y outputs[kBufferSize];
    for (std::size_t k = 0; k < N; ++k) {
      if (strides_[k] == 0) std::fill_n(inputs[k], std::min(n, kBufferSize), *x[k]);
    }
    for (; n > 0; n -= kBufferSize, y += kBufferSize * strides_[N]) {
      const std::int64_t length = std::min(n, kBufferSize);
      std::array<const X*, N> block = x;
      for (std::size_t k = 0; k < N; ++k) {
        if (strides_[k] != 1) block[k] = inputs[k];
        if (strides_[k] != 1 && strides_[k] != 0) gather(x[k], strides_[k], length, inputs[k]);
        x[k] += kBufferSize * strides_[k];
      }
      map_block(block, strides_[N] == 1 ? y : outputs, length, std::make_index_sequence<N>());
      if (strides_[N] != 1) scatter(outputs, length, y, strides_[N]);
    }
  }

  std::array<const X*, N> x_;
  Y* y_;
  PerOperand<N + 1> strides_;
  bool streams_, is_contiguous_, has_scalars_;
  Op op_;
};

/// The type T for each operand.
template <class T, class Operand>
using TypeFor = T;

/// y = op(x...) over the iteration space of x... and y, for operands x with elements of type X.
template <class Op, class X, int N, class... Operands>
void map_over(const IterationSpace<N>& space, Tensor& y, std::int64_t grain, const Op& op,
              const Operands&... x) {
  using Y = std::invoke_result_t<Op, TypeFor<X, Operands>...>;
  const bool streams = should_stream(space, sizeof(Y)) && (... && (x.raw_data() != y.raw_data()));
  for_each_inner_loop(
      space, grain,
      MapInnerLoop<Op, X, Y, N - 1>({static_cast<const X*>(x.raw_data())...}, static_cast<Y*>(y.raw_data()),
                                    space.inner_strides(), streams, op));
}

/// y = op(x...) for operands x with elements of type X.
template <class Op, class X, class... Operands>
void map_typed(Tensor& y, std::int64_t grain, const Op& op, const Operands&... x) {
  map_over<Op, X>(make_iteration_space<sizeof...(Operands) + 1>({&x..., &y}), y, grain, op, x...);
}

template <class Op, class X>
void unary_typed(const Tensor& x, Tensor& y, std::int64_t grain, const Op& op = {}) {
  map_typed<Op, X>(y, grain, op, x);
}

template <class Op, class X>
void binary_typed(const Tensor& a, const Tensor& b, Tensor& y, std::int64_t grain, const Op& op = {}) {
  const IterationSpace<3> space = make_iteration_space<3>({&a, &b, &y});
  if (is_transposed_read(space, 0) && y.is_contiguous())
    return binary_typed<Op, X>(contiguous(a), b, y, grain, op);
  if (is_transposed_read(space, 1) && y.is_contiguous())
    return binary_typed<Op, X>(a, contiguous(b), y, grain, op);
  map_over<Op, X>(space, y, grain, op, a, b);
}

/// The kernel y = op(x) for the dtypes of Types.
template <class Op, class Types, std::int64_t grain = kCheapGrain>
void unary(const Tensor& x, Tensor& y) {
  dispatch<Types>(x.dtype(), [&]<class X>() { unary_typed<Op, X>(x, y, grain); });
}

/// The grain of a math op: without vectors, f64 calls the C library.
template <class X>
inline constexpr std::int64_t kMathGrain = std::is_same_v<X, float> ? kCheapGrain
                                           : kHasVectors            ? kMediumGrain
                                                                    : kCostlyGrain;

/// The kernel y = op(x) of a math op.
template <class Op>
void unary_math(const Tensor& x, Tensor& y) {
  dispatch<FloatingTypes>(x.dtype(), [&]<class X>() { unary_typed<Op, X>(x, y, kMathGrain<X>); });
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

/// The kernel y = op(a, b, c) for the dtypes of Types, where op has these parameters.
template <class Op, class Types, std::int64_t grain = kCheapGrain, class... Parameters>
void ternary(const Tensor& a, const Tensor& b, const Tensor& c, const Parameters&... parameters, Tensor& y) {
  const Op op{parameters...};
  dispatch<Types>(y.dtype(), [&]<class X>() { map_typed<Op, X>(y, grain, op, a, b, c); });
}

}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
