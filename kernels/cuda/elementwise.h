#pragma once

#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "core/tensor.h"
#include "kernels/cuda/launch.h"
#include "kernels/cuda/offset_calculator.h"
#include "kernels/cuda/stream.h"
#include "kernels/cuda/warp.h"

// Elementwise kernels generated from functors: y = op(x...) for any number of inputs.
namespace tinytorch::cuda {

/// Threads per block: enough to hide memory latency, few enough that a block's end does not take long.
inline constexpr unsigned kThreads = 256;
inline constexpr unsigned kWarpsPerBlock = kThreads / kWarp;

/// n / divisor, rounded up.
constexpr std::int64_t ceil_div(std::int64_t n, std::int64_t divisor) { return (n + divisor - 1) / divisor; }

/// Blocks of a grid for n elements, of which each block takes `per_block`.
inline unsigned blocks_for(std::int64_t n, std::int64_t per_block) {
  return grid_size(ceil_div(n, per_block));
}

/// Threads per block where a grid needs n threads in total: n rounded up to whole warps, at most kThreads.
inline unsigned threads_for(std::int64_t n) {
  return static_cast<unsigned>(std::min<std::int64_t>(kThreads, ceil_div(n, kWarp) * kWarp));
}

// element(i) for each i below n: one thread per element, neighbouring threads on neighbouring elements. What
// a functor reads and writes per element moves once; what it reads per row or channel comes from L1.
template <class Index, class Element>
__global__ void __launch_bounds__(kThreads) map_elements(Index n, Element element) {
  const Index i = Index{blockIdx.x} * kThreads + threadIdx.x;
  if (within(i, n)) element(i);
}

template <class Index, class Element>
void launch_map(const OnDevice& on, std::int64_t n, const Element& element) {
  launch(KERNEL(map_elements<Index, Element>), blocks_for(n, kThreads), threads_for(n), 0, on.stream(),
         static_cast<Index>(n), element);
}

/// kWidth elements that one instruction loads or stores.
template <class T, int kWidth>
struct alignas(sizeof(T) * kWidth) Vector {
  T element[kWidth];
};

/// An input: elements in device memory, one element that is broadcast, or a host scalar.
template <class T>
struct Input {
  const T* data;  // null: `scalar` is every element
  T scalar;
  bool is_broadcast;  // for map_vectors: data[0] or `scalar` is every element

  __device__ T at(std::uint32_t offset) const { return data != nullptr ? data[offset] : scalar; }

  template <int kWidth>
  __device__ Vector<T, kWidth> vector(std::uint32_t first) const {
    if (!is_broadcast) return *reinterpret_cast<const Vector<T, kWidth>*>(data + first);
    Vector<T, kWidth> all;
    for (int i = 0; i < kWidth; ++i) all.element[i] = at(0);
    return all;
  }
};

template <int kWidth, class Y, class Op, class... X>
__device__ Vector<Y, kWidth> apply_each(const Op& op, const Vector<X, kWidth>&... x) {
  Vector<Y, kWidth> y;
  for (int i = 0; i < kWidth; ++i) y.element[i] = op(x.element[i]...);
  return y;
}

// Contiguous operands. Each thread loads 16 bytes of the widest operand at once (8 for an f64 result), and
// stores as many elements: each byte moves once, in the fewest transactions. The last thread handles the
// remaining elements one by one.
template <int kWidth, class Op, class Y, class... X>
__global__ void __launch_bounds__(kThreads) map_vectors(Op op, std::uint32_t n, Y* y, Input<X>... x) {
  const std::uint32_t first = (blockIdx.x * kThreads + threadIdx.x) * kWidth;
  if (within(first + (kWidth - 1), n)) {
    *reinterpret_cast<Vector<Y, kWidth>*>(y + first) =
        apply_each<kWidth, Y>(op, x.template vector<kWidth>(first)...);
  } else {
    for (std::uint32_t i = first; within(i, n); ++i) y[i] = op(x.at(x.is_broadcast ? 0 : i)...);
  }
}

template <std::size_t... i, class Op, class... X>
__device__ auto apply_at(std::index_sequence<i...>, const Op& op, const std::uint32_t* offset,
                         const Input<X>&... x) {
  return op(x.at(offset[i])...);
}

// Operands of any strides, one thread per element. Neighbouring threads write neighbouring elements, because
// the iteration space follows the output's order in memory; inputs are read at their own strides.
template <class Op, class Y, class... X>
__global__ void __launch_bounds__(kThreads)
    map_strided(Op op, std::uint32_t n, OffsetCalculator<static_cast<int>(sizeof...(X)) + 1> offsets, Y* y,
                Input<X>... x) {
  const std::uint32_t element = blockIdx.x * kThreads + threadIdx.x;
  if (!within(element, n)) return;
  std::uint32_t offset[sizeof...(X) + 1];
  offsets.find(element, offset);
  y[offset[sizeof...(X)]] = apply_at(std::index_sequence_for<X...>(), op, offset, x...);
}

/// Launches one op on elements of these types: Y is the type of the output, X are those of the inputs.
template <class Op, class Y, class... X>
class Map {
 public:
  static constexpr int kOperands = static_cast<int>(sizeof...(X)) + 1;

