#include <utility>

#include "core/ops/copy_kernels.h"
#include "core/ops/indexing_kernels.h"
#include "core/storage.h"
#include "kernels/dispatch.h"
#include "kernels/indexing.h"
#include "kernels/register.h"

// Compiled once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/scatter.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "kernels/cpu/elementwise-inl.h"
#include "kernels/cpu/range_check-inl.h"
#include "kernels/math/indexing-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

/// Scattered accesses cost more than others, so fewer elements are worth a thread.
constexpr std::int64_t kScatterGrain = kCheapGrain / 8;

/// The operands of ScatterLines.
constexpr std::size_t kIndex = 0, kSource = 1, kX = 2, kY = 3;

/// The lines of a scatter: one-dimensional slices along the axis, which are independent of each other.
struct ScatterLines {
  IterationSpace<4> space;     ///< the first elements of the lines
  PerOperand<4> axis_strides;  ///< within a line
  std::int64_t length;         ///< of a line of the index and the source
  std::int64_t y_length;       ///< of a line of x and y

  ScatterLines(const Tensor& x, const Tensor& source, int axis, const Tensor& index, const Tensor& y)
      : axis_strides{index.strides()[axis], source.strides()[axis], x.strides()[axis], y.strides()[axis]},
        length(index.shape()[axis]),
        y_length(y.shape()[axis]) {
    Shape shape = index.shape();
    shape[axis] = 1;
    const Tensor first[] = {broadcast_along(index, axis, shape), broadcast_along(source, axis, shape),
                            broadcast_along(x, axis, shape), broadcast_along(y, axis, shape)};
    space = make_iteration_space<4>({&first[kIndex], &first[kSource], &first[kX], &first[kY]});
  }

  /// Between neighbouring lines.
  std::int64_t stride(std::size_t operand) const { return space.inner_strides()[operand]; }
  /// Neighbouring lines share their indices.
  bool share_index() const { return stride(kIndex) == 0 && space.inner_size() > 1; }
  /// The elements of a line are closer together than those of neighbouring lines.
  bool are_dense() const { return axis_strides[kSource] <= stride(kSource) || space.inner_size() == 1; }
  /// How many neighbouring lines to process at once, whose targets have so many bytes each: as many as leave
  /// the targets in the second level of the cache, or at least share cache lines.
  std::int64_t block_size(std::size_t bytes) const {
    constexpr std::int64_t kCachedBytes = 1 << 18, kLeast = 16;
    if (are_dense()) return 1;
    const std::int64_t line_bytes = (y_length + 1) * static_cast<std::int64_t>(bytes);
    return std::min(std::clamp(kCachedBytes / line_bytes, kLeast, kBufferSize), space.inner_size());
  }
};

/// True if each line of x has a line of the index.
bool covers_all_lines(const Tensor& x, int axis, const Tensor& index) {
  for (int i = 0; i < x.rank(); ++i) {
    if (i != axis && x.shape()[i] != index.shape()[i]) return false;
  }
  return true;
}

/// y = x, if they are not the same.
void copy_unless_same(const Tensor& x, Tensor& y) {
  if (y.numel() > 0 && x.raw_data() != y.raw_data()) kernels::copy(x, y);
}

/// Calls f(offset, n) for n lines from `offset` on in blocks.
template <class F>
void for_each_block(const ScatterLines& lines, std::int64_t block_size, PerOperand<4> offset, std::int64_t n,
                    const F& f) {
  for (; n > 0; n -= block_size) {
    f(offset, std::min(n, block_size));
    for (std::size_t operand = 0; operand < 4; ++operand)
      offset[operand] += block_size * lines.stride(operand);
  }
}

/// Scatters sources one after another, without a buffer: for reductions that y's own type can accumulate, and
/// lines of one source.
template <class Reduction>
struct SequentialScatter {
  using T = typename Reduction::Element;
  using Total = typename Reduction::Total;
  const ScatterLines& lines;
  const RangeCheck& check;
  const std::int64_t* index;
  const T* source;
  const T* x;
  T* y;
  std::int64_t block_size;

