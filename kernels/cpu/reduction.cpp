#include "core/ops/indexing_kernels.h"
#include "core/ops/reduction_kernels.h"
#include "kernels/register.h"

#include <algorithm>
#include <memory>

// Compiled once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/reduction.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "kernels/cpu/elementwise-inl.h"
#include "kernels/cpu/reduce-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

/// The partition of a reduction into tasks, which depends on the shapes alone: blocks of `width` neighbouring
/// outputs, and where these are few, chunks of the elements that each output reduces, whose results are
/// folded at the end.
struct Partition {
  std::int64_t width;
  std::int64_t blocks;  // along the innermost kept axis
  std::int64_t chunks;
  std::int64_t tasks;
  std::int64_t chunk_size;

  /// With `columns`, neighbouring outputs read neighbouring elements, so that a block of outputs is computed
  /// in one traversal of memory.
  Partition(const ReductionSpaces& spaces, bool columns) {
    constexpr std::int64_t kTasks = 64, kElements = 1 << 15;
    const std::int64_t inner = spaces.kept.inner_size(), length = spaces.reduced.numel;
    width = columns ? std::min<std::int64_t>(inner, kWidth) : 1;
    blocks = (inner + width - 1) / width;
    const std::int64_t outputs = spaces.kept.numel / inner * blocks;
    const std::int64_t max_chunks = std::max<std::int64_t>(1, length * width / kElements);
    chunks = std::min(max_chunks, (kTasks + outputs - 1) / outputs);
    chunk_size = (length + chunks - 1) / chunks;
    tasks = outputs * chunks;
  }

  static constexpr std::int64_t kWidth = 256;
};

/// True where column order is worth it: the outputs have a smaller stride in x than the elements of one
/// output, and there are enough of them.
bool prefers_columns(const ReductionSpaces& spaces) {
  constexpr std::int64_t kEnough = 8;
  return spaces.kept.inner_size() >= kEnough &&
         spaces.kept.inner_strides()[0] < spaces.reduced.inner_strides()[0];
}

template <class Fold>
class Reducer {
 public:
  using T = typename Fold::Element;
  using Result = typename Fold::Result;

  Reducer(const T* x, const ReductionSpaces& spaces)
      : x_(x), spaces_(spaces), columns_(prefers_columns(spaces)), partition_(spaces, columns_) {}

  template <class Y>
  void run(Y* y) const {
    if (spaces_.reduced.numel == 0) {  // x may be null
      std::fill_n(y, spaces_.kept.numel, static_cast<Y>(Fold::identity()));
      return;
    }
    if (partition_.chunks == 1) return run_tasks(y);
    const auto size = static_cast<std::size_t>(partition_.chunks * spaces_.kept.numel);
    const auto partials = std::make_unique_for_overwrite<Result[]>(size);
    run_tasks(partials.get());
    for (std::int64_t i = 0; i < spaces_.kept.numel; ++i) {
      y[i] = static_cast<Y>(
          fold_row<PartialsFold<Fold>, Result>(partials.get() + i, spaces_.kept.numel, partition_.chunks));
    }
  }

 private:
  /// Writes the results of chunk c to y + c * outputs.
  template <class Y>
  void run_tasks(Y* y) const {
    const std::int64_t elements = partition_.chunk_size * partition_.width;
    parallel_for(partition_.tasks, kCheapGrain / std::max<std::int64_t>(1, elements) + 1,
                 [this, y](std::int64_t begin, std::int64_t end) { run_range(y, begin, end); });
  }

