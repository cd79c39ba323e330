#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

#include "core/storage.h"
#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/launch.h"
#include "kernels/cuda/offset_calculator.h"
#include "kernels/cuda/stream.h"

// Reductions of any kind: many elements into each of many outputs. A functor, called a fold, defines one:
//
//   using Result = ...;                                   the type of partial results
//   static Result identity();                             the result of no elements
//   Result lift(output, offset, index) const;             the result of one element: at this offset, the
//                                                         index-th of its output
//   static Result combine(const Result&, const Result&);  the result of both together
//   void finish(output, const Result& total) const;       writes the output
namespace tinytorch::cuda {

/// The first stage: writes partial results for the second, or the outputs where there is no second.
template <class Fold>
struct FirstStage {
  using Result = typename Fold::Result;
  Fold fold;
  Result* partials;  // null: there is one stage

  __device__ static Result identity() { return Fold::identity(); }
  template <class Index>
  __device__ Result lift(Index output, Index offset, Index index) const {
    return fold.lift(output, offset, index);
  }
  __device__ static Result combine(const Result& a, const Result& b) { return Fold::combine(a, b); }
  template <class Index>
  __device__ void finish(Index index, const Result& total) const {
    if (partials != nullptr) {
      partials[index] = total;
    } else {
      fold.finish(index, total);
    }
  }
};

/// The second stage: reads partial results instead of elements.
template <class Fold>
struct SecondStage {
  using Result = typename Fold::Result;
  Fold fold;
  const Result* partials;

  __device__ static Result identity() { return Fold::identity(); }
  template <class Index>
  __device__ Result lift(Index, Index offset, Index) const {
    return partials[offset];
  }
  __device__ static Result combine(const Result& a, const Result& b) { return Fold::combine(a, b); }
  template <class Index>
  __device__ void finish(Index output, const Result& total) const {
    fold.finish(output, total);
  }
};

/// The arguments of reduce_chunks: each output reduces `length` elements, in chunks.
template <class Index>
struct ReductionPlan {
  Index outputs, length, chunk_length;
  OffsetCalculator<1, Index> kept;     // the offset of each output's first element
  OffsetCalculator<1, Index> reduced;  // the offsets of its elements, relative to the first
};

// blockDim.x outputs per block, blockDim.y threads per output, one chunk of each output's elements per
// blockIdx.y. A thread reduces every blockDim.y-th element of its chunk, then the block reduces its threads'
// results as a tree: the order depends on the shape and the strides alone, so the same bits come out each
// time. Each element is read once. Neighbouring threads read neighbouring elements: of one output if it has
// all threads (blockDim.x = 1), else of neighbouring outputs; short rows of one block meet in L1.
template <class Fold, class Index>
__global__ void __launch_bounds__(kThreads) reduce_chunks(ReductionPlan<Index> plan, Fold fold) {
  using Result = typename Fold::Result;
  SHARED(Result, totals, [kThreads]);
  const Index output = Index{blockIdx.x} * blockDim.x + threadIdx.x;
  Result total = Fold::identity();
  if (within(output, plan.outputs)) {
    const Index begin = blockIdx.y * plan.chunk_length;
    const Index end = begin + plan.chunk_length < plan.length ? begin + plan.chunk_length : plan.length;
    Index first[1], offset[1];
    plan.kept.find(output, first);
    for (Index i = begin + threadIdx.y; within(i, end); i += blockDim.y) {
      plan.reduced.find(i, offset);
      total = Fold::combine(total, fold.lift(output, first[0] + offset[0], i));
    }
  }
  const unsigned slot = threadIdx.y * blockDim.x + threadIdx.x;
  totals[slot] = total;
  for (unsigned half = blockDim.y / 2; half > 0; half /= 2) {
    __syncthreads();
    if (threadIdx.y < half) totals[slot] = Fold::combine(totals[slot], totals[slot + half * blockDim.x]);
  }
  if (threadIdx.y == 0 && within(output, plan.outputs))
    fold.finish(blockIdx.y * plan.outputs + output, totals[slot]);
}

/// The launch shape of a reduction. It depends on the sizes and the order in memory alone.
struct ReductionShape {
  unsigned width;   ///< outputs per block
  unsigned height;  ///< threads per output
  unsigned chunks;  ///< of each output's elements

