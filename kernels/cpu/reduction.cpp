#include "core/ops/indexing_kernels.h"
#include "core/ops/reduction_kernels.h"
#include "core/storage.h"
#include "kernels/register.h"

#include <algorithm>

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

  static constexpr std::int64_t kWidth = 2048;
};

/// True where column order is worth it: the outputs have a smaller stride in x than the elements of one
/// output, or reduce few elements each, and there are enough of them.
bool prefers_columns(const ReductionSpaces& spaces) {
  constexpr std::int64_t kEnough = 8, kFew = 8;
  return spaces.kept.inner_size() >= kEnough &&
         (spaces.kept.inner_strides()[0] < spaces.reduced.inner_strides()[0] || spaces.reduced.numel <= kFew);
}

/// A plain reduction: combines the elements and rounds the result. lift() is for the elements of an output,
/// lift_vector() for an element of each of the neighbouring outputs from there on.
struct Plain {
  static Itself lift(std::int64_t) { return {}; }
  static Itself lift_vector(std::int64_t) { return {}; }
  template <class Y, class Result>
  static Y finish(Result total) {
    return static_cast<Y>(total);
  }
};

/// The sum of the elements that are not NaN.
struct WithoutNan : Plain {
  static NanToZero lift(std::int64_t) { return {}; }
  static NanToZero lift_vector(std::int64_t) { return {}; }
};

/// The reduction of kernels::moment; `centers` is null for centers of 0.
struct Moment {
  const double* centers;
  kernels::MomentForm form;

  SquaredDistance<double> lift(std::int64_t output) const {
    return {centers != nullptr ? centers[output] : 0.0};
  }
  SquaredDistance<Vector<double>> lift_vector(std::int64_t output) const {
    return {centers != nullptr ? Vector<double>::load(centers + output) : Vector<double>(0.0)};
  }
  template <class Y>
  Y finish(double total) const {
    return math::finish_moment<Y>(form, total);
  }
};
/// A Moment of other summands.
template <class Summand>
struct MomentOf : Moment {
  static Summand lift(std::int64_t) { return {}; }
  static Summand lift_vector(std::int64_t) { return {}; }
};

/// @tparam Form  lift(output) is applied to the elements of an output, and finish<Y>() to its result
template <class Fold, class Form = Plain>
class Reducer {
 public:
  using T = typename Fold::Element;
  using Result = typename Fold::Result;

  Reducer(const T* x, const ReductionSpaces& spaces, const Form& form = {})
      : x_(x),
        spaces_(spaces),
        form_(form),
        columns_(prefers_columns(spaces)),
        partition_(spaces, columns_) {}

  template <class Y>
  void run(Y* y) const {
    if (spaces_.reduced.numel == 0) {  // x may be null
      std::fill_n(y, spaces_.kept.numel, form_.template finish<Y>(Fold::identity()));
      return;
    }
    if (partition_.chunks == 1)
      return run_tasks(y, [this](Result total) { return form_.template finish<Y>(total); });
    const auto size = static_cast<std::size_t>(partition_.chunks * spaces_.kept.numel);
    Storage memory(Device::cpu(), size * sizeof(Result));
    auto* const partials = reinterpret_cast<Result*>(memory.data());
    run_tasks(partials, [](Result total) { return total; });
    for (std::int64_t i = 0; i < spaces_.kept.numel; ++i) {
      y[i] = form_.template finish<Y>(
          fold_row<Fold, Result>(partials + i, spaces_.kept.numel, partition_.chunks));
    }
  }

 private:
  /// Writes finish() of the results of chunk c to y + c * outputs.
  template <class Y, class Finish>
  void run_tasks(Y* y, const Finish& finish) const {
    const std::int64_t elements = partition_.chunk_size * partition_.width;
    parallel_for(partition_.tasks, kCheapGrain / std::max<std::int64_t>(1, elements) + 1,
                 [&, this](std::int64_t begin, std::int64_t end) { run_range(y, finish, begin, end); });
  }