  void operator()(const PerOperand<4>& start, std::int64_t lines_left) const {
    for_each_block(lines, block_size, start, lines_left, [&](const PerOperand<4>& offset, std::int64_t n) {
      const std::int64_t* const at = index + offset[kIndex];
      const T* const from = source + offset[kSource];
      T* const to = y + offset[kY];
      if (n > 1) {
        for (std::int64_t k = 0; k < lines.length; ++k)
          scatter_run(at + k * lines.axis_strides[kIndex], from + k * lines.axis_strides[kSource], to, n);
      } else {
        if (x != y) copy_line(x + offset[kX], to);
        scatter_line(at, from, to);
      }
    });
  }

  /// One source of each of n lines.
  void scatter_run(const std::int64_t* at, const T* from, T* to, std::int64_t n) const {
    const std::int64_t at_stride = lines.stride(kIndex), from_stride = lines.stride(kSource),
                       to_stride = lines.stride(kY);
    if (!check(at, at_stride, at_stride == 0 ? 1 : n)) return;
    if (at_stride == 0) {
      to += *at * lines.axis_strides[kY];
      for (std::int64_t i = 0; i < n; ++i) join(to[i * to_stride], from[i * from_stride]);
    } else {
      for (std::int64_t i = 0; i < n; ++i)
        join(to[i * to_stride + at[i * at_stride] * lines.axis_strides[kY]], from[i * from_stride]);
    }
  }

  void scatter_line(const std::int64_t* at, const T* from, T* to) const {
    const auto [at_stride, from_stride, x_stride, to_stride] = lines.axis_strides;
    for (std::int64_t k = 0; k < lines.length; k += RangeCheck::kBlock) {
      const std::int64_t n = std::min(lines.length - k, RangeCheck::kBlock);
      if (!check(at + k * at_stride, at_stride, n)) return;
      if (at_stride == 1 && from_stride == 1 && to_stride == 1) {
        for (std::int64_t i = k; i < k + n; ++i) join(to[at[i]], from[i]);
      } else {
        for (std::int64_t i = k; i < k + n; ++i)
          join(to[at[i * at_stride] * to_stride], from[i * from_stride]);
      }
    }
  }

  void copy_line(const T* from, T* to) const {
    const std::int64_t from_stride = lines.axis_strides[kX], to_stride = lines.axis_strides[kY];
    for (std::int64_t k = 0; k < lines.y_length; ++k) to[k * to_stride] = from[k * from_stride];
  }

  static void join(T& to, T from) { to = static_cast<T>(Reduction::join(static_cast<Total>(to), from)); }
};

template <class Reduction>
void scatter_sequential(const Tensor& x, const Tensor& source, int axis, const Tensor& index,
                        IndexCheck& check, Tensor& y) {
  using T = typename Reduction::Element;
  constexpr std::int64_t kShort = 64;
  const ScatterLines lines(x, source, axis, index, y);
  const std::int64_t block_size = lines.length == 1     ? RangeCheck::kBlock
                                  : lines.share_index() ? lines.space.inner_size()
                                                        : lines.block_size(sizeof(T));
  // Only long lines are copied one by one.
  const bool copies = block_size > 1 || lines.y_length < kShort || !covers_all_lines(x, axis, index);
  if (copies) copy_unless_same(x, y);
  const RangeCheck range_check(check, lines.y_length);
  const SequentialScatter<Reduction> inner_loop{.lines = lines,
                                                .check = range_check,
                                                .index = index.data<std::int64_t>(),
                                                .source = static_cast<const T*>(source.raw_data()),
                                                .x = static_cast<const T*>((copies ? y : x).raw_data()),
                                                .y = static_cast<T*>(y.raw_data()),
                                                .block_size = block_size};
  for_each_inner_loop(lines.space, kScatterGrain / (lines.length + lines.y_length / kShort) + 1, inner_loop);
}

