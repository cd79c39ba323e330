#include "kernels/indexing.h"
#include "core/ops/indexing_kernels.h"
#include "core/storage.h"
#include "kernels/dispatch.h"
#include "kernels/register.h"

// Compiled once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/indexing.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "kernels/cpu/elementwise-inl.h"
#include "kernels/cpu/vector-inl.h"
#include "kernels/math/indexing-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

/// Indexed accesses are scattered over memory, so fewer elements are worth a thread.
constexpr std::int64_t kIndexingGrain = kCheapGrain / 8;

/// The inner loop of y = x at the index; a contiguous or strided copy where the index has stride 0.
template <class Word>
struct GatherInnerLoop {
  const Word* x;
  const std::int64_t* index;
  Word* y;
  PerOperand<3> strides;
  std::int64_t axis_stride;  // of x

  void operator()(const PerOperand<3>& offset, std::int64_t n) const {
    const Word* from = x + offset[0];
    const std::int64_t* at = index + offset[1];
    Word* to = y + offset[2];
    if (strides[1] == 0) return copy(from + *at * axis_stride, to, n);
    for (std::int64_t i = 0; i < n; ++i)
      to[i * strides[2]] = from[i * strides[0] + at[i * strides[1]] * axis_stride];
  }

  void copy(const Word* from, Word* to, std::int64_t n) const {
    if (strides[0] == 1 && strides[2] == 1) {
      std::copy_n(from, n, to);
    } else {
      for (std::int64_t i = 0; i < n; ++i) to[i * strides[2]] = from[i * strides[0]];
    }
  }
};

void gather(const Tensor& x, const int& axis, const Tensor& index, Tensor& y) {
  const Tensor lines = broadcast_along(x, axis, index.shape());
  const IterationSpace<3> space = make_iteration_space<3>({&lines, &index, &y});
  dispatch_words(x.dtype(), [&]<class Word>() {
    const GatherInnerLoop<Word> inner_loop{static_cast<const Word*>(x.raw_data()), index.data<std::int64_t>(),
                                           static_cast<Word*>(y.raw_data()), space.inner_strides(),
                                           x.strides()[axis]};
    for_each_inner_loop(space, kIndexingGrain, inner_loop);
  });
}

/// The inner loop that reduces sources into their targets in sorted order, see Scatter. The operands are the
/// sorted indices, the position in its line, source and y.
template <class Reduction>
struct SortedScatter {
  using T = typename Reduction::Element;
  const std::int64_t* indices;
  const std::int64_t* order;
  const T* source;
  T* y;
  std::int64_t length, source_stride, y_stride;  // of a line, along the axis
  PerOperand<4> strides;

  void operator()(const PerOperand<4>& offset, std::int64_t n) const {
    if (strides[0] == 0 && strides[1] == 0) return reduce(offset, n);
    PerOperand<4> at = offset;
    for (std::int64_t i = 0; i < n; ++i) {
      reduce(at, 1);
      for (std::size_t operand = 0; operand < 4; ++operand) at[operand] += strides[operand];
    }
  }

  /// n neighbouring lines that share their indices, at one position in the line.
  void reduce(const PerOperand<4>& offset, std::int64_t n) const {
    const std::int64_t* const index = indices + offset[0];
    const std::int64_t position = offset[1];
    if (position > 0 && index[-1] == index[0]) return;
    std::int64_t duplicates = 1;
    while (position + duplicates < length && index[duplicates] == index[0]) ++duplicates;
    const T* from = source + offset[2];
    T* to = y + offset[3] + (index[0] - position) * y_stride;
    for (; n > 0; n -= kBufferSize, from += kBufferSize * strides[2], to += kBufferSize * strides[3]) {
      reduce_block(from, order + offset[0], duplicates, to, std::min(n, kBufferSize));
    }
  }

  void reduce_block(const T* from, const std::int64_t* sources, std::int64_t source_count, T* to,
                    std::int64_t n) const {
    typename Reduction::Total total[kBufferSize];
    for (std::int64_t i = 0; i < n; ++i)
      total[i] = static_cast<typename Reduction::Total>(to[i * strides[3]]);
    for (std::int64_t k = 0; k < source_count; ++k) {
      const T* const line = from + sources[k] * source_stride;
      for (std::int64_t i = 0; i < n; ++i) total[i] = Reduction::join(total[i], line[i * strides[2]]);
    }
    for (std::int64_t i = 0; i < n; ++i) to[i * strides[3]] = static_cast<T>(total[i]);
  }
};

