#include "core/ops/indexing_kernels.h"

#include "core/ops/copy_kernels.h"
#include "core/ops/creation.h"
#include "core/ops/shape.h"
#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/kernels.h"
#include "kernels/cuda/warp.h"
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

void gather(const Tensor& x, const int& axis, const Tensor& index, IndexCheck& check, Tensor& y) {
  const OnDevice on(y.device());
  if (!passes(check, index, x.shape()[axis])) return;
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

/// The arguments of kernels of sorted indices besides the offsets; see Scatter.
template <class Source, class Y>
struct ScatterArguments {
  const std::int64_t* indices;
  const std::int64_t* order;
  std::int64_t first_position;
  std::int64_t length;
  Source* source;
  std::int64_t source_stride;
  Y* y;
  std::int64_t y_stride;
};

/// Calls f(chunk, arguments) for each chunk of a scatter's sorted indices.
template <class Source, class Y, class F>
void for_each_scatter_chunk(const Scatter& scatter, Source* source, Y* y, const F& f) {
  const IterationSpace<4> space =
      make_iteration_space<4>({&scatter.sorted, &scatter.position, &scatter.source, &scatter.y});
  for_each_chunk(space, [&](const IterationSpace<4>& chunk, const PerOperand<4>& offset) {
    f(chunk, ScatterArguments<Source, Y>{.indices = scatter.indices.data<std::int64_t>() + offset[0],
                                         .order = scatter.order.data<std::int64_t>() + offset[0],
                                         .first_position = offset[1],
                                         .length = scatter.length,
                                         .source = source + offset[2],
                                         .source_stride = scatter.source_stride,
                                         .y = y + offset[3],
                                         .y_stride = scatter.y_stride});
  });
}

// Combines each element of y with all its sources, in their order: the thread at the first of a target's
// sorted indices does that, the other threads of the target do nothing. So no two threads write one element,
// no atomics are needed, and a sum has the same bits each time. Each index and source is read once, and each
// target that occurs is read and written once. A target of very many sources keeps one thread busy while it
// adds them one after another.
template <class Combine, class T = typename Combine::Element>
__global__ void __launch_bounds__(kThreads)
    combine_sources(std::uint32_t n, OffsetCalculator<4> offsets, ScatterArguments<const T, T> args) {
  const std::uint32_t element = blockIdx.x * kThreads + threadIdx.x;
  if (!within(element, n)) return;
  std::uint32_t offset[4];
  offsets.find(element, offset);
  const std::int64_t* const index = args.indices + offset[0];
  const std::int64_t position = args.first_position + offset[1], target = index[0];
  if (position > 0 && index[-1] == target) return;
  const std::int64_t* const order = args.order + offset[0];
  T& to = args.y[offset[3] + (target - position) * args.y_stride];
  auto total = static_cast<typename Combine::Total>(to);
  for (std::int64_t k = 0; position + k < args.length && index[k] == target; ++k)
    total = Combine::join(total, args.source[offset[2] + order[k] * args.source_stride]);
  to = static_cast<T>(total);
}

template <class Combine>
void scatter_sources(const Tensor& x, const Tensor& source, int axis, const Tensor& index, IndexCheck& check,
                     Tensor& y) {
  using T = typename Combine::Element;
  const OnDevice on(y.device());
  if (!passes(check, index, y.shape()[axis])) return;
  if (x.raw_data() != y.raw_data()) kernels::copy(x, y);
  const Scatter scatter = make_scatter(source, axis, index, y);
  for_each_scatter_chunk(scatter, static_cast<const T*>(source.raw_data()), static_cast<T*>(y.raw_data()),
                         [&](const IterationSpace<4>& chunk, const ScatterArguments<const T, T>& arguments) {
                           launch(KERNEL(combine_sources<Combine>), blocks_for(chunk.numel, kThreads),
                                  threads_for(chunk.numel), 0, on.stream(),
                                  static_cast<std::uint32_t>(chunk.numel), OffsetCalculator<4>(chunk),
                                  arguments);
                         });
}

void scatter(const Tensor& x, const Tensor& source, const int& axis, const Tensor& index, IndexCheck& check,
             Tensor& y) {
  dispatch_words(y.dtype(), [&]<class Word>() {
    scatter_sources<math::LastSource<Word>>(x, source, axis, index, check, y);
  });
}

void scatter_add(const Tensor& x, const Tensor& source, const int& axis, const Tensor& index,
                 IndexCheck& check, Tensor& y) {
  dispatch(y.dtype(),
           [&]<class T>() { scatter_sources<math::AddSources<T>>(x, source, axis, index, check, y); });
}

// dsource = grad at the indices where a source is the last of its target, else 0. One thread per source: the
// last of a target's sorted indices is the one that the next differs from. Each index, and each element of
// grad that is at an index, is read once.
template <class Word>
__global__ void __launch_bounds__(kThreads)
    take_last(std::uint32_t n, OffsetCalculator<4> offsets, ScatterArguments<Word, const Word> args) {
  const std::uint32_t element = blockIdx.x * kThreads + threadIdx.x;
  if (!within(element, n)) return;
  std::uint32_t offset[4];
  offsets.find(element, offset);
  const std::int64_t* const index = args.indices + offset[0];
  const std::int64_t position = args.first_position + offset[1], target = index[0];
  const bool is_last = position + 1 == args.length || index[1] != target;
  args.source[offset[2] + args.order[offset[0]] * args.source_stride] =
      is_last ? args.y[offset[3] + (target - position) * args.y_stride] : Word(0);
}

void scatter_gradient(const Tensor& grad, const int& axis, const Tensor& index, Tensor& dsource, Tensor& dx) {
  const OnDevice on(dx.device());
  const Scatter scatter = make_scatter(dsource, axis, index, grad);
  dispatch_words(grad.dtype(), [&]<class Word>() {
    for_each_scatter_chunk(
        scatter, static_cast<Word*>(dsource.raw_data()), static_cast<const Word*>(grad.raw_data()),
        [&](const IterationSpace<4>& chunk, const ScatterArguments<Word, const Word>& arguments) {
          launch(KERNEL(take_last<Word>), blocks_for(chunk.numel, kThreads), threads_for(chunk.numel), 0,
                 on.stream(), static_cast<std::uint32_t>(chunk.numel), OffsetCalculator<4>(chunk), arguments);
        });
  });
  const Tensor zero = zeros({}, {.dtype = grad.dtype(), .device = grad.device()});
  IndexCheck check;
  kernels::scatter(grad, expand(zero, index.shape()), axis, index, check, dx);
}

/// A shape as a kernel's argument.
struct Sizes {
  int rank;
  std::int64_t size[kMaxRank];

  explicit Sizes(const Shape& shape) : rank(shape.size()) { std::copy(shape.begin(), shape.end(), size); }
};

constexpr unsigned kMaskBlocksPerBlock = kThreads / kWarp;

/// The block of the mask that the thread's warp processes.
__device__ inline std::int64_t mask_block() {
  return std::int64_t{blockIdx.x} * kMaskBlocksPerBlock + threadIdx.x / kWarp;
}

/// Which of the warp's threads have a true element, as bits: thread i has element `first` + i of the mask.
__device__ inline unsigned true_elements(const bool* mask, std::int64_t n, std::int64_t first) {
  const std::int64_t element = first + threadIdx.x % kWarp;
  return __ballot_sync(~0u, within(element, n) && mask[element]);
}

// One warp per block of the mask, which reads 32 elements at a time: 1 byte per element.
__global__ void __launch_bounds__(kThreads)
    count_true_elements(std::int64_t n, const bool* mask, std::int64_t blocks, std::int64_t* counts) {
  const std::int64_t block = mask_block();
  if (!within(block, blocks)) return;
  int count = 0;
  for (std::int64_t i = 0; i < kernels::kMaskBlock; i += kWarp)
    count += __popc(true_elements(mask, n, block * kernels::kMaskBlock + i));
  if (threadIdx.x % kWarp == 0) counts[block] = count;
}

void count_true(const Tensor& mask, Tensor& counts) {
  const OnDevice on(counts.device());
  launch(KERNEL(count_true_elements), blocks_for(counts.numel(), kMaskBlocksPerBlock), dim3(kThreads), 0,
         on.stream(), mask.numel(), mask.data<bool>(), counts.numel(), counts.data<std::int64_t>());
}

// One warp per block of the mask. The threads of true elements write their indices behind those of the
// block's earlier ones. 1 byte read per element, 8 written per axis of a true element.
__global__ void __launch_bounds__(kThreads)
    write_indices(std::int64_t n, Sizes shape, const bool* mask, std::int64_t blocks,
                  const std::int64_t* ends, std::int64_t* y) {
  const std::int64_t block = mask_block();
  if (!within(block, blocks)) return;
  const unsigned lane = threadIdx.x % kWarp;
  std::int64_t written = block == 0 ? 0 : ends[block - 1];
  for (std::int64_t i = 0; i < kernels::kMaskBlock; i += kWarp) {
    const std::int64_t first = block * kernels::kMaskBlock + i;
    const unsigned found = true_elements(mask, n, first), earlier = found & ((1u << lane) - 1);
    if ((found >> lane & 1) != 0) {
      std::int64_t* const row = y + (written + __popc(earlier)) * shape.rank;
      std::int64_t rest = first + lane;
      for (int axis = shape.rank - 1; axis >= 0; --axis) {
        const std::int64_t outer = rest / shape.size[axis];
        row[axis] = rest - outer * shape.size[axis];
        rest = outer;
      }
    }
    written += __popc(found);
  }
}

void nonzero(const Tensor& mask, const Tensor& ends, Tensor& y) {
  const OnDevice on(y.device());
  launch(KERNEL(write_indices), blocks_for(ends.numel(), kMaskBlocksPerBlock), dim3(kThreads), 0, on.stream(),
         mask.numel(), Sizes(mask.shape()), mask.data<bool>(), ends.numel(), ends.data<std::int64_t>(),
         y.data<std::int64_t>());
}

}  // namespace

void register_indexing() {
  constexpr auto kCuda = DeviceType::cuda;
  kernels::count_true.set(kCuda, count_true);
  kernels::gather.set(kCuda, gather);
  kernels::nonzero.set(kCuda, nonzero);
  kernels::scatter.set(kCuda, scatter);
  kernels::scatter_add.set(kCuda, scatter_add);
  kernels::scatter_gradient.set(kCuda, scatter_gradient);
}

}  // namespace tinytorch::cuda