/// Adds sources to their targets in order, through a buffer of totals for all targets of a few neighbouring
/// lines.
template <class T>
struct BufferedScatterAdd {
  using Sum = math::AddSources<T>;
  using Total = typename Sum::Total;
  const ScatterLines& lines;
  const RangeCheck& check;
  const std::int64_t* index;
  const T* source;
  const T* x;
  T* y;
  std::int64_t block_size;

  void operator()(const PerOperand<4>& start, std::int64_t lines_left, Total* totals) const {
    for_each_block(lines, block_size, start, lines_left,
                   [&](const PerOperand<4>& offset, std::int64_t n) { add_block(offset, n, totals); });
  }

  void add_block(const PerOperand<4>& offset, std::int64_t n, Total* totals) const {
    convert_block(x + offset[kX], lines.axis_strides[kX], lines.stride(kX), totals, n, 1, n);
    const std::int64_t* const at = index + offset[kIndex];
    const T* const from = source + offset[kSource];
    if (n == 1) {
      add_line(at, from, 0, lines.length, totals);
    } else {
      for (std::int64_t k = 0; k < lines.length; ++k)
        add_run(at + k * lines.axis_strides[kIndex], from + k * lines.axis_strides[kSource], n, totals);
    }
    convert_block(totals, n, 1, y + offset[kY], lines.axis_strides[kY], lines.stride(kY), n);
  }

  /// The targets of n lines; the strides are those along a line and between lines.
  template <class From, class To>
  void convert_block(const From* from, std::int64_t from_axis, std::int64_t from_stride, To* to,
                     std::int64_t to_axis, std::int64_t to_stride, std::int64_t n) const {
    if (n == 1) return convert(from, from_axis, to, to_axis, lines.y_length);
    if (from_axis == n && to_axis == n && from_stride == 1 && to_stride == 1)
      return convert(from, 1, to, 1, n * lines.y_length);
    for (std::int64_t k = 0; k < lines.y_length; ++k)
      convert(from + k * from_axis, from_stride, to + k * to_axis, to_stride, n);
  }

  template <class From, class To>
  static void convert(const From* from, std::int64_t from_stride, To* to, std::int64_t to_stride,
                      std::int64_t n) {
    if (from_stride == 1 && to_stride == 1) {
      INDEPENDENT
      for (std::int64_t i = 0; i < n; ++i) to[i] = static_cast<To>(from[i]);
    } else {
      for (std::int64_t i = 0; i < n; ++i) to[i * to_stride] = static_cast<To>(from[i * from_stride]);
    }
  }

  /// The sources [begin, end) of a line.
  void add_line(const std::int64_t* at, const T* from, std::int64_t begin, std::int64_t end,
                Total* totals) const {
    const std::int64_t at_stride = lines.axis_strides[kIndex], from_stride = lines.axis_strides[kSource];
    for (; begin < end; begin += RangeCheck::kBlock) {
      const std::int64_t n = std::min(end - begin, RangeCheck::kBlock);
      if (!check(at + begin * at_stride, at_stride, n)) return;
      add_sources(at + begin * at_stride, at_stride, from + begin * from_stride, from_stride, n, totals);
    }
  }

  static void add_sources(const std::int64_t* at, std::int64_t at_stride, const T* from,
                          std::int64_t from_stride, std::int64_t n, Total* totals) {
    if (at_stride == 1 && from_stride == 1) {
      for (std::int64_t i = 0; i < n; ++i) totals[at[i]] = Sum::join(totals[at[i]], from[i]);
    } else {
      for (std::int64_t i = 0; i < n; ++i) {
        Total& total = totals[at[i * at_stride]];
        total = Sum::join(total, from[i * from_stride]);
      }
    }
  }

  /// One source of each of n lines.
  void add_run(const std::int64_t* at, const T* from, std::int64_t n, Total* totals) const {
    const std::int64_t at_stride = lines.stride(kIndex), from_stride = lines.stride(kSource);
    if (!check(at, at_stride, at_stride == 0 ? 1 : n)) return;
    if (at_stride == 0) {  // one target of each line
      Total* const to = totals + *at * n;
      INDEPENDENT
      for (std::int64_t i = 0; i < n; ++i) to[i] = Sum::join(to[i], from[i * from_stride]);
    } else {
      for (std::int64_t i = 0; i < n; ++i) {
        Total& total = totals[at[i * at_stride] * n + i];
        total = Sum::join(total, from[i * from_stride]);
      }
    }
  }
};