template <class Reduction>
void scatter_sorted(const Tensor& source, int axis, const Tensor& index, Tensor& y) {
  using T = typename Reduction::Element;
  const Scatter scatter = make_scatter(source, axis, index, y);
  const IterationSpace<4> space =
      make_iteration_space<4>({&scatter.sorted, &scatter.position, &scatter.source, &scatter.y});
  const SortedScatter<Reduction> inner_loop{.indices = scatter.indices.template data<std::int64_t>(),
                                            .order = scatter.order.template data<std::int64_t>(),
                                            .source = static_cast<const T*>(source.raw_data()),
                                            .y = static_cast<T*>(y.raw_data()),
                                            .length = scatter.length,
                                            .source_stride = scatter.source_stride,
                                            .y_stride = scatter.y_stride,
                                            .strides = space.inner_strides()};
  for_each_inner_loop(space, kIndexingGrain, inner_loop);
}

/// Adds sources to their targets in order, through a buffer of f64 totals for the targets of a few
/// neighbouring lines. The operands are index, source and y.
template <class T>
struct BufferedScatterAdd {
  const std::int64_t* index;
  const T* source;
  T* y;
  std::int64_t length, y_length;  // of a line
  PerOperand<3> strides, axis_strides;
  std::int64_t width;  // the most lines of a buffer

  void operator()(PerOperand<3> offset, std::int64_t n, double* totals) const {
    for (; n > 0; n -= width) {
      add(offset, std::min(n, width), totals);
      for (std::size_t operand = 0; operand < 3; ++operand) offset[operand] += width * strides[operand];
    }
  }

  void add(const PerOperand<3>& offset, std::int64_t n, double* totals) const {
    T* const to = y + offset[2];
    for (std::int64_t k = 0; k < y_length; ++k) {
      for (std::int64_t i = 0; i < n; ++i) totals[k * n + i] = to[k * axis_strides[2] + i * strides[2]];
    }
    for (std::int64_t k = 0; k < length; ++k)
      add_sources(index + offset[0] + k * axis_strides[0], source + offset[1] + k * axis_strides[1], n,
                  totals);
    for (std::int64_t k = 0; k < y_length; ++k) {
      for (std::int64_t i = 0; i < n; ++i)
        to[k * axis_strides[2] + i * strides[2]] = static_cast<T>(totals[k * n + i]);
    }
  }

  void add_sources(const std::int64_t* at, const T* from, std::int64_t n, double* totals) const {
    if (strides[0] == 0) {  // one target line
      double* const to = totals + *at * n;
      INDEPENDENT
      for (std::int64_t i = 0; i < n; ++i) to[i] += from[i * strides[1]];
    } else {
      for (std::int64_t i = 0; i < n; ++i) totals[at[i * strides[0]] * n + i] += from[i * strides[1]];
    }
  }
};

/// The first elements of the lines along an axis of index, source and y, which are the operands.
struct ScatterLines {
  Tensor index, source, y;

  ScatterLines(const Tensor& source, int axis, const Tensor& index, const Tensor& y)
      : ScatterLines(source, axis, index, y, shape_of_lines(index.shape(), axis)) {}
  IterationSpace<3> space() const { return make_iteration_space<3>({&index, &source, &y}); }

 private:
  ScatterLines(const Tensor& source, int axis, const Tensor& index, const Tensor& y, const Shape& shape)
      : index(broadcast_along(index, axis, shape)),
        source(broadcast_along(source, axis, shape)),
        y(broadcast_along(y, axis, shape)) {}
  static Shape shape_of_lines(Shape shape, int axis) {
    shape[axis] = 1;
    return shape;
  }
};

template <class T>
void scatter_add_buffered(const Tensor& source, int axis, const Tensor& index, Tensor& y) {
  const IterationSpace<3> space = ScatterLines(source, axis, index, y).space();
  const std::int64_t length = index.shape()[axis], y_length = y.shape()[axis];
  // As many lines as leave the totals in the cache, or at least share cache lines; contiguous ones one by
  // one.
  constexpr std::int64_t kCachedTotals = 1 << 15, kPerCacheLine = 16;
  const bool are_contiguous = source.strides()[axis] <= space.inner_strides()[1];
  const std::int64_t width =
      are_contiguous
          ? 1
          : std::min(std::clamp(kCachedTotals / y_length, kPerCacheLine, kBufferSize), space.inner_size());
  const BufferedScatterAdd<T> add{
      .index = index.data<std::int64_t>(),
      .source = static_cast<const T*>(source.raw_data()),
      .y = static_cast<T*>(y.raw_data()),
      .length = length,
      .y_length = y_length,
      .strides = space.inner_strides(),
      .axis_strides = {index.strides()[axis], source.strides()[axis], y.strides()[axis]},
      .width = width};
  const std::int64_t lines = space.numel,
                     tasks = std::clamp<std::int64_t>(lines * length / kIndexingGrain, 1,
                                                      std::min((lines + width - 1) / width, max_threads()));
  Storage totals(Device::cpu(), static_cast<std::size_t>(tasks * width * y_length) * sizeof(double));
  auto* const buffers = reinterpret_cast<double*>(totals.data());
  parallel_for(tasks, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t task = begin; task < end; ++task) {
      for_each_inner_loop(space, lines * task / tasks, lines * (task + 1) / tasks,
                          [&](const PerOperand<3>& offset, std::int64_t n) {
                            add(offset, n, buffers + task * width * y_length);
                          });
    }
  });
}

