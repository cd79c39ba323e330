#include "core/ops/reduction_kernels.h"

#include <limits>

#include "core/ops/indexing_kernels.h"
#include "kernels/cuda/kernels.h"
#include "kernels/cuda/reduce.h"
#include "kernels/dispatch.h"
#include "kernels/math/comparison.h"
#include "kernels/math/reduction.h"
#include "kernels/math/scalar-inl.h"

namespace tinytorch::cuda {
namespace {

template <class T>
struct SumFold {
  using Result = math::Accumulator<T>;
  using Output = math::ReductionResult<T>;
  const T* x;
  Output* y;

  __device__ static Result identity() { return 0; }
  template <class Index>
  __device__ Result lift(Index, Index offset, Index) const {
    return static_cast<Result>(x[offset]);
  }
  __device__ static Result combine(Result a, Result b) { return a + b; }
  template <class Index>
  __device__ void finish(Index output, Result total) const {
    y[output] = static_cast<Output>(total);
  }
};

/// The sum of the elements that are not NaN.
template <class T>
struct NanSumFold : SumFold<T> {
  using typename SumFold<T>::Result;

  template <class Index>
  __device__ Result lift(Index, Index offset, Index) const {
    const T element = this->x[offset];
    return element == element ? static_cast<Result>(element) : Result(0);
  }
};

/// The product, in the type that the sum has.
template <class T>
struct ProductFold : SumFold<T> {
  using typename SumFold<T>::Result;

  __device__ static Result identity() { return 1; }
  __device__ static Result combine(Result a, Result b) { return a * b; }
};

template <template <class> class Fold, class T>
void total_typed(const Tensor& x, Tensor& y) {
  const OnDevice on(y.device());
  Fold<T> fold;
  fold.x = static_cast<const T*>(x.raw_data());
  fold.y = static_cast<typename Fold<T>::Output*>(y.raw_data());
  reduce(on, make_reduction_spaces(x, y), fold);
}

template <template <class> class Fold>
void total(const Tensor& x, Tensor& y) {
  dispatch_bytes(x.dtype(), [&]<class T>() { total_typed<Fold, T>(x, y); });
}

void nansum(const Tensor& x, Tensor& y) {
  if (!is_floating(x.dtype())) return total<SumFold>(x, y);
  dispatch<FloatingTypes>(x.dtype(), [&]<class T>() { total_typed<NanSumFold, T>(x, y); });
}

/// The sums of kernels::moment; `centers` is null for centers of 0.
template <class T, class Y>
struct MomentFold {
  using Result = double;
  kernels::MomentForm form;
  const T* x;
  const double* centers;
  Y* y;

  __device__ static Result identity() { return 0; }
  __device__ static Result combine(Result a, Result b) { return a + b; }
  template <class Index>
  __device__ Result lift(Index output, Index offset, Index) const {
    const auto element = static_cast<double>(x[offset]);
    if (form.summand == kernels::Summand::element) return element;
    if (form.summand == kernels::Summand::magnitude) return math::abs(element);
    const double distance = centers != nullptr ? element - centers[output] : element;
    return distance * distance;
  }
  template <class Index>
  __device__ void finish(Index output, Result total) const {
    y[output] = math::finish_moment<Y>(form, total);
  }
};

void moment(const Tensor& x, const Tensor& center, const kernels::MomentForm& form, Tensor& y) {
  const OnDevice on(y.device());
  math::dispatch_moment(x.dtype(), y.dtype(), [&]<class T, class Y>() {
    reduce(on, make_reduction_spaces(x, y),
           MomentFold<T, Y>{form, static_cast<const T*>(x.raw_data()),
                            static_cast<const double*>(center.raw_data()), static_cast<Y*>(y.raw_data())});
  });
}

struct MomentGradient {
  template <class T>
  __device__ T operator()(T x, double center, double scale) const {
    return static_cast<T>((static_cast<double>(x) - center) * scale);
  }
};

void moment_gradient(const Tensor& x, const Tensor& center, const Tensor& scale, Tensor& dx) {
  dispatch<FloatingTypes>(dx.dtype(), [&]<class T>() {
    Map<MomentGradient, T, T, double, double>::run(MomentGradient{}, dx, x, center, scale);
  });
}

/// The most extreme element and its index. Order is Greater for the largest, Less for the smallest; NaN wins,
/// and among equals the first.
template <class T, class Order>
struct ExtremeFold {
  using Result = math::Candidate<T>;
  const T* x;
  T* values;  // one of the outputs, the other is null
  std::int64_t* indices;

  /// Loses against every element: its index is greater than all others.
  __device__ static Result identity() {
    using Limits = std::numeric_limits<T>;
    constexpr bool kMaximum = std::is_same_v<Order, math::Greater>;
    constexpr T kWorst = Limits::has_infinity ? (kMaximum ? -Limits::infinity() : Limits::infinity())
                                              : (kMaximum ? Limits::lowest() : Limits::max());
    return {kWorst, std::numeric_limits<std::int64_t>::max()};
  }
  template <class Index>
  __device__ Result lift(Index, Index offset, Index index) const {
    return {x[offset], static_cast<std::int64_t>(index)};
  }
  __device__ static Result combine(const Result& a, const Result& b) {
    if (math::more_extreme<Order>(b.value, a.value)) return b;
    if (math::more_extreme<Order>(a.value, b.value)) return a;
    return b.index < a.index ? b : a;
  }
  template <class Index>
  __device__ void finish(Index output, const Result& best) const {
    if (values != nullptr) {
      values[output] = best.value;
    } else {
      indices[output] = best.index;
    }
  }
};

template <class Order, class T>
void extreme_typed(const Tensor& x, const Tensor& y, T* values, std::int64_t* indices) {
  const OnDevice on(y.device());
  reduce(on, make_reduction_spaces(x, y),
         ExtremeFold<T, Order>{static_cast<const T*>(x.raw_data()), values, indices});
}

template <class Order, class T>
void extreme_values(const Tensor& x, Tensor& y) {
  extreme_typed<Order, T>(x, y, static_cast<T*>(y.raw_data()), nullptr);
}

template <class Order>
void extreme(const Tensor& x, Tensor& y) {
  dispatch_bytes(x.dtype(), [&]<class T>() { extreme_values<Order, T>(x, y); });
}

/// The axis is where y has size 1.
template <class Order>
void arg_extreme(const Tensor& x, const int&, Tensor& y) {
  dispatch_bytes(x.dtype(), [&]<class T>() {
    extreme_typed<Order, T>(x, y, nullptr, static_cast<std::int64_t*>(y.raw_data()));
  });
}

void index_bound(const Tensor& index, Tensor& largest) {
  extreme_values<math::Greater, std::uint64_t>(index, largest);
}

}  // namespace

void register_reduction() {
  constexpr auto kCuda = DeviceType::cuda;
  kernels::index_bound.set(kCuda, index_bound);
  kernels::moment.set(kCuda, moment);
  kernels::moment_gradient.set(kCuda, moment_gradient);
  kernels::nansum.set(kCuda, nansum);
  kernels::prod.set(kCuda, total<ProductFold>);
  kernels::sum.set(kCuda, total<SumFold>);
  kernels::max.set(kCuda, extreme<math::Greater>);
  kernels::min.set(kCuda, extreme<math::Less>);
  kernels::argmax.set(kCuda, arg_extreme<math::Greater>);
  kernels::argmin.set(kCuda, arg_extreme<math::Less>);
}

}  // namespace tinytorch::cuda