  template <class Y, class Finish>
  void run_range(Y* y, const Finish& finish, std::int64_t begin, std::int64_t end) const {
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
        const std::int64_t width = std::min(partition_.width, spaces_.kept.inner_size() - inner);
        Result totals[Partition::kWidth];
        fold_columns(x, from, stop, first, width, totals);
        for (std::int64_t i = 0; i < width; ++i) to[i] = finish(totals[i]);
      } else {
        *to = finish(fold_rows(x, from, stop, form_.lift(first)));
      }
    }
  }

  // Out of line, as each is called for partial results and for outputs, and takes long to compile.
  template <class Lift>
  HWY_NOINLINE Result fold_rows(const T* x, std::int64_t begin, std::int64_t end, const Lift& lift) const {
    Result total = Fold::identity();
    if (begin >= end) return total;
    for_each_inner_loop(spaces_.reduced, begin, end, [&](const PerOperand<1>& offset, std::int64_t n) {
      total =
          Fold::combine(total, fold_row<Fold>(x + offset[0], spaces_.reduced.inner_strides()[0], n, lift));
    });
    return total;
  }

  /// Folds `width` neighbouring outputs, of which `output` is the first.
  HWY_NOINLINE void fold_columns(const T* x, std::int64_t begin, std::int64_t end, std::int64_t output,
                                 std::int64_t width, Result* totals) const {
    std::fill_n(totals, width, Fold::identity());
    if (begin >= end) return;
    const std::int64_t stride = spaces_.reduced.inner_strides()[0],
                       column_stride = spaces_.kept.inner_strides()[0];
    for_each_inner_loop(spaces_.reduced, begin, end, [&](const PerOperand<1>& offset, std::int64_t n) {
      const T* row = x + offset[0];
      for (; n >= kRows; n -= kRows, row += kRows * stride)
        fold_into<kRows>(totals, output, row, stride, column_stride, width);
      for (; n > 0; --n, row += stride) fold_into<1>(totals, output, row, stride, column_stride, width);
    });
  }

  /// Rows folded at once, which saves reads and writes of the totals.
  static constexpr std::int64_t kRows = 4;

  template <std::int64_t rows>
  void fold_into(Result* totals, std::int64_t output, const T* x, std::int64_t stride,
                 std::int64_t column_stride, std::int64_t width) const {
    if (column_stride == 1) {
      const std::int64_t folded = fold_vectors_into<rows>(totals, output, x, stride, width);
      INDEPENDENT
      for (std::int64_t i = folded; i < width; ++i)
        totals[i] = fold_column<rows>(totals[i], form_.lift(output + i), x + i, stride);
    } else {
      for (std::int64_t i = 0; i < width; ++i)
        totals[i] = fold_column<rows>(totals[i], form_.lift(output + i), x + i * column_stride, stride);
    }
  }

  /// @return  how many of the columns were folded
  template <std::int64_t rows>
  std::int64_t fold_vectors_into(Result* totals, std::int64_t output, const T* x, std::int64_t stride,
                                 std::int64_t width) const {
    std::int64_t i = 0;
    if constexpr (is_read_as_vector<T, Result>) {
      using V = Vector<Result>;
      for (; i + V::kLanes <= width; i += V::kLanes) {
        const auto lift = form_.lift_vector(output + i);
        V total = V::load(totals + i);
        for (std::int64_t row = 0; row < rows; ++row)
          total = Fold::combine(total, lift(load_as<Result>(x + i + row * stride)));
        total.store(totals + i);
      }
    }
    return i;
  }

  template <std::int64_t rows, class Lift>
  static HWY_INLINE Result fold_column(Result total, const Lift& lift, const T* x, std::int64_t stride) {
    UNROLL
    for (std::int64_t row = 0; row < rows; ++row)
      total = Fold::combine(total, lift(static_cast<Result>(x[row * stride])));
    return total;
  }

  const T* x_;
  const ReductionSpaces& spaces_;
  Form form_;
  bool columns_;
  Partition partition_;
};

template <class Fold, class Y, class Form = Plain>
void reduce(const Tensor& x, Tensor& y, const Form& form = {}) {
  const ReductionSpaces spaces = make_reduction_spaces(x, y);
  using T = typename Fold::Element;
  Reducer<Fold, Form>(static_cast<const T*>(x.raw_data()), spaces, form).run(static_cast<Y*>(y.raw_data()));
}

