#include "core/ops/indexing_kernels.h"

#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/kernels.h"
#include "kernels/dispatch.h"
#include "kernels/indexing.h"
#include "kernels/math/indexing-inl.h"

namespace tinytorch::cuda {
namespace {

// y = x at the index, one thread per element of y. Neighbouring threads write neighbouring elements and read
// their indices at the index's strides. If the index is broadcast along a row (index_select, embedding) they
// read one index, from the cache, and neighbouring elements of x: 2 elements moved per element of y. The
// offset that an index gives may exceed 32 bits.
template <class Word>
__global__ void __launch_bounds__(kThreads)
    gather_elements(std::uint32_t n, OffsetCalculator<3> offsets, std::int64_t axis_stride, const Word* x,
                    const std::int64_t* index, Word* y) {
  const std::uint32_t element = blockIdx.x * kThreads + threadIdx.x;
  if (!within(element, n)) return;
  std::uint32_t offset[3];
  offsets.find(element, offset);
  y[offset[2]] = x[offset[0] + index[offset[1]] * axis_stride];
}

void gather(const Tensor& x, const int& axis, const Tensor& index, Tensor& y) {
  const OnDevice on(y.device());
  const Tensor fixed = broadcast_along(x, axis, index.shape());
  const std::int64_t axis_stride = x.strides()[axis];
  dispatch_words(x.dtype(), [&]<class Word>() {
    for_each_chunk(make_iteration_space<3>({&fixed, &index, &y}), [&](const IterationSpace<3>& chunk,
                                                                      const PerOperand<3>& offset) {
      launch(KERNEL(gather_elements<Word>), blocks_for(chunk.numel, kThreads), threads_for(chunk.numel), 0,
             on.stream(), static_cast<std::uint32_t>(chunk.numel), OffsetCalculator<3>(chunk), axis_stride,
             static_cast<const Word*>(x.raw_data()) + offset[0], index.data<std::int64_t>() + offset[1],
             static_cast<Word*>(y.raw_data()) + offset[2]);
    });
  });
}

/// The arguments of combine_sources besides the offsets; see Scatter.
template <class T>
struct ScatterArguments {
  const std::int64_t* indices;
  const std::int64_t* order;
  std::int64_t first_position;
  std::int64_t length;
  const T* source;
  std::int64_t source_stride;
  T* y;
  std::int64_t y_stride;
};

// Combines each element of y with all its sources, in their order: the thread at the first of a target's
// sorted indices does that, the other threads of the target do nothing. So no two threads write one element,
// no atomics are needed, and a sum has the same bits each time. Each index and source is read once, and each
// target that occurs is read and written once. A target of very many sources keeps one thread busy while it
// adds them one after another.
template <class Combine>
__global__ void __launch_bounds__(kThreads)
    combine_sources(std::uint32_t n, OffsetCalculator<4> offsets,
                    ScatterArguments<typename Combine::Element> args) {
  const std::uint32_t element = blockIdx.x * kThreads + threadIdx.x;
  if (!within(element, n)) return;
  std::uint32_t offset[4];
  offsets.find(element, offset);
  const std::int64_t* const index = args.indices + offset[0];
  const std::int64_t position = args.first_position + offset[1], target = index[0];
  if (position > 0 && index[-1] == target) return;
  const std::int64_t* const order = args.order + offset[0];
  typename Combine::Element& to = args.y[offset[3] + (target - position) * args.y_stride];
  auto total = static_cast<typename Combine::Total>(to);
  for (std::int64_t k = 0; position + k < args.length && index[k] == target; ++k)
    total = Combine::join(total, args.source[offset[2] + order[k] * args.source_stride]);
  to = static_cast<typename Combine::Element>(total);
}

template <class Combine>
void scatter_sources(const Tensor& source, int axis, const Tensor& index, Tensor& y) {
  using T = typename Combine::Element;
  const OnDevice on(y.device());
  const Scatter scatter = make_scatter(source, axis, index, y);
  const IterationSpace<4> space =
      make_iteration_space<4>({&scatter.sorted, &scatter.position, &scatter.source, &scatter.y});
  for_each_chunk(space, [&](const IterationSpace<4>& chunk, const PerOperand<4>& offset) {
    const ScatterArguments<T> arguments{.indices = scatter.indices.template data<std::int64_t>() + offset[0],
                                        .order = scatter.order.template data<std::int64_t>() + offset[0],
                                        .first_position = offset[1],
                                        .length = scatter.length,
                                        .source = static_cast<const T*>(source.raw_data()) + offset[2],
                                        .source_stride = scatter.source_stride,
                                        .y = static_cast<T*>(y.raw_data()) + offset[3],
                                        .y_stride = scatter.y_stride};
    launch(KERNEL(combine_sources<Combine>), blocks_for(chunk.numel, kThreads), threads_for(chunk.numel), 0,
           on.stream(), static_cast<std::uint32_t>(chunk.numel), OffsetCalculator<4>(chunk), arguments);
  });
}

void scatter(const Tensor& source, const int& axis, const Tensor& index, Tensor& y) {
  dispatch_words(y.dtype(),
                 [&]<class Word>() { scatter_sources<math::LastSource<Word>>(source, axis, index, y); });
}

void scatter_add(const Tensor& source, const int& axis, const Tensor& index, Tensor& y) {
  dispatch(y.dtype(), [&]<class T>() { scatter_sources<math::AddSources<T>>(source, axis, index, y); });
}

/// A shape as a kernel's argument.
struct Sizes {
  int rank;
  std::int64_t size[kMaxRank];

  explicit Sizes(const Shape& shape) : rank(shape.size()) { std::copy(shape.begin(), shape.end(), size); }
};

// One thread per element of the mask. The threads of true elements write their indices to the row that the
// running total `ends` gives. 9 bytes read per element, 8 written per axis of a true element.
__global__ void __launch_bounds__(kThreads)
    write_indices(std::int64_t n, Sizes shape, const bool* mask, const std::int64_t* ends, std::int64_t* y) {
  const std::int64_t element = std::int64_t{blockIdx.x} * kThreads + threadIdx.x;
  if (!within(element, n)) return;
  if (!mask[element]) return;
  std::int64_t* const row = y + (ends[element] - 1) * shape.rank;
  std::int64_t rest = element;
  for (int axis = shape.rank - 1; axis >= 0; --axis) {
    const std::int64_t outer = rest / shape.size[axis];
    row[axis] = rest - outer * shape.size[axis];
    rest = outer;
  }
}

void nonzero(const Tensor& mask, const Tensor& ends, Tensor& y) {
  const OnDevice on(y.device());
  launch(KERNEL(write_indices), blocks_for(mask.numel(), kThreads), threads_for(mask.numel()), 0, on.stream(),
         mask.numel(), Sizes(mask.shape()), mask.data<bool>(), ends.data<std::int64_t>(),
         y.data<std::int64_t>());
}

}  // namespace

void register_indexing() {
  constexpr auto kCuda = DeviceType::cuda;
  kernels::gather.set(kCuda, gather);
  kernels::nonzero.set(kCuda, nonzero);
  kernels::scatter.set(kCuda, scatter);
  kernels::scatter_add.set(kCuda, scatter_add);
}

}  // namespace tinytorch::cuda
