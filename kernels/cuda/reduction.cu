#include "core/ops/reduction_kernels.h"

#include <limits>

#include "core/ops/indexing_kernels.h"
#include "kernels/cuda/kernels.h"
#include "kernels/cuda/reduce.h"
#include "kernels/math/comparison.h"
#include "kernels/math/reduction.h"

namespace tinytorch::cuda {
namespace {

template <class T>
struct SumFold {
  using Element = T;
  using Result = math::Accumulator<T>;
  using Output = math::ReductionResult<T>;

  __device__ static Result identity() { return 0; }
  __device__ static Result lift(T x, std::int64_t) { return static_cast<Result>(x); }
  __device__ static Result combine(Result a, Result b) { return a + b; }
  __device__ static Output finish(Result total) { return static_cast<Output>(total); }
};

/// The sum of the elements that are not NaN.
template <class T>
struct NanSumFold : SumFold<T> {
  using typename SumFold<T>::Result;

  __device__ static Result lift(T x, std::int64_t) { return x == x ? static_cast<Result>(x) : Result(0); }
};

/// The product, in the type that the sum has.
template <class T>
struct ProductFold : SumFold<T> {
  using typename SumFold<T>::Result;

  __device__ static Result identity() { return 1; }
  __device__ static Result combine(Result a, Result b) { return a * b; }
};

/// An element and its index among those that its output reduces.
template <class T>
struct Candidate {
  T value;
  std::int64_t index;
};

/// The most extreme element or its index. Order is Greater for the largest, Less for the smallest; NaN wins,
/// and among equals the first.
template <class T, class Order, bool kGivesIndex>
struct ExtremeFold {
  using Element = T;
  using Result = Candidate<T>;
  using Output = std::conditional_t<kGivesIndex, std::int64_t, T>;

  /// Loses against every element: its index is greater than all others.
  __device__ static Result identity() {
    using Limits = std::numeric_limits<T>;
    constexpr bool kMaximum = std::is_same_v<Order, math::Greater>;
    constexpr T kWorst = Limits::has_infinity ? (kMaximum ? -Limits::infinity() : Limits::infinity())
                                              : (kMaximum ? Limits::lowest() : Limits::max());
    return {kWorst, std::numeric_limits<std::int64_t>::max()};
  }
  __device__ static Result lift(T x, std::int64_t index) { return {x, index}; }
  __device__ static Result combine(const Result& a, const Result& b) {
    if (math::more_extreme<Order>(b.value, a.value)) return b;
    if (math::more_extreme<Order>(a.value, b.value)) return a;
    return b.index < a.index ? b : a;
  }
  __device__ static Output finish(const Result& best) {
    if constexpr (kGivesIndex) {
      return best.index;
    } else {
      return best.value;
    }
  }
};

/// The largest (smallest) element, and the index of the largest (smallest) element.
template <class T, class Order>
using ValueFold = ExtremeFold<T, Order, false>;
template <class T, class Order>
using IndexFold = ExtremeFold<T, Order, true>;

/// Applies a fold to the elements of x and writes y.
template <class Fold>
struct TensorFold : Fold {
  const typename Fold::Element* x;
  typename Fold::Output* y;

  template <class Index>
  __device__ typename Fold::Result lift(Index, Index offset, Index index) const {
    return Fold::lift(x[offset], static_cast<std::int64_t>(index));
  }
  template <class Index>
  __device__ void finish(Index output, const typename Fold::Result& total) const {
    y[output] = Fold::finish(total);
  }
};

template <class Fold>
void reduce_tensor(const Tensor& x, Tensor& y) {
  const OnDevice on(y.device());
  TensorFold<Fold> tensor_fold;
  tensor_fold.x = static_cast<const typename Fold::Element*>(x.raw_data());
  tensor_fold.y = static_cast<typename Fold::Output*>(y.raw_data());
  reduce(on, make_reduction_spaces(x, y), tensor_fold);
}

template <template <class> class Fold>
void total(const Tensor& x, Tensor& y) {
  dispatch(x.dtype(), [&]<class T>() { reduce_tensor<Fold<T>>(x, y); });
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
    if (form.order == 1) return element;
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

void index_bound(const Tensor& index, Tensor& largest) {
  reduce_tensor<ValueFold<std::uint64_t, math::Greater>>(index, largest);
}

template <template <class, class> class Fold, class Order>
void extreme(const Tensor& x, Tensor& y) {
  dispatch(x.dtype(), [&]<class T>() { reduce_tensor<Fold<T, Order>>(x, y); });
}

/// The axis is where y has size 1.
template <class Order>
void arg_extreme(const Tensor& x, const int&, Tensor& y) {
  extreme<IndexFold, Order>(x, y);
}

}  // namespace

void register_reduction() {
  constexpr auto kCuda = DeviceType::cuda;
  kernels::index_bound.set(kCuda, index_bound);
  kernels::moment.set(kCuda, moment);
  kernels::nansum.set(kCuda, total<NanSumFold>);
  kernels::prod.set(kCuda, total<ProductFold>);
  kernels::sum.set(kCuda, total<SumFold>);
  kernels::max.set(kCuda, extreme<ValueFold, math::Greater>);
  kernels::min.set(kCuda, extreme<ValueFold, math::Less>);
  kernels::argmax.set(kCuda, arg_extreme<math::Greater>);
  kernels::argmin.set(kCuda, arg_extreme<math::Less>);
}

}  // namespace tinytorch::cuda