/// Adds the sources of a few long lines in chunks, whose totals are added in order.
template <class T>
void add_in_chunks(const BufferedScatterAdd<T>& add, std::int64_t chunks) {
  using Total = typename BufferedScatterAdd<T>::Total;
  const ScatterLines& lines = add.lines;
  const std::int64_t tasks = lines.space.numel * chunks, targets = lines.y_length;
  Storage storage(Device::cpu(), static_cast<std::size_t>(tasks * targets) * sizeof(Total));
  auto* const totals = reinterpret_cast<Total*>(storage.data());
  parallel_for(tasks, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t task = begin; task < end; ++task) {
      const PerOperand<4> offset = MultiIndex<4>(lines.space, task / chunks).offset;
      const std::int64_t chunk = task % chunks;
      // -0 changes nothing that it is added to.
      std::fill_n(totals + task * targets, targets, static_cast<Total>(-0.0));
      add.add_line(add.index + offset[kIndex], add.source + offset[kSource], lines.length * chunk / chunks,
                   lines.length * (chunk + 1) / chunks, totals + task * targets);
    }
  });
  for (std::int64_t line = 0; line < lines.space.numel; ++line) {
    const PerOperand<4> offset = MultiIndex<4>(lines.space, line).offset;
    parallel_for(targets, kScatterGrain, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t k = begin; k < end; ++k) {
        auto total = static_cast<Total>(add.x[offset[kX] + k * lines.axis_strides[kX]]);
        for (std::int64_t chunk = 0; chunk < chunks; ++chunk)
          total = math::Add{}(total, totals[(line * chunks + chunk) * targets + k]);
        add.y[offset[kY] + k * lines.axis_strides[kY]] = static_cast<T>(total);
      }
    });
  }
}

/// Into how many chunks to divide lines, so that few long ones occupy all threads; 1 if not.
std::int64_t chunks_of(const ScatterLines& lines) {
  constexpr std::int64_t kEnough = 16, kLeast = 1 << 15;
  if (lines.space.numel >= kEnough || !lines.are_dense()) return 1;
  return std::clamp<std::int64_t>(lines.length / std::max(kLeast, 4 * lines.y_length), 1, kEnough);
}

template <class T>
void scatter_add_buffered(const Tensor& x, const Tensor& source, int axis, const Tensor& index,
                          IndexCheck& check, Tensor& y) {
  using Total = typename BufferedScatterAdd<T>::Total;
  const bool copies = !covers_all_lines(x, axis, index);
  if (copies) copy_unless_same(x, y);
  const Tensor& start = copies ? y : x;
  const ScatterLines lines(start, source, axis, index, y);
  const RangeCheck range_check(check, lines.y_length);
  const BufferedScatterAdd<T> add{.lines = lines,
                                  .check = range_check,
                                  .index = index.data<std::int64_t>(),
                                  .source = static_cast<const T*>(source.raw_data()),
                                  .x = static_cast<const T*>(start.raw_data()),
                                  .y = static_cast<T*>(y.raw_data()),
                                  .block_size = lines.block_size(sizeof(Total))};
  if (const std::int64_t chunks = chunks_of(lines); chunks > 1) return add_in_chunks(add, chunks);
  const std::int64_t n = lines.space.numel, buffer_size = add.block_size * lines.y_length,
                     blocks = (n + add.block_size - 1) / add.block_size,
                     tasks = std::clamp<std::int64_t>(n * lines.length / kScatterGrain, 1,
                                                      std::min(blocks, max_threads()));
  Storage totals(Device::cpu(), static_cast<std::size_t>(tasks * buffer_size) * sizeof(Total));
  parallel_for(tasks, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t task = begin; task < end; ++task) {
      Total* const buffer = reinterpret_cast<Total*>(totals.data()) + task * buffer_size;
      for_each_inner_loop(lines.space, n * task / tasks, n * (task + 1) / tasks,
                          [&](const PerOperand<4>& offset, std::int64_t size) { add(offset, size, buffer); });
    }
  });
}

