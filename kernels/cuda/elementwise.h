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

// Elementwise kernels made from functors: y = op(x...) for any number of inputs.
namespace tinytorch::cuda {

/// Threads a block: enough to hide the latency of memory, few enough that a block's end does not wait long.
inline constexpr unsigned kThreads = 256;
inline constexpr unsigned kWarpsABlock = kThreads / kWarp;

/// How many parts of `each` make up `count`.
constexpr std::int64_t parts_of(std::int64_t count, std::int64_t each) { return (count + each - 1) / each; }

/// The same for the blocks of a grid.
inline unsigned blocks_for(std::int64_t count, std::int64_t each) { return grid_size(parts_of(count, each)); }

/// Threads a block where `count` are needed in all: whole warps, and no more of them than that.
inline unsigned threads_for(std::int64_t count) {
  return static_cast<unsigned>(std::min<std::int64_t>(kThreads, parts_of(count, kWarp) * kWarp));
}

// element(i) for each i below count: a thread an element, neighbours beside each other. What a functor reads
// and writes of its element moves once; what there is of a row or channel comes from the first-level cache.
template <class Index, class Element>
__global__ void __launch_bounds__(kThreads) map_elements(Index count, Element element) {
  const Index at = Index{blockIdx.x} * kThreads + threadIdx.x;
  if (within(at, count)) element(at);
}

template <class Index, class Element>
void launch_map(const OnDevice& on, std::int64_t count, const Element& element) {
  launch(KERNEL(map_elements<Index, Element>), blocks_for(count, kThreads), threads_for(count), 0,
         on.stream(), static_cast<Index>(count), element);
}

/// kWidth elements that one instruction loads or stores.
template <class T, int kWidth>
struct alignas(sizeof(T) * kWidth) Vector {
  T element[kWidth];
};

/// An input: elements in device memory, one of them for all, or a number of the host's.
template <class T>
struct Input {
  const T* data;  // null: `number` is every element
  T number;
  bool repeats;  // the vector kernel: the same element everywhere

  __device__ T at(std::uint32_t offset) const { return data != nullptr ? data[offset] : number; }

