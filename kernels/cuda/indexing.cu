#include "core/ops/indexing_kernels.h"

#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/kernels.h"
#include "kernels/indexing.h"
#include "kernels/math/indexing.h"

namespace tinytorch::cuda {
namespace {

// y = x at the index, a thread an element of y. Neighbouring threads write neighbouring elements and read
// their indices as they lie; where the index repeats along a row (index_select, embedding) they read one
// index, which the cache holds, and neighbouring elements of x: 2 elements moved for each of y. Indices may
// lead beyond 32 bits.
template <class Word>
__global__ void __launch_bounds__(kThreads)
    gather_places(std::uint32_t count, OffsetCalculator<3> places, std::int64_t axis_step, const Word* x,
                  const std::int64_t* index, Word* y) {
  const std::uint32_t element = blockIdx.x * kThreads + threadIdx.x;
  if (!within(element, count)) return;
  std::uint32_t offset[3];
  places.find(element, offset);
  y[offset[2]] = x[offset[0] + index[offset[1]] * axis_step];
}

void gather(const Tensor& x, const int& axis, const Tensor& index, Tensor& y) {
  const OnDevice on(y.device());
  const Tensor lines = broadcast_along(x, axis, index.shape());
  const std::int64_t axis_step = x.strides()[axis];
  dispatch_words(x.dtype(), [&]<class Word>() {
    for_each_part(make_iteration_space<3>({&lines, &index, &y}), [&](const IterationSpace<3>& part,
                                                                     const PerOperand<3>& offset) {
      launch(KERNEL(gather_places<Word>), blocks_for(part.numel, kThreads), threads_for(part.numel), 0,
             on.stream(), static_cast<std::uint32_t>(part.numel), OffsetCalculator<3>(part), axis_step,
             static_cast<const Word*>(x.raw_data()) + offset[0], index.data<std::int64_t>() + offset[1],
             static_cast<Word*>(y.raw_data()) + offset[2]);
    });
  });
}

/// What a thread of join_places knows besides its own place; see Scatter.
template <class T>
struct Joined {
  const std::int64_t* indices;
  const std::int64_t* order;
  std::int64_t first_place;
  std::int64_t length;
  const T* source;
  std::int64_t source_stride;
  T* y;
  std::int64_t y_stride;
};

// Joins all sources that come to a place of y to what is there, in their order: the thread at the first of a
// target's sorted indices does it, the others of that target have nothing to do. So no two threads write one
// element, there are no atomics, and the sum's bits are always the same. Each index and source is read once,
// and each target that is named is read and written once. A target that very many sources come to keeps one
// thread busy for as long as those take one after another.
template <class Join>
__global__ void __launch_bounds__(kThreads)
    join_places(std::uint32_t count, OffsetCalculator<4> places, Joined<typename Join::Element> j) {
  const std::uint32_t element = blockIdx.x * kThreads + threadIdx.x;
  if (!within(element, count)) return;
  std::uint32_t offset[4];
  places.find(element, offset);
  const std::int64_t* const index = j.indices + offset[0];
  const std::int64_t place = j.first_place + offset[1], target = index[0];
  if (place > 0 && index[-1] == target) return;
  const std::int64_t* const order = j.order + offset[0];
  typename Join::Element& to = j.y[offset[3] + (target - place) * j.y_stride];
  auto total = static_cast<typename Join::Total>(to);
  for (std::int64_t k = 0; place + k < j.length && index[k] == target; ++k)
    total = Join::join(total, j.source[offset[2] + order[k] * j.source_stride]);
  to = static_cast<typename Join::Element>(total);
}

template <class Join>
void join_sources(const Tensor& source, int axis, const Tensor& index, Tensor& y) {
  using T = typename Join::Element;
  const OnDevice on(y.device());
  const Scatter scatter = make_scatter(source, axis, index, y);
  const IterationSpace<4> loop =
      make_iteration_space<4>({&scatter.sorted, &scatter.position, &scatter.source, &scatter.y});
  for_each_part(loop, [&](const IterationSpace<4>& part, const PerOperand<4>& offset) {
    const Joined<T> joined{.indices = scatter.indices.template data<std::int64_t>() + offset[0],
                           .order = scatter.order.template data<std::int64_t>() + offset[0],
                           .first_place = offset[1],
                           .length = scatter.length,
                           .source = static_cast<const T*>(source.raw_data()) + offset[2],
                           .source_stride = scatter.source_stride,
                           .y = static_cast<T*>(y.raw_data()) + offset[3],
                           .y_stride = scatter.y_stride};
    launch(KERNEL(join_places<Join>), blocks_for(part.numel, kThreads), threads_for(part.numel), 0,
           on.stream(), static_cast<std::uint32_t>(part.numel), OffsetCalculator<4>(part), joined);
  });
}

void scatter(const Tensor& source, const int& axis, const Tensor& index, Tensor& y) {
  dispatch_words(y.dtype(),
                 [&]<class Word>() { join_sources<math::LastSource<Word>>(source, axis, index, y); });
}

void scatter_add(const Tensor& source, const int& axis, const Tensor& index, Tensor& y) {
  dispatch(y.dtype(), [&]<class T>() { join_sources<math::AddSources<T>>(source, axis, index, y); });
}

/// A shape as a kernel takes it.
struct Lengths {
  int rank;
  std::int64_t length[kMaxRank];

  explicit Lengths(const Shape& shape) : rank(shape.size()) { std::copy(shape.begin(), shape.end(), length); }
};

// A thread an element of the mask; those of true ones write their places to the row that the running count
// says. 9 bytes read an element, 8 written an axis of a true one.
__global__ void __launch_bounds__(kThreads) write_places(std::int64_t count, Lengths shape, const bool* mask,
                                                         const std::int64_t* ends, std::int64_t* y) {
  const std::int64_t element = std::int64_t{blockIdx.x} * kThreads + threadIdx.x;
  if (!within(element, count)) return;
  if (!mask[element]) return;
  std::int64_t* const row = y + (ends[element] - 1) * shape.rank;
  std::int64_t rest = element;
  for (int axis = shape.rank - 1; axis >= 0; --axis) {
    const std::int64_t outer = rest / shape.length[axis];
    row[axis] = rest - outer * shape.length[axis];
    rest = outer;
  }
}

void nonzero(const Tensor& mask, const Tensor& ends, Tensor& y) {
  const OnDevice on(y.device());
  launch(KERNEL(write_places), blocks_for(mask.numel(), kThreads), threads_for(mask.numel()), 0, on.stream(),
         mask.numel(), Lengths(mask.shape()), mask.data<bool>(), ends.data<std::int64_t>(),
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