/// The inner loop that adds sources to their targets in sorted order, see Scatter. The operands are the
/// sorted indices, the position in its line, source and y.
template <class T>
struct SortedScatterAdd {
  const std::int64_t* indices;
  const std::int64_t* order;
  const T* source;
  T* y;
  std::int64_t length, source_stride, y_stride;  // of a line, along the axis
  PerOperand<4> strides;

  void operator()(const PerOperand<4>& offset, std::int64_t n) const {
    if (strides[0] == 0 && strides[1] == 0) return add(offset, n);
    PerOperand<4> at = offset;
    for (std::int64_t i = 0; i < n; ++i) {
      add(at, 1);
      for (std::size_t operand = 0; operand < 4; ++operand) at[operand] += strides[operand];
    }
  }

  /// n neighbouring lines that share their indices, at one position in the line.
  void add(const PerOperand<4>& offset, std::int64_t n) const {
    const std::int64_t* const index = indices + offset[0];
    const std::int64_t position = offset[1];
    if (position > 0 && index[-1] == index[0]) return;
    std::int64_t duplicates = 1;
    while (position + duplicates < length && index[duplicates] == index[0]) ++duplicates;
    const T* from = source + offset[2];
    T* to = y + offset[3] + (index[0] - position) * y_stride;
    for (; n > 0; n -= kBufferSize, from += kBufferSize * strides[2], to += kBufferSize * strides[3])
      add_block(from, order + offset[0], duplicates, to, std::min(n, kBufferSize));
  }

  void add_block(const T* from, const std::int64_t* sources, std::int64_t source_count, T* to,
                 std::int64_t n) const {
    double total[kBufferSize];
    for (std::int64_t i = 0; i < n; ++i) total[i] = to[i * strides[3]];
    for (std::int64_t k = 0; k < source_count; ++k) {
      const T* const line = from + sources[k] * source_stride;
      for (std::int64_t i = 0; i < n; ++i) total[i] += line[i * strides[2]];
    }
    for (std::int64_t i = 0; i < n; ++i) to[i * strides[3]] = static_cast<T>(total[i]);
  }
};

template <class T>
void scatter_add_sorted(const Tensor& x, const Tensor& source, int axis, const Tensor& index,
                        IndexCheck& check, Tensor& y) {
  if (!passes(check, index, y.shape()[axis])) return;
  copy_unless_same(x, y);
  const Scatter scatter = make_scatter(source, axis, index, y);
  const IterationSpace<4> space =
      make_iteration_space<4>({&scatter.sorted, &scatter.position, &scatter.source, &scatter.y});
  const SortedScatterAdd<T> inner_loop{.indices = scatter.indices.template data<std::int64_t>(),
                                       .order = scatter.order.template data<std::int64_t>(),
                                       .source = static_cast<const T*>(source.raw_data()),
                                       .y = static_cast<T*>(y.raw_data()),
                                       .length = scatter.length,
                                       .source_stride = scatter.source_stride,
                                       .y_stride = scatter.y_stride,
                                       .strides = space.inner_strides()};
  for_each_inner_loop(space, kScatterGrain, inner_loop);
}

/// How scatter_add() adds the sources of a target.
enum class Method { sequential, buffered, sorted };

template <class T>
Method method_for(const ScatterLines& lines) {
  // Totals of all targets cost more than a sort where most targets have no source, and where the lines are
  // those of long rows, which share their indices.
  constexpr std::int64_t kTargetsPerSource = 4, kLongRow = 32;
  const bool are_rows = lines.share_index() && lines.space.inner_size() >= kLongRow;
  if (lines.length == 1) return Method::sequential;
  if (lines.y_length <= kTargetsPerSource * lines.length && !are_rows) return Method::buffered;
  return std::is_floating_point_v<T> ? Method::sorted : Method::sequential;
}