template <template <class> class Fold>
void total(const Tensor& x, Tensor& y) {
  dispatch_bytes(x.dtype(), [&]<class T>() { reduce<Fold<T>, math::ReductionResult<T>>(x, y); });
}

void nansum(const Tensor& x, Tensor& y) {
  if (!is_floating(x.dtype())) return total<SumFold>(x, y);
  dispatch<FloatingTypes>(x.dtype(), [&]<class T>() { reduce<SumFold<T>, T>(x, y, WithoutNan{}); });
}

template <class Order>
void extreme(const Tensor& x, Tensor& y) {
  dispatch_bytes(x.dtype(), [&]<class T>() { reduce<ExtremeFold<T, Order>, T>(x, y); });
}

void moment(const Tensor& x, const Tensor& center, const kernels::MomentForm& form, Tensor& y) {
  const Moment second{static_cast<const double*>(center.raw_data()), form};
  math::dispatch_moment(x.dtype(), y.dtype(), [&]<class T, class Y>() {
    switch (form.summand) {
      case kernels::Summand::element:
        return reduce<SumFold<T>, Y>(x, y, MomentOf<Itself>{second});
      case kernels::Summand::magnitude:
        return reduce<SumFold<T>, Y>(x, y, MomentOf<Magnitude>{second});
      case kernels::Summand::squared_distance:
        return reduce<SumFold<T>, Y>(x, y, second);
    }
  });
}

/// The inner loop of kernels::moment_gradient. Along it center and scale are the same, or have an element for
/// each of x.
template <class T>
struct MomentGradientLoop {
  const T* x;
  const double* center;
  const double* scale;
  T* dx;
  PerOperand<4> strides;

  void operator()(const PerOperand<4>& offset, std::int64_t n) const {
    const auto run = [&](auto of_x, auto of_center, auto of_scale, auto of_dx) {
      const T* from = x + offset[0];
      const double *centers = center + offset[1], *scales = scale + offset[2];
      T* to = dx + offset[3];
      INDEPENDENT
      for (std::int64_t i = 0; i < n; ++i) {
        to[i * of_dx] = static_cast<T>((static_cast<double>(from[i * of_x]) - centers[i * of_center]) *
                                       scales[i * of_scale]);
      }
    };
    constexpr std::integral_constant<std::int64_t, 0> kSame;
    constexpr std::integral_constant<std::int64_t, 1> kEach;
    if (strides == PerOperand<4>{1, 0, 0, 1}) return run(kEach, kSame, kSame, kEach);
    if (strides == PerOperand<4>{1, 1, 1, 1}) return run(kEach, kEach, kEach, kEach);
    if (strides == PerOperand<4>{1, 0, 1, 1}) return run(kEach, kSame, kEach, kEach);
    run(strides[0], strides[1], strides[2], strides[3]);
  }
};

void moment_gradient(const Tensor& x, const Tensor& center, const Tensor& scale, Tensor& dx) {
  const IterationSpace<4> space = make_iteration_space<4>({&x, &center, &scale, &dx});
  dispatch<FloatingTypes>(dx.dtype(), [&]<class T>() {
    const MomentGradientLoop<T> loop{
        static_cast<const T*>(x.raw_data()), static_cast<const double*>(center.raw_data()),
        static_cast<const double*>(scale.raw_data()), static_cast<T*>(dx.raw_data()), space.inner_strides()};
    for_each_inner_loop(space, kCheapGrain, loop);
  });
}

void index_bound(const Tensor& index, Tensor& largest) {
  reduce<ExtremeFold<std::uint64_t, math::Greater>, std::uint64_t>(index, largest);
}

void register_reduction_kernels() {
  constexpr auto kCpu = DeviceType::cpu;
  kernels::index_bound.set(kCpu, index_bound);
  kernels::moment.set(kCpu, moment);
  kernels::moment_gradient.set(kCpu, moment_gradient);
  kernels::nansum.set(kCpu, nansum);
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
HWY_EXPORT(register_reduction_kernels);
void register_reduction() { HWY_DYNAMIC_DISPATCH(register_reduction_kernels)(); }
}  // namespace tinytorch::cpu
#endif
