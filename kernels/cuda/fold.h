#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

#include "core/storage.h"
#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/launch.h"
#include "kernels/cuda/offset_calculator.h"
#include "kernels/cuda/stream.h"

// Folding many elements into each of many outputs: reductions of any kind. A fold is an object with
//
//   using Result = ...;                                 what elements become and are joined as
//   static Result identity();
//   Result lift(output, offset, place) const;           what the element at this offset, the place-th of its
//                                                       output, adds
//   static Result combine(const Result&, const Result&);
//   void finish(output, const Result& total) const;     writes the output
namespace tinytorch::cuda {

/// The first stage of two: what it writes are results.
template <class Fold>
struct Unfinished {
  using Result = typename Fold::Result;
  Fold fold;
  Result* parts;

  __device__ static Result identity() { return Fold::identity(); }
  template <class Index>
  __device__ Result lift(Index output, Index offset, Index place) const {
    return fold.lift(output, offset, place);
  }
  __device__ static Result combine(const Result& a, const Result& b) { return Fold::combine(a, b); }
  template <class Index>
  __device__ void finish(Index place, const Result& total) const {
    parts[place] = total;
  }
};

/// The second: what it reads are results.
template <class Fold>
struct Continued {
  using Result = typename Fold::Result;
  Fold fold;
  const Result* parts;

  __device__ static Result identity() { return Fold::identity(); }
  template <class Index>
  __device__ Result lift(Index, Index offset, Index) const {
    return parts[offset];
  }
  __device__ static Result combine(const Result& a, const Result& b) { return Fold::combine(a, b); }
  template <class Index>
  __device__ void finish(Index output, const Result& total) const {
    fold.finish(output, total);
  }
};

/// What is folded: `length` elements for each output, in parts.
template <class Index>
struct FoldPlan {
  Index outputs, length, part_length;
  OffsetCalculator<1, Index> kept;     // where each output's elements begin
  OffsetCalculator<1, Index> reduced;  // and where they lie from there
};

// blockDim.x outputs a block, blockDim.y threads for each, blockIdx.y the part. A thread folds every
// blockDim.y-th element of its part, then the block folds its threads' results as a tree: the order follows
// from the shape and the strides alone, so that the same bits come out each time. Each element is read once.
// Neighbouring threads read neighbouring elements: those of one output where it has all threads (blockDim.x =
// 1), else those of neighbouring outputs; where short rows share a block, they meet in the first-level cache.
template <class Fold, class Index>
__global__ void __launch_bounds__(kThreads) fold_parts(FoldPlan<Index> plan, Fold fold) {
  using Result = typename Fold::Result;
  SHARED(Result, totals, [kThreads]);
  const Index output = Index{blockIdx.x} * blockDim.x + threadIdx.x;
  Result total = Fold::identity();
  if (within(output, plan.outputs)) {
    const Index begin = blockIdx.y * plan.part_length;
    const Index end = begin + plan.part_length < plan.length ? begin + plan.part_length : plan.length;
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

/// How a fold is cut into blocks, by the lengths and the order in memory alone.
struct FoldShape {
  unsigned width;   ///< outputs a block
  unsigned height;  ///< threads an output
  unsigned parts;   ///< of each output's elements

  FoldShape(const ReductionSpaces& loops, bool may_part) {
    constexpr std::int64_t kMostWidth = 32, kBlocks = 512, kEach = 16;
    const std::int64_t outputs = loops.kept.numel, length = loops.reduced.numel;
    const bool columns = loops.kept.inner_strides()[0] < loops.reduced.inner_strides()[0];
    width = columns ? power_of_two(loops.kept.inner_size(), kMostWidth) : 1;
    height = power_of_two(length, kThreads / width);
    width = power_of_two(outputs, kThreads / height);
    const std::int64_t blocks = (outputs + width - 1) / width;
    const std::int64_t worth = may_part ? std::min(kBlocks / blocks, length / (kEach * height)) : 1;
    parts = static_cast<unsigned>(std::max<std::int64_t>(1, worth));
  }

  /// The least power of two that is not below `count`, but at most `most`, which is one.
  static unsigned power_of_two(std::int64_t count, std::int64_t most) {
    return std::bit_ceil(static_cast<unsigned>(std::clamp<std::int64_t>(count, 1, most)));
  }
};

template <class Index, class Fold>
void launch_fold(const OnDevice& on, const ReductionSpaces& loops, const FoldShape& shape, const Fold& fold) {
  const auto length = static_cast<Index>(loops.reduced.numel);
  const FoldPlan<Index> plan{.outputs = static_cast<Index>(loops.kept.numel),
                             .length = length,
                             .part_length = (length + shape.parts - 1) / shape.parts,
                             .kept = OffsetCalculator<1, Index>(loops.kept),
                             .reduced = OffsetCalculator<1, Index>(loops.reduced)};
  const dim3 grid(blocks_for(loops.kept.numel, shape.width), shape.parts);
  launch(KERNEL(fold_parts<Fold, Index>), grid, dim3(shape.width, shape.height), 0, on.stream(), plan, fold);
}

template <class Fold>
void run_fold(const OnDevice& on, const ReductionSpaces& loops, const FoldShape& shape, const Fold& fold) {
  if (fits_32_bits(loops.kept) && fits_32_bits(loops.reduced)) {
    launch_fold<std::uint32_t>(on, loops, shape, fold);
  } else {
    launch_fold<std::uint64_t>(on, loops, shape, fold);
  }
}

/// The loops over [parts, outputs] results, one output each.
inline ReductionSpaces second_stage(std::int64_t parts, std::int64_t outputs) {
  ReductionSpaces loops;
  loops.kept = {.rank = 1, .numel = outputs, .sizes = {outputs}, .strides = {PerOperand<2>{1, 1}}};
  loops.reduced = {.rank = 1, .numel = parts, .sizes = {parts}, .strides = {PerOperand<1>{outputs}}};
  return loops;
}

/// In one stage, or where that would keep few blocks busy in two: parts, then their results.
template <class Fold>
void fold(const OnDevice& on, const ReductionSpaces& loops, const Fold& fold) {
  using Result = typename Fold::Result;
  const FoldShape shape(loops, /*may_part=*/true);
  if (shape.parts == 1) return run_fold(on, loops, shape, fold);
  const std::int64_t outputs = loops.kept.numel;
  const std::int64_t results = shape.parts * outputs;
  Storage parts(on.device(), static_cast<std::size_t>(results) * sizeof(Result));
  auto* const totals = reinterpret_cast<Result*>(parts.data());
  run_fold(on, loops, shape, Unfinished<Fold>{fold, totals});
  const ReductionSpaces rest = second_stage(shape.parts, outputs);
  run_fold(on, rest, FoldShape(rest, /*may_part=*/false), Continued<Fold>{fold, totals});
}

}  // namespace tinytorch::cuda