  ReductionShape(const ReductionSpaces& spaces, bool may_split) {
    constexpr std::int64_t kMaxWidth = 32, kBlocks = 512, kPerThread = 16;
    const std::int64_t outputs = spaces.kept.numel, length = spaces.reduced.numel;
    const bool columns = spaces.kept.inner_strides()[0] < spaces.reduced.inner_strides()[0];
    width = columns ? power_of_two(spaces.kept.inner_size(), kMaxWidth) : 1;
    height = power_of_two(length, kThreads / width);
    width = power_of_two(outputs, kThreads / height);
    const std::int64_t blocks = ceil_div(outputs, width);
    const std::int64_t wanted = may_split ? std::min(kBlocks / blocks, length / (kPerThread * height)) : 1;
    chunks = static_cast<unsigned>(std::max<std::int64_t>(1, wanted));
  }

  /// The least power of two that is at least n, or `max`, a power of two, if that is less.
  static unsigned power_of_two(std::int64_t n, std::int64_t max) {
    return std::bit_ceil(static_cast<unsigned>(std::clamp<std::int64_t>(n, 1, max)));
  }
};

template <class Index, class Fold>
void launch_reduction(const OnDevice& on, const ReductionSpaces& spaces, const ReductionShape& shape,
                      const Fold& fold) {
  const auto length = static_cast<Index>(spaces.reduced.numel);
  const ReductionPlan<Index> plan{.outputs = static_cast<Index>(spaces.kept.numel),
                                  .length = length,
                                  .chunk_length = (length + shape.chunks - 1) / shape.chunks,
                                  .kept = OffsetCalculator<1, Index>(spaces.kept),
                                  .reduced = OffsetCalculator<1, Index>(spaces.reduced)};
  const dim3 grid(blocks_for(spaces.kept.numel, shape.width), shape.chunks);
  launch(KERNEL(reduce_chunks<Fold, Index>), grid, dim3(shape.width, shape.height), 0, on.stream(), plan,
         fold);
}

template <class Fold>
void launch_first_stage(const OnDevice& on, const ReductionSpaces& spaces, const ReductionShape& shape,
                        const FirstStage<Fold>& fold) {
  if (fits_32_bits(spaces.kept) && fits_32_bits(spaces.reduced)) {
    launch_reduction<std::uint32_t>(on, spaces, shape, fold);
  } else {
    launch_reduction<std::uint64_t>(on, spaces, shape, fold);
  }
}

/// The spaces that reduce partial results [chunks, outputs] along the first axis.
inline ReductionSpaces second_stage_spaces(std::int64_t chunks, std::int64_t outputs) {
  ReductionSpaces spaces;
  spaces.kept = {.rank = 1, .numel = outputs, .sizes = {outputs}, .strides = {PerOperand<2>{1, 1}}};
  spaces.reduced = {.rank = 1, .numel = chunks, .sizes = {chunks}, .strides = {PerOperand<1>{outputs}}};
  return spaces;
}

/// Reduces in one stage or, if that would keep few blocks busy, in two: chunks, then their partial results.
template <class Fold>
void reduce(const OnDevice& on, const ReductionSpaces& spaces, const Fold& fold) {
  using Result = typename Fold::Result;
  const ReductionShape shape(spaces, /*may_split=*/true);
  if (shape.chunks == 1) return launch_first_stage(on, spaces, shape, FirstStage<Fold>{fold, nullptr});
  const std::int64_t outputs = spaces.kept.numel;
  Storage memory(on.device(), static_cast<std::size_t>(shape.chunks * outputs) * sizeof(Result));
  auto* const partials = reinterpret_cast<Result*>(memory.data());
  launch_first_stage(on, spaces, shape, FirstStage<Fold>{fold, partials});
  const ReductionSpaces second = second_stage_spaces(shape.chunks, outputs);
  // There are few partial results: a block's outputs for each of at most kBlocks blocks.
  launch_reduction<std::uint32_t>(on, second, ReductionShape(second, /*may_split=*/false),
                                  SecondStage<Fold>{fold, partials});
}

}  // namespace tinytorch::cuda
