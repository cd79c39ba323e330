#include "kernels/indexing.h"
#include "core/ops/indexing_kernels.h"

#include <cstring>

#include "kernels/dispatch.h"
#include "kernels/register.h"

// Compiled once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/indexing.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "kernels/cpu/elementwise-inl.h"
#include "kernels/cpu/range_check-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

/// Indexed accesses are scattered over memory, so fewer elements are worth a thread.
constexpr std::int64_t kIndexingGrain = kCheapGrain / 8;

/// The inner loop of y = x at the index; a contiguous or strided copy where the index has stride 0.
template <class Word>
struct GatherInnerLoop {
  const RangeCheck& check;
  const Word* x;
  const std::int64_t* index;
  Word* y;
  PerOperand<3> strides;
  std::int64_t axis_stride;  // of x
  bool streams;              // see map_streaming()

  void operator()(const PerOperand<3>& offset, std::int64_t n) const {
    const Word* const from = x + offset[0];
    const std::int64_t* const at = index + offset[1];
    Word* const to = y + offset[2];
    if (strides[1] == 0) {
      if (check(at, 0, 1)) copy(from + *at * axis_stride, to, n);
      return;
    }
    for (std::int64_t i = 0; i < n; i += RangeCheck::kBlock) {
      const std::int64_t size = std::min(n - i, RangeCheck::kBlock);
      if (!check(at + i * strides[1], strides[1], size)) return;
      gather_block(from + i * strides[0], at + i * strides[1], to + i * strides[2], size);
    }
    if (streams) hwy::FlushStream();
  }

  void copy(const Word* from, Word* to, std::int64_t n) const {
    if (strides[0] == 1 && strides[2] == 1) {
      std::copy_n(from, n, to);
    } else {
      for (std::int64_t i = 0; i < n; ++i) to[i * strides[2]] = from[i * strides[0]];
    }
  }

  void gather_block(const Word* from, const std::int64_t* at, Word* to, std::int64_t n) const {
    if (streams) {
      Word block[RangeCheck::kBlock];
      gather_elements(from, at, block, 1, n);
      map_streaming(math::Identity{}, n, to, block);
    } else {
      gather_elements(from, at, to, strides[2], n);
    }
  }

  void gather_elements(const Word* from, const std::int64_t* at, Word* to, std::int64_t to_stride,
                       std::int64_t n) const {
    if (strides[1] == 1 && to_stride == 1 && strides[0] == 0 && axis_stride == 1) {
      for (std::int64_t i = 0; i < n; ++i) to[i] = from[at[i]];
    } else {
      for (std::int64_t i = 0; i < n; ++i)
        to[i * to_stride] = from[i * strides[0] + at[i * strides[1]] * axis_stride];
    }
  }
};

template <class Word>
void gather_elements(const IterationSpace<3>& space, std::int64_t axis_stride, const RangeCheck& check,
                     const Tensor& x, const Tensor& index, Tensor& y) {
  const GatherInnerLoop<Word> inner_loop{check,
                                         static_cast<const Word*>(x.raw_data()),
                                         index.data<std::int64_t>(),
                                         static_cast<Word*>(y.raw_data()),
                                         space.inner_strides(),
                                         axis_stride,
                                         space.inner_strides()[2] == 1 && should_stream(space, sizeof(Word))};
  for_each_inner_loop(space, kIndexingGrain, inner_loop);
}

/// The inner loop of y = x at the index for rows, each of which has one index: the iteration space is that of
/// the first elements of the rows. Rows of kBytes are copied without a call; 0 is any number.
template <class Word, std::size_t kBytes>
struct GatherRows {
  const RangeCheck& check;
  const Word* x;
  const std::int64_t* index;
  Word* y;
  PerOperand<3> strides;
  std::int64_t axis_stride;  // of x
  std::size_t bytes;

  void operator()(const PerOperand<3>& offset, std::int64_t n) const {
    const Word* from = x + offset[0];
    const std::int64_t* at = index + offset[1];
    Word* to = y + offset[2];
    for (; n > 0; --n, from += strides[0], at += strides[1], to += strides[2]) {
      if (!check(at, 0, 1)) return;
      std::memcpy(to, from + *at * axis_stride, kBytes > 0 ? kBytes : bytes);
    }
  }
};

template <std::size_t kBytes, class Word>
void gather_rows(IterationSpace<3> space, std::int64_t axis_stride, const RangeCheck& check, const Tensor& x,
                 const Tensor& index, Tensor& y) {
  const std::int64_t row = space.inner_size();
  --space.rank;
  space.numel /= row;
  const GatherRows<Word, kBytes> inner_loop{check,
                                            static_cast<const Word*>(x.raw_data()),
                                            index.data<std::int64_t>(),
                                            static_cast<Word*>(y.raw_data()),
                                            space.inner_strides(),
                                            axis_stride,
                                            static_cast<std::size_t>(row) * sizeof(Word)};
  for_each_inner_loop(space, kIndexingGrain / row + 1, inner_loop);
}

