#include "kernels/indexing.h"
#include "core/ops/indexing_kernels.h"
#include "kernels/math/indexing.h"
#include "kernels/register.h"

// Once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/indexing.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "kernels/cpu/elementwise-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

/// Indices lead anywhere in memory, so that fewer elements make a thread's worth of work.
constexpr std::int64_t kIndexingGrain = kCheapGrain / 8;

/// y = x at the index, along a row; all of it at one index where the index repeats.
template <class Word>
struct GatherRow {
  const Word* x;
  const std::int64_t* index;
  Word* y;
  PerOperand<3> step;
  std::int64_t axis_step;

  void operator()(const PerOperand<3>& offset, std::int64_t n) const {
    const Word* from = x + offset[0];
    const std::int64_t* at = index + offset[1];
    Word* to = y + offset[2];
    if (step[1] == 0) return copy(from + *at * axis_step, to, n);
    for (std::int64_t i = 0; i < n; ++i) to[i * step[2]] = from[i * step[0] + at[i * step[1]] * axis_step];
  }

  void copy(const Word* from, Word* to, std::int64_t n) const {
    if (step[0] == 1 && step[2] == 1) {
      std::copy_n(from, n, to);
    } else {
      for (std::int64_t i = 0; i < n; ++i) to[i * step[2]] = from[i * step[0]];
    }
  }
};

void gather(const Tensor& x, const int& axis, const Tensor& index, Tensor& y) {
  const Tensor lines = broadcast_along(x, axis, index.shape());
  const IterationSpace<3> loop = make_iteration_space<3>({&lines, &index, &y});
  dispatch_words(x.dtype(), [&]<class Word>() {
    const GatherRow<Word> row{static_cast<const Word*>(x.raw_data()), index.data<std::int64_t>(),
                              static_cast<Word*>(y.raw_data()), loop.inner_strides(), x.strides()[axis]};
    for_each_inner_loop(loop, kIndexingGrain, row);
  });
}

/// Joins sources to their targets; see Scatter. The operands are sorted, place, source and y.
template <class Join>
struct ScatterRow {
  using T = typename Join::Element;
  const std::int64_t* indices;
  const std::int64_t* order;
  const T* source;
  T* y;
  std::int64_t length, source_stride, y_stride;
  PerOperand<4> step;

  void operator()(const PerOperand<4>& offset, std::int64_t n) const {
    if (step[0] == 0 && step[1] == 0) return join(offset, n);
    PerOperand<4> at = offset;
    for (std::int64_t i = 0; i < n; ++i) {
      join(at, 1);
      for (std::size_t operand = 0; operand < 4; ++operand) at[operand] += step[operand];
    }
  }

  /// n neighbours at one place of lines that share their indices.
  void join(const PerOperand<4>& offset, std::int64_t n) const {
    const std::int64_t* const index = indices + offset[0];
    const std::int64_t place = offset[1];
    if (place > 0 && index[-1] == index[0]) return;
    std::int64_t count = 1;
    while (place + count < length && index[count] == index[0]) ++count;
    const T* from = source + offset[2];
    T* to = y + offset[3] + (index[0] - place) * y_stride;
    for (; n > 0; n -= kBuffer, from += kBuffer * step[2], to += kBuffer * step[3]) {
      join_block(from, order + offset[0], count, to, std::min(n, kBuffer));
    }
  }

  void join_block(const T* from, const std::int64_t* sources, std::int64_t count, T* to,
                  std::int64_t n) const {
    typename Join::Total total[kBuffer];
    for (std::int64_t i = 0; i < n; ++i) total[i] = static_cast<typename Join::Total>(to[i * step[3]]);
    for (std::int64_t k = 0; k < count; ++k) {
      const T* const line = from + sources[k] * source_stride;
      for (std::int64_t i = 0; i < n; ++i) total[i] = Join::join(total[i], line[i * step[2]]);
    }
    for (std::int64_t i = 0; i < n; ++i) to[i * step[3]] = static_cast<T>(total[i]);
  }
};