  template <class Y>
  void run_range(Y* y, std::int64_t begin, std::int64_t end) const {
    const std::int64_t outputs = partition_.tasks / partition_.chunks;
    for (std::int64_t task = begin; task < end; ++task) {
      const std::int64_t chunk = task / outputs, block = task % outputs;
      const std::int64_t first = block / partition_.blocks * spaces_.kept.inner_size() +
                                 block % partition_.blocks * partition_.width;
      const MultiIndex<2> position(spaces_.kept, first);
      Y* to = y + chunk * spaces_.kept.numel + first;
      const std::int64_t from = chunk * partition_.chunk_size;
      const std::int64_t stop = std::min(from + partition_.chunk_size, spaces_.reduced.numel);
      const T* x = x_ + position.offset[0];
      if (columns_) {
        const std::int64_t inner = first % spaces_.kept.inner_size();
        fold_columns(x, from, stop, to, std::min(partition_.width, spaces_.kept.inner_size() - inner));
      } else {
        *to = static_cast<Y>(fold_rows(x, from, stop));
      }
    }
  }

  Result fold_rows(const T* x, std::int64_t begin, std::int64_t end) const {
    Result total = Fold::identity();
    if (begin >= end) return total;
    for_each_inner_loop(spaces_.reduced, begin, end, [&](const PerOperand<1>& offset, std::int64_t n) {
      total = Fold::combine(total, fold_row<Fold>(x + offset[0], spaces_.reduced.inner_strides()[0], n));
    });
    return total;
  }

  template <class Y>
  void fold_columns(const T* x, std::int64_t begin, std::int64_t end, Y* y, std::int64_t width) const {
    Result total[Partition::kWidth];
    std::fill_n(total, width, Fold::identity());
    if (begin < end) {
      for_each_inner_loop(spaces_.reduced, begin, end, [&](const PerOperand<1>& offset, std::int64_t n) {
        for (std::int64_t i = 0; i < n; ++i) {
          fold_into(total, x + offset[0] + i * spaces_.reduced.inner_strides()[0],
                    spaces_.kept.inner_strides()[0], width);
        }
      });
    }
    for (std::int64_t i = 0; i < width; ++i) y[i] = static_cast<Y>(total[i]);
  }

  static void fold_into(Result* total, const T* x, std::int64_t stride, std::int64_t width) {
    if (stride == 1) {
      INDEPENDENT
      for (std::int64_t i = 0; i < width; ++i)
        total[i] = Fold::combine(total[i], lifted<Fold>(static_cast<Result>(x[i])));
    } else {
      for (std::int64_t i = 0; i < width; ++i)
        total[i] = Fold::combine(total[i], lifted<Fold>(static_cast<Result>(x[i * stride])));
    }
  }

  const T* x_;
  const ReductionSpaces& spaces_;
  bool columns_;
  Partition partition_;
};

template <class Fold, class Y>
void reduce(const Tensor& x, Tensor& y) {
  const ReductionSpaces spaces = make_reduction_spaces(x, y);
  using T = typename Fold::Element;
  Reducer<Fold>(static_cast<const T*>(x.raw_data()), spaces).run(static_cast<Y*>(y.raw_data()));
}

template <template <class> class Fold>
void total(const Tensor& x, Tensor& y) {
  dispatch_bytes(x.dtype(), [&]<class T>() { reduce<Fold<T>, math::ReductionResult<T>>(x, y); });
}

template <class Order>
void extreme(const Tensor& x, Tensor& y) {
  dispatch_bytes(x.dtype(), [&]<class T>() { reduce<ExtremeFold<T, Order>, T>(x, y); });
}

void index_bound(const Tensor& index, Tensor& largest) {
  reduce<ExtremeFold<std::uint64_t, math::Greater>, std::uint64_t>(index, largest);
}

void register_kernels() {
  constexpr auto kCpu = DeviceType::cpu;
  kernels::index_bound.set(kCpu, index_bound);
  kernels::nansum.set(kCpu, total<NanSumFold>);
  kernels::prod.set(kCpu, total<ProductFold>);
  kernels::sum.set(kCpu, total<SumFold>);
  kernels::max.set(kCpu, extreme<math::Greater>);
  kernels::min.set(kCpu, extreme<math::Less>);
}

}  // namespace
}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinytorch::cpu {
HWY_EXPORT(register_kernels);
void register_reduction() { HWY_DYNAMIC_DISPATCH(register_kernels)(); }
}  // namespace tinytorch::cpu
#endif