/// Where there are no sources or no targets: then no index is right.
void scatter_nothing(const Tensor& x, int axis, const Tensor& index, IndexCheck& check, Tensor& y) {
  if (index.numel() > 0) static_cast<void>(passes(check, index, y.shape()[axis]));
  copy_unless_same(x, y);
}

void scatter(const Tensor& x, const Tensor& source, const int& axis, const Tensor& index, IndexCheck& check,
             Tensor& y) {
  if (index.numel() == 0 || y.numel() == 0) return scatter_nothing(x, axis, index, check, y);
  dispatch_words(y.dtype(), [&]<class Word>() {
    scatter_sequential<math::LastSource<Word>>(x, source, axis, index, check, y);
  });
}

void scatter_add(const Tensor& x, const Tensor& source, const int& axis, const Tensor& index,
                 IndexCheck& check, Tensor& y) {
  if (index.numel() == 0 || y.numel() == 0) return scatter_nothing(x, axis, index, check, y);
  dispatch(y.dtype(), [&]<class T>() {
    switch (method_for<T>(ScatterLines(x, source, axis, index, y))) {
      case Method::sequential:
        return scatter_sequential<math::AddSources<T>>(x, source, axis, index, check, y);
      case Method::buffered:
        return scatter_add_buffered<T>(x, source, axis, index, check, y);
      case Method::sorted:
        if constexpr (std::is_floating_point_v<T>)
          return scatter_add_sorted<T>(x, source, axis, index, check, y);
    }
  });
}

/// Takes the elements of y at the indices from last to first, leaving zeros: so the last source of an index
/// gets the element and the others get 0.
template <class Word>
struct TakeInnerLoop {
  const ScatterLines& lines;
  const std::int64_t* index;
  Word* source;
  Word* y;

  void operator()(const PerOperand<4>& start, std::int64_t lines_left) const {
    for_each_block(lines, lines.block_size(sizeof(Word)), start, lines_left,
                   [&](const PerOperand<4>& offset, std::int64_t n) {
                     take_block(index + offset[kIndex], source + offset[kSource], y + offset[kY], n);
                   });
  }

  void take_block(const std::int64_t* at, Word* to, Word* from, std::int64_t n) const {
    const auto [at_axis, to_axis, x_axis, from_axis] = lines.axis_strides;
    const std::int64_t at_stride = lines.stride(kIndex), to_stride = lines.stride(kSource),
                       from_stride = lines.stride(kY);
    for (std::int64_t k = lines.length - 1; k >= 0; --k) {
      for (std::int64_t i = 0; i < n; ++i) {
        to[k * to_axis + i * to_stride] =
            std::exchange(from[i * from_stride + at[k * at_axis + i * at_stride] * from_axis], Word(0));
      }
    }
  }
};

void scatter_gradient(const Tensor& grad, const int& axis, const Tensor& index, Tensor& dsource, Tensor& dx) {
  kernels::copy(grad, dx);
  if (index.numel() == 0) return;
  const ScatterLines lines(dx, dsource, axis, index, dx);
  dispatch_words(dx.dtype(), [&]<class Word>() {
    const TakeInnerLoop<Word> inner_loop{lines, index.data<std::int64_t>(),
                                         static_cast<Word*>(dsource.raw_data()),
                                         static_cast<Word*>(dx.raw_data())};
    for_each_inner_loop(lines.space, kScatterGrain / lines.length + 1, inner_loop);
  });
}

void register_scatter_kernels() {
  kernels::scatter.set(DeviceType::cpu, scatter);
  kernels::scatter_add.set(DeviceType::cpu, scatter_add);
  kernels::scatter_gradient.set(DeviceType::cpu, scatter_gradient);
}

}  // namespace
}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinytorch::cpu {
HWY_EXPORT(register_scatter_kernels);
void register_scatter() { HWY_DYNAMIC_DISPATCH(register_scatter_kernels)(); }
}  // namespace tinytorch::cpu
#endif
