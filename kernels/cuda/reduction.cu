#include "core/ops/reduction_kernels.h"

#include <limits>

#include "core/ops/indexing_kernels.h"
#include "kernels/cuda/fold.h"
#include "kernels/cuda/kernels.h"
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

/// As the sum, multiplied.
template <class T>
struct ProductFold : SumFold<T> {
  using typename SumFold<T>::Result;

  __device__ static Result identity() { return 1; }
  __device__ static Result combine(Result a, Result b) { return a * b; }
};

/// An element and its place. Order is Greater for the largest, Less for the smallest; NaN wins, and among
/// equals the first.
template <class T>
struct Candidate {
  T value;
  std::int64_t place;
};

template <class T, class Order, bool kGivesPlace>
struct ExtremeFold {
  using Element = T;
  using Result = Candidate<T>;
  using Output = std::conditional_t<kGivesPlace, std::int64_t, T>;

  /// Loses against everything: its place is behind all others'.
  __device__ static Result identity() {
    using Limits = std::numeric_limits<T>;
    constexpr bool kMaximum = std::is_same_v<Order, math::Greater>;
    constexpr T kWorst = Limits::has_infinity ? (kMaximum ? -Limits::infinity() : Limits::infinity())
                                              : (kMaximum ? Limits::lowest() : Limits::max());
    return {kWorst, std::numeric_limits<std::int64_t>::max()};
  }
  __device__ static Result lift(T x, std::int64_t place) { return {x, place}; }
  __device__ static Result combine(const Result& a, const Result& b) {
    if (math::more_extreme<Order>(b.value, a.value)) return b;
    if (math::more_extreme<Order>(a.value, b.value)) return a;
    return b.place < a.place ? b : a;
  }
  __device__ static Output finish(const Result& best) {
    if constexpr (kGivesPlace) {
      return best.place;
    } else {
      return best.value;
    }
  }
};

/// The largest (smallest) element, and its place.
template <class T, class Order>
using ValueFold = ExtremeFold<T, Order, false>;
template <class T, class Order>
using PlaceFold = ExtremeFold<T, Order, true>;

/// A fold of x's elements to y's.
template <class Fold>
struct Reduction : Fold {
  const typename Fold::Element* x;
  typename Fold::Output* y;

  template <class Index>
  __device__ typename Fold::Result lift(Index, Index offset, Index place) const {
    return Fold::lift(x[offset], static_cast<std::int64_t>(place));
  }
  template <class Index>
  __device__ void finish(Index output, const typename Fold::Result& total) const {
    y[output] = Fold::finish(total);
  }
};

template <class Fold>
void reduce(const Tensor& x, Tensor& y) {
  const OnDevice on(y.device());
  Reduction<Fold> reduction;
  reduction.x = static_cast<const typename Fold::Element*>(x.raw_data());
  reduction.y = static_cast<typename Fold::Output*>(y.raw_data());
  fold(on, make_reduction_spaces(x, y), reduction);
}

template <template <class> class Fold>
void total(const Tensor& x, Tensor& y) {
  dispatch(x.dtype(), [&]<class T>() { reduce<Fold<T>>(x, y); });
}

void index_bound(const Tensor& index, Tensor& largest) {
  reduce<ValueFold<std::uint64_t, math::Greater>>(index, largest);
}

template <template <class, class> class Fold, class Order>
void extreme(const Tensor& x, Tensor& y) {
  dispatch(x.dtype(), [&]<class T>() { reduce<Fold<T, Order>>(x, y); });
}

/// y has length 1 at the axis, which says it all.
template <class Order>
void arg_extreme(const Tensor& x, const int&, Tensor& y) {
  extreme<PlaceFold, Order>(x, y);
}

}  // namespace

void register_reduction() {
  constexpr auto kCuda = DeviceType::cuda;
  kernels::index_bound.set(kCuda, index_bound);
  kernels::prod.set(kCuda, total<ProductFold>);
  kernels::sum.set(kCuda, total<SumFold>);
  kernels::max.set(kCuda, extreme<ValueFold, math::Greater>);
  kernels::min.set(kCuda, extreme<ValueFold, math::Less>);
  kernels::argmax.set(kCuda, arg_extreme<math::Greater>);
  kernels::argmin.set(kCuda, arg_extreme<math::Less>);
}

}  // namespace tinytorch::cuda