/// The inner loop that reduces sources into their targets one after another, without a sort: for reductions
/// that y's own type can accumulate. Lines along the axis are independent of each other; `axis_stride` is the
/// stride along them. The operands are index, source and y.
template <class Reduction>
struct SequentialScatter {
  using T = typename Reduction::Element;
  const std::int64_t* index;
  const T* source;
  T* y;
  std::int64_t length;
  PerOperand<3> strides, axis_strides;

  void operator()(const PerOperand<3>& offset, std::int64_t n) const {
    if (axis_strides[1] > strides[1]) return reduce(offset, n);
    PerOperand<3> at = offset;
    for (std::int64_t i = 0; i < n; ++i) {
      reduce(at, 1);
      for (std::size_t operand = 0; operand < 3; ++operand) at[operand] += strides[operand];
    }
  }

  void reduce(const PerOperand<3>& offset, std::int64_t n) const {
    for (std::int64_t k = 0; k < length; ++k) {
      const std::int64_t* const at = index + offset[0] + k * axis_strides[0];
      const T* const from = source + offset[1] + k * axis_strides[1];
      for (std::int64_t i = 0; i < n; ++i) {
        T& to = y[offset[2] + i * strides[2] + at[i * strides[0]] * axis_strides[2]];
        to = Reduction::join(to, from[i * strides[1]]);
      }
    }
  }
};

template <class Reduction>
void scatter_sequential(const Tensor& source, int axis, const Tensor& index, Tensor& y) {
  using T = typename Reduction::Element;
  if (index.numel() == 0) return;
  const IterationSpace<3> space = ScatterLines(source, axis, index, y).space();
  const std::int64_t length = index.shape()[axis];
  const SequentialScatter<Reduction> inner_loop{
      .index = index.data<std::int64_t>(),
      .source = static_cast<const T*>(source.raw_data()),
      .y = static_cast<T*>(y.raw_data()),
      .length = length,
      .strides = space.inner_strides(),
      .axis_strides = {index.strides()[axis], source.strides()[axis], y.strides()[axis]}};
  for_each_inner_loop(space, kIndexingGrain / length + 1, inner_loop);
}

void scatter(const Tensor& source, const int& axis, const Tensor& index, Tensor& y) {
  dispatch_words(y.dtype(),
                 [&]<class Word>() { scatter_sequential<math::LastSource<Word>>(source, axis, index, y); });
}

void scatter_add(const Tensor& source, const int& axis, const Tensor& index, Tensor& y) {
  dispatch(y.dtype(), [&]<class T>() {
    if constexpr (std::is_floating_point_v<T>) {
      // Totals of all targets cost more than a sort where most targets have no source.
      constexpr std::int64_t kTargetsPerSource = 4;
      if (y.shape()[axis] <= kTargetsPerSource * index.shape()[axis])
        return scatter_add_buffered<T>(source, axis, index, y);
      scatter_sorted<math::AddSources<T>>(source, axis, index, y);
    } else {
      scatter_sequential<math::AddSources<T>>(source, axis, index, y);
    }
  });
}

void nonzero(const Tensor& mask, const Tensor& ends, Tensor& y) {
  const Shape shape = mask.shape();
  const bool* const mask_data = mask.data<bool>();
  const auto* const end = ends.data<std::int64_t>();
  auto* const indices = y.data<std::int64_t>();
  parallel_for(mask.numel(), kIndexingGrain, [&](std::int64_t begin, std::int64_t stop) {
    for (std::int64_t i = begin; i < stop; ++i) {
      if (!mask_data[i]) continue;
      std::int64_t* const row = indices + (end[i] - 1) * shape.size();
      std::int64_t rest = i;
      for (int axis = shape.size() - 1; axis >= 0; --axis) {
        row[axis] = rest % shape[axis];
        rest /= shape[axis];
      }
    }
  });
}

void register_indexing_kernels() {
  constexpr auto kCpu = DeviceType::cpu;
  kernels::gather.set(kCpu, gather);
  kernels::nonzero.set(kCpu, nonzero);
  kernels::scatter.set(kCpu, scatter);
  kernels::scatter_add.set(kCpu, scatter_add);
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