  template <class... Tensors>
  static void run(const Op& op, Tensor& y, const Tensors&... x) {
    const OnDevice on(y.device());
    const IterationSpace<kOperands> space = make_iteration_space<kOperands>({&x..., &y});
    for_each_chunk(space, [&](const IterationSpace<kOperands>& chunk, const PerOperand<kOperands>& offset) {
      run_chunk(std::index_sequence_for<X...>(), on, op, chunk, offset, y, x...);
    });
  }

 private:
  // One f64 result per thread: with two, the subroutines of division and square root spill registers.
  static constexpr int kWidth =
      std::is_same_v<Y, double> ? 1 : static_cast<int>(16 / std::max({sizeof(Y), sizeof(X)...}));

  template <std::size_t... i, class... Tensors>
  static void run_chunk(std::index_sequence<i...>, const OnDevice& on, const Op& op,
                        const IterationSpace<kOperands>& chunk, const PerOperand<kOperands>& offset,
                        Tensor& y, const Tensors&... x) {
    Y* const to = static_cast<Y*>(y.raw_data()) + offset[kOperands - 1];
    launch_chunk(on, op, chunk, to, input<X>(x, offset[i], chunk.inner_strides()[i])...);
  }

  /// A host scalar has strides of 0: its only element is the first.
  template <class T>
  static Input<T> input(const Tensor& x, std::int64_t offset, std::int64_t stride) {
    const T* const data = static_cast<const T*>(x.raw_data());
    if (x.device().type == DeviceType::cpu) return {nullptr, *data, true};
    return {data + offset, T{}, stride == 0};
  }

  static void launch_chunk(const OnDevice& on, const Op& op, const IterationSpace<kOperands>& chunk, Y* y,
                           const Input<X>&... x) {
    const auto n = static_cast<std::uint32_t>(chunk.numel);
    if (is_vectorizable(chunk, y) && (... && (x.is_broadcast || is_aligned(x.data)))) {
      launch(KERNEL(map_vectors<kWidth, Op, Y, X...>), blocks_for(chunk.numel, kThreads * kWidth),
             threads_for(ceil_div(chunk.numel, kWidth)), 0, on.stream(), op, n, y, x...);
    } else {
      launch(KERNEL(map_strided<Op, Y, X...>), blocks_for(chunk.numel, kThreads), threads_for(chunk.numel), 0,
             on.stream(), op, n, OffsetCalculator<kOperands>(chunk), y, x...);
    }
  }

  static bool is_vectorizable(const IterationSpace<kOperands>& chunk, const Y* y) {
    if (chunk.numel == 1) return true;
    const PerOperand<kOperands>& strides = chunk.inner_strides();
    const bool unit_or_broadcast =
        std::all_of(strides.begin(), strides.end(), [](std::int64_t stride) { return stride <= 1; });
    return chunk.rank == 1 && unit_or_broadcast && strides[kOperands - 1] == 1 && is_aligned(y);
  }

  template <class T>
  static bool is_aligned(const T* data) {
    return reinterpret_cast<std::uintptr_t>(data) % (sizeof(T) * kWidth) == 0;
  }
};

/// The kernel y = op(x) for the dtypes of Types.
template <class Op, class Types>
void unary(const Tensor& x, Tensor& y) {
  dispatch<Types>(x.dtype(), [&]<class X>() { Map<Op, std::invoke_result_t<Op, X>, X>::run(Op{}, y, x); });
}

/// The kernel y = Op{parameter}(x) for floating dtypes.
template <class Op>
void unary_with(const Tensor& x, const double& parameter, Tensor& y) {
  dispatch<FloatingTypes>(x.dtype(), [&]<class X>() { Map<Op, X, X>::run(Op{parameter}, y, x); });
}

/// The kernel y = op(a, b) for the dtypes of Types.
template <class Op, class Types>
void binary(const Tensor& a, const Tensor& b, Tensor& y) {
  dispatch<Types>(a.dtype(),
                  [&]<class X>() { Map<Op, std::invoke_result_t<Op, X, X>, X, X>::run(Op{}, y, a, b); });
}

/// The kernel y = op(a, b, c) for the dtypes of Types, where op has these parameters.
template <class Op, class Types, class... Parameters>
void ternary(const Tensor& a, const Tensor& b, const Tensor& c, const Parameters&... parameters, Tensor& y) {
  const Op op{parameters...};
  dispatch<Types>(y.dtype(), [&]<class X>() { Map<Op, X, X, X, X>::run(op, y, a, b, c); });
}

}  // namespace tinytorch::cuda