  template <int kWidth>
  __device__ Vector<T, kWidth> vector(std::uint32_t first) const {
    if (!repeats) return *reinterpret_cast<const Vector<T, kWidth>*>(data + first);
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

// Operands without gaps. A thread loads 16 bytes of the widest operand at a time (8 for an f64 result), and
// stores as many elements: each byte moves once, in as few transactions as there are. The last thread does
// what is left one by one.
template <int kWidth, class Op, class Y, class... X>
__global__ void __launch_bounds__(kThreads) map_vectors(Op op, std::uint32_t count, Y* y, Input<X>... x) {
  const std::uint32_t first = (blockIdx.x * kThreads + threadIdx.x) * kWidth;
  if (within(first + (kWidth - 1), count)) {
    *reinterpret_cast<Vector<Y, kWidth>*>(y + first) =
        apply_each<kWidth, Y>(op, x.template vector<kWidth>(first)...);
  } else {
    for (std::uint32_t i = first; within(i, count); ++i) y[i] = op(x.at(x.repeats ? 0 : i)...);
  }
}

template <std::size_t... i, class Op, class... X>
__device__ auto apply_at(std::index_sequence<i...>, const Op& op, const std::uint32_t* offset,
                         const Input<X>&... x) {
  return op(x.at(offset[i])...);
}

// Operands of any strides, a thread an element. Neighbouring threads write neighbouring elements, as the loop
// follows the output's order in memory; inputs are read as they lie.
template <class Op, class Y, class... X>
__global__ void __launch_bounds__(kThreads)
    map_places(Op op, std::uint32_t count, OffsetCalculator<static_cast<int>(sizeof...(X)) + 1> places, Y* y,
               Input<X>... x) {
  const std::uint32_t element = blockIdx.x * kThreads + threadIdx.x;
  if (!within(element, count)) return;
  std::uint32_t offset[sizeof...(X) + 1];
  places.find(element, offset);
  y[offset[sizeof...(X)]] = apply_at(std::index_sequence_for<X...>(), op, offset, x...);
}

/// The launches of one op on these types. Y is the element type of y, X those of the inputs.
template <class Op, class Y, class... X>
class Map {
 public:
  static constexpr int kOperands = static_cast<int>(sizeof...(X)) + 1;

  template <class... Tensors>
  static void run(const Op& op, Tensor& y, const Tensors&... x) {
    const OnDevice on(y.device());
    const IterationSpace<kOperands> loop = make_iteration_space<kOperands>({&x..., &y});
    for_each_part(loop, [&](const IterationSpace<kOperands>& part, const PerOperand<kOperands>& offset) {
      run_part(std::index_sequence_for<X...>(), on, op, part, offset, y, x...);
    });
  }

 private:
  // f64 results one a thread: of two at once the subroutines of division and roots spill registers.
  static constexpr int kWidth =
      std::is_same_v<Y, double> ? 1 : static_cast<int>(16 / std::max({sizeof(Y), sizeof(X)...}));

  template <std::size_t... i, class... Tensors>
  static void run_part(std::index_sequence<i...>, const OnDevice& on, const Op& op,
                       const IterationSpace<kOperands>& part, const PerOperand<kOperands>& offset, Tensor& y,
                       const Tensors&... x) {
    Y* const to = static_cast<Y*>(y.raw_data()) + offset[kOperands - 1];
    launch_part(on, op, part, to, input<X>(x, offset[i], part.inner_strides()[i])...);
  }

  /// A number's strides are 0, so that its one element is the first.
  template <class T>
  static Input<T> input(const Tensor& x, std::int64_t offset, std::int64_t step) {
    const T* const data = static_cast<const T*>(x.raw_data());
    if (x.device().type == DeviceType::cpu) return {nullptr, *data, true};
    return {data + offset, T{}, step == 0};
  }

  static void launch_part(const OnDevice& on, const Op& op, const IterationSpace<kOperands>& part, Y* y,
                          const Input<X>&... x) {
    const auto count = static_cast<std::uint32_t>(part.numel);
    if (lies_in_vectors(part, y) && (... && (x.repeats || is_aligned(x.data)))) {
      launch(KERNEL(map_vectors<kWidth, Op, Y, X...>), blocks_for(part.numel, kThreads * kWidth),
             threads_for(parts_of(part.numel, kWidth)), 0, on.stream(), op, count, y, x...);
    } else {
      launch(KERNEL(map_places<Op, Y, X...>), blocks_for(part.numel, kThreads), threads_for(part.numel), 0,
             on.stream(), op, count, OffsetCalculator<kOperands>(part), y, x...);
    }
  }

  static bool lies_in_vectors(const IterationSpace<kOperands>& part, const Y* y) {
    if (part.numel == 1) return true;
    const PerOperand<kOperands>& step = part.inner_strides();
    const bool even = std::all_of(step.begin(), step.end(), [](std::int64_t each) { return each <= 1; });
    return part.rank == 1 && even && step[kOperands - 1] == 1 && is_aligned(y);
  }

  template <class T>
  static bool is_aligned(const T* data) {
    return reinterpret_cast<std::uintptr_t>(data) % (sizeof(T) * kWidth) == 0;
  }
};

/// The kernel y = op(x) for the element types of Types.
template <class Op, class Types>
void unary(const Tensor& x, Tensor& y) {
  dispatch<Types>(x.dtype(), [&]<class X>() { Map<Op, std::invoke_result_t<Op, X>, X>::run(Op{}, y, x); });
}

/// The kernel y = Op{parameter}(x) for floating types.
template <class Op>
void unary_with(const Tensor& x, const double& parameter, Tensor& y) {
  dispatch<FloatingTypes>(x.dtype(), [&]<class X>() { Map<Op, X, X>::run(Op{parameter}, y, x); });
}

/// The kernel y = op(a, b) for the element types of Types.
template <class Op, class Types>
void binary(const Tensor& a, const Tensor& b, Tensor& y) {
  dispatch<Types>(a.dtype(),
                  [&]<class X>() { Map<Op, std::invoke_result_t<Op, X, X>, X, X>::run(Op{}, y, a, b); });
}

}  // namespace tinytorch::cuda