template <class Word>
void gather_words(const IterationSpace<3>& space, std::int64_t axis_stride, const RangeCheck& check,
                  const Tensor& x, const Tensor& index, Tensor& y) {
  // Longer rows are divided among threads.
  constexpr std::int64_t kLongestRow = kIndexingGrain;
  const bool are_rows =
      space.rank > 1 && space.inner_size() <= kLongestRow && space.inner_strides() == PerOperand<3>{1, 0, 1};
  if (!are_rows) return gather_elements<Word>(space, axis_stride, check, x, index, y);
  switch (static_cast<std::size_t>(space.inner_size()) * sizeof(Word)) {
    case 8:
      return gather_rows<8, Word>(space, axis_stride, check, x, index, y);
    case 16:
      return gather_rows<16, Word>(space, axis_stride, check, x, index, y);
    case 32:
      return gather_rows<32, Word>(space, axis_stride, check, x, index, y);
    default:
      return gather_rows<0, Word>(space, axis_stride, check, x, index, y);
  }
}

void gather(const Tensor& x, const int& axis, const Tensor& index, IndexCheck& check, Tensor& y) {
  const Tensor lines = broadcast_along(x, axis, index.shape());
  const IterationSpace<3> space = make_iteration_space<3>({&lines, &index, &y});
  const RangeCheck range_check(check, x.shape()[axis]);
  dispatch_words(x.dtype(), [&]<class Word>() {
    gather_words<Word>(space, x.strides()[axis], range_check, x, index, y);
  });
}

void count_true(const Tensor& mask, Tensor& counts) {
  using kernels::kMaskBlock;
  const auto* const bytes = static_cast<const std::uint8_t*>(mask.raw_data());
  auto* const to = counts.data<std::int64_t>();
  parallel_for(counts.numel(), kCheapGrain / kMaskBlock, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t block = begin; block < end; ++block) {
      const std::int64_t first = block * kMaskBlock, last = std::min(first + kMaskBlock, mask.numel());
      std::int32_t count = 0;
      for (std::int64_t i = first; i < last; ++i) count += bytes[i];
      to[block] = count;
    }
  });
}

/// The index along each axis of elements in ascending order.
class AscendingIndex {
 public:
  explicit AscendingIndex(const Shape& shape)
      : shape_(shape), index_(Dims::filled(shape.size(), 0)), last_(shape.size() - 1) {}

  /// Moves to a later element and writes its index.
  void move_to(std::int64_t element, std::int64_t* index) {
    index_[last_] += element - element_;
    element_ = element;
    for (int axis = last_; axis > 0 && index_[axis] >= shape_[axis]; --axis) {
      index_[axis - 1] += index_[axis] / shape_[axis];
      index_[axis] %= shape_[axis];
    }
    std::copy(index_.begin(), index_.end(), index);
  }

 private:
  const Shape& shape_;
  Dims index_;
  int last_;
  std::int64_t element_ = 0;
};

/// Writes the indices of the true elements among `size` from the first on in front of `end`.
void write_nonzero(const bool* mask, std::int64_t first, std::int64_t size, AscendingIndex& index, int rank,
                   std::int64_t* end) {
  std::int64_t elements[kernels::kMaskBlock + 1], n = 0;
  for (std::int64_t i = 0; i < size; ++i) {
    elements[n] = first + i;
    n += mask[first + i] ? 1 : 0;
  }
  if (rank == 1) {
    std::copy_n(elements, n, end - n);
  } else {
    for (std::int64_t i = 0; i < n; ++i) index.move_to(elements[i], end + (i - n) * rank);
  }
}

void nonzero(const Tensor& mask, const Tensor& ends, Tensor& y) {
  using kernels::kMaskBlock;
  const Shape shape = mask.shape();
  const bool* const mask_data = mask.data<bool>();
  const auto* const end_rows = ends.data<std::int64_t>();
  auto* const indices = y.data<std::int64_t>();
  parallel_for(ends.numel(), kIndexingGrain / kMaskBlock, [&](std::int64_t begin, std::int64_t stop) {
    AscendingIndex index(shape);
    for (std::int64_t block = begin; block < stop; ++block) {
      const std::int64_t first = block * kMaskBlock, size = std::min(kMaskBlock, mask.numel() - first);
      write_nonzero(mask_data, first, size, index, shape.size(), indices + end_rows[block] * shape.size());
    }
  });
}

void register_indexing_kernels() {
  constexpr auto kCpu = DeviceType::cpu;
  kernels::count_true.set(kCpu, count_true);
  kernels::gather.set(kCpu, gather);
  kernels::nonzero.set(kCpu, nonzero);
}

}  // namespace
}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinytorch::cpu {
HWY_EXPORT(register_indexing_kernels);
void register_indexing() { HWY_DYNAMIC_DISPATCH(register_indexing_kernels)(); }
}  // namespace tinytorch::cpu
#endif