template <class Join>
void join_sources(const Tensor& source, int axis, const Tensor& index, Tensor& y) {
  using T = typename Join::Element;
  const Scatter scatter = make_scatter(source, axis, index, y);
  const IterationSpace<4> loop =
      make_iteration_space<4>({&scatter.sorted, &scatter.position, &scatter.source, &scatter.y});
  const ScatterRow<Join> row{.indices = scatter.indices.template data<std::int64_t>(),
                             .order = scatter.order.template data<std::int64_t>(),
                             .source = static_cast<const T*>(source.raw_data()),
                             .y = static_cast<T*>(y.raw_data()),
                             .length = scatter.length,
                             .source_stride = scatter.source_stride,
                             .y_stride = scatter.y_stride,
                             .step = loop.inner_strides()};
  for_each_inner_loop(loop, kIndexingGrain, row);
}

/// Joins sources to their targets one after another, without a sort: for what y's own type can hold. Lines
/// along the axis are independent of each other; `axis_step` leads along them. The operands are index, source
/// and y.
template <class Join>
struct JoinLines {
  using T = typename Join::Element;
  const std::int64_t* index;
  const T* source;
  T* y;
  std::int64_t length;
  PerOperand<3> step, axis_step;

  void operator()(const PerOperand<3>& offset, std::int64_t n) const {
    if (axis_step[1] > step[1]) return join(offset, n);
    PerOperand<3> at = offset;
    for (std::int64_t i = 0; i < n; ++i) {
      join(at, 1);
      for (std::size_t operand = 0; operand < 3; ++operand) at[operand] += step[operand];
    }
  }

  void join(const PerOperand<3>& offset, std::int64_t n) const {
    for (std::int64_t k = 0; k < length; ++k) {
      const std::int64_t* const at = index + offset[0] + k * axis_step[0];
      const T* const from = source + offset[1] + k * axis_step[1];
      for (std::int64_t i = 0; i < n; ++i) {
        T& to = y[offset[2] + i * step[2] + at[i * step[0]] * axis_step[2]];
        to = Join::join(to, from[i * step[1]]);
      }
    }
  }
};

template <class Join>
void join_lines(const Tensor& source, int axis, const Tensor& index, Tensor& y) {
  using T = typename Join::Element;
  if (index.numel() == 0) return;
  Shape lines = index.shape();
  lines[axis] = 1;
  const Tensor first_index = broadcast_along(index, axis, lines),
               first_source = broadcast_along(source, axis, lines), first_y = broadcast_along(y, axis, lines);
  const IterationSpace<3> loop = make_iteration_space<3>({&first_index, &first_source, &first_y});
  const std::int64_t length = index.shape()[axis];
  const JoinLines<Join> row{.index = index.data<std::int64_t>(),
                            .source = static_cast<const T*>(source.raw_data()),
                            .y = static_cast<T*>(y.raw_data()),
                            .length = length,
                            .step = loop.inner_strides(),
                            .axis_step = {index.strides()[axis], source.strides()[axis], y.strides()[axis]}};
  for_each_inner_loop(loop, kIndexingGrain / length + 1, row);
}

void scatter(const Tensor& source, const int& axis, const Tensor& index, Tensor& y) {
  dispatch_words(y.dtype(),
                 [&]<class Word>() { join_lines<math::LastSource<Word>>(source, axis, index, y); });
}

void scatter_add(const Tensor& source, const int& axis, const Tensor& index, Tensor& y) {
  dispatch(y.dtype(), [&]<class T>() {
    if constexpr (std::is_floating_point_v<T>) {
      join_sources<math::AddSources<T>>(source, axis, index, y);
    } else {
      join_lines<math::AddSources<T>>(source, axis, index, y);
    }
  });
}

void nonzero(const Tensor& mask, const Tensor& ends, Tensor& y) {
  const Shape shape = mask.shape();
  const bool* const is_true = mask.data<bool>();
  const auto* const end = ends.data<std::int64_t>();
  auto* const places = y.data<std::int64_t>();
  parallel_for(mask.numel(), kIndexingGrain, [&](std::int64_t begin, std::int64_t stop) {
    for (std::int64_t i = begin; i < stop; ++i) {
      if (!is_true[i]) continue;
      std::int64_t* const row = places + (end[i] - 1) * shape.size();
      std::int64_t rest = i;
      for (int axis = shape.size() - 1; axis >= 0; --axis) {
        row[axis] = rest % shape[axis];
        rest /= shape[axis];
      }
    }
  });
}

void register_kernels() {
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
HWY_EXPORT(register_kernels);
void register_indexing() { HWY_DYNAMIC_DISPATCH(register_kernels)(); }
}  // namespace tinytorch::cpu
#endif
