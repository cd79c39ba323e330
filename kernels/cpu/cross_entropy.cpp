#include "kernels/math/cross_entropy.h"
#include "core/ops/cross_entropy_kernels.h"
#include "kernels/register.h"

// Compiled once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/cross_entropy.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "kernels/cpu/elementwise-inl.h"
#include "kernels/cpu/reduce-inl.h"
#include "kernels/cpu/vector-inl.h"
#include "kernels/math/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

/// A row is processed in blocks, which stay in the L1 cache from one loop to the next.
constexpr std::int64_t kBlock = 1024;
/// Calls f(begin, length) for the blocks of a row.
template <class F>
void for_each_block(std::int64_t n, const F& f) {
  for (std::int64_t begin = 0; begin < n; begin += kBlock) f(begin, std::min(kBlock, n - begin));
}

template <class T>
struct OnlineSum {
  T maximum = -std::numeric_limits<T>::infinity();
  double sum = 0;  // of exp(x - maximum)
};

/// The sum of exp(x - maximum) of n elements, of which each lane adds kChain in T.
template <class T>
double exponential_sum(const T* x, std::int64_t n, T maximum) {
  using V = typename Position<T>::V;
  constexpr std::int64_t kChain = 32, kLanes = TermSums<T>::kLanes, kWidth = Position<T>::kWidth,
                         kParts = kLanes / kWidth;
  TermSums<T> sums;
  const auto add = [&](const T* from, std::int64_t rounds) HWY_ATTR {
    V parts[kParts];
    for (V& part : parts) part = V(0);
    for (std::int64_t round = 0; round < rounds; ++round, from += kLanes) {
      for (std::int64_t p = 0; p < kParts; ++p)
        parts[p] = parts[p] + math::exp_to_normal(Position<T>{p * kWidth, kWidth}.load(from) - V(maximum));
    }
    for (std::int64_t p = 0; p < kParts; ++p) sums.add(p * kWidth, parts[p]);
  };
  const std::int64_t whole = n / kLanes * kLanes;
  for (std::int64_t i = 0; i < whole; i += kChain * kLanes)
    add(x + i, std::min(kChain, (whole - i) / kLanes));
  if (whole < n) {
    T last[kLanes];
    std::fill(std::copy(x + whole, x + n, last), last + kLanes, -std::numeric_limits<T>::infinity());
    add(last, 1);
  }
  return sums.total();
}

/// Reads the row once: the sum is rescaled where a block has a larger maximum (online softmax, Milakov and
/// Gimelshein 2018).
template <class T>
OnlineSum<T> sum_exponentials(const T* x, std::int64_t n) {
  using Largest = ExtremeFold<T, math::Greater>;
  OnlineSum<T> total;
  for_each_block(n, [&](std::int64_t begin, std::int64_t length) {
    const T maximum = Largest::combine(total.maximum, fold_row<Largest>(x + begin, 1, length));
    if (maximum == Largest::identity()) return;  // -inf - -inf would be NaN for all that follows
    if (maximum != total.maximum)
      total.sum *= std::exp(static_cast<double>(total.maximum) - static_cast<double>(maximum));
    total.maximum = maximum;
    total.sum += exponential_sum(x + begin, length, maximum);
  });
  return total;
}

/// The loss of a row, and the mass (sum of q) of its target.
struct RowLoss {
  double loss = 0;
  double mass = 0;
};

/// The loss of a row whose target is a distribution.
template <class T>
RowLoss distribution_loss(const T* x, const math::CrossEntropyTarget<T>& target, std::int64_t row, T maximum,
                          T logarithm) {
  RowLoss total;
  T shares[kBlock], losses[kBlock];
  for_each_block(target.columns, [&](std::int64_t begin, std::int64_t length) {
    INDEPENDENT
    for (std::int64_t i = 0; i < length; ++i) {
      shares[i] = target.share(row, begin + i);
      losses[i] = shares[i] * (logarithm - (x[begin + i] - maximum));
    }
    total.mass += fold_row<SumFold<T>>(shares, 1, length);
    total.loss += fold_row<SumFold<T>>(losses, 1, length);
  });
  return total;
}

template <class T>
void forward_row(const T* logits, const math::CrossEntropyTarget<T>& target, std::int64_t row,
                 std::int64_t rows, T* table) {
  const T* x = logits + row * target.columns;
  const auto store = [&](std::int64_t column, double value) {
    table[column * rows + row] = static_cast<T>(value);
  };
  const OnlineSum<T> total = sum_exponentials(x, target.columns);
  const T maximum = total.maximum, logarithm = static_cast<T>(std::log(total.sum));
  RowLoss result;
  if (!target.ignores(row)) {
    if (target.is_single()) {
      const T share = target.row_weight(row);
      result = {share * (logarithm - (x[target.classes[row]] - maximum)), share};
    } else {
      result = distribution_loss(x, target, row, maximum, logarithm);
    }
  }
  store(math::kLoss, result.loss);
  store(math::kMaximum, maximum);
  store(math::kLogarithm, logarithm);
  store(math::kMass, result.mass);
  store(math::kWeight, target.ignores(row) ? T(0) : target.row_weight(row));
}

/// exp(x - maximum) scale.
template <class T>
struct ScaledExponential {
  T maximum, scale;

  template <class V>
  HWY_INLINE V operator()(V x) const {
    return math::exp_to_normal(x - V(maximum)) * V(scale);
  }
};

/// Reads the row and writes the gradient once.
/// @param streams  if the gradient is written past the caches; see map_streaming()
template <class T>
void backward_row(const T* logits, const math::CrossEntropyTarget<T>& target, std::int64_t row,
                  std::int64_t rows, const T* table, T grad, bool streams, T* gradients) {
  const std::int64_t n = target.columns;
  const T* x = logits + row * n;
  T* dx = gradients + row * n;
  if (target.ignores(row)) {
    std::fill_n(dx, n, T(0));
    return;
  }
  const T maximum = table[math::kMaximum * rows + row], logarithm = table[math::kLogarithm * rows + row];
  const ScaledExponential<T> gradient{maximum,
                                      grad * table[math::kMass * rows + row] * math::Exp{}(-logarithm)};
  if (target.is_single()) {
    streams ? map_streaming(gradient, n, dx, x) : map(gradient, n, dx, x);
    if (streams) hwy::FlushStream();
    dx[target.classes[row]] -= grad * target.row_weight(row);
    return;
  }
  for_each_block(n, [&](std::int64_t begin, std::int64_t length) {
    map(gradient, length, dx + begin, x + begin);
    INDEPENDENT
    for (std::int64_t i = begin; i < begin + length; ++i) dx[i] -= grad * target.share(row, i);
  });
}

/// Calls f(row, rows, target) with T for each row of the logits.
template <class F>
void for_each_logits_row(const kernels::CrossEntropyForm& form, const Tensor& logits, const Tensor& target,
                         const Tensor& weight, const F& f) {
  const std::int64_t rows = logits.shape()[0], columns = logits.shape()[1];
  dispatch<FloatingTypes>(logits.dtype(), [&]<class T>() {
    const math::CrossEntropyTarget<T> targets(form, target, weight, columns);
    parallel_for(rows, kMediumGrain / columns + 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t row = begin; row < end; ++row) f.template operator()<T>(row, rows, targets);
    });
  });
}

void cross_entropy(const kernels::CrossEntropyForm& form, const Tensor& logits, const Tensor& target,
                   const Tensor& weight, Tensor& table) {
  for_each_logits_row(
      form, logits, target, weight,
      [&]<class T>(std::int64_t row, std::int64_t rows, const math::CrossEntropyTarget<T>& targets) {
        forward_row(static_cast<const T*>(logits.raw_data()), targets, row, rows,
                    static_cast<T*>(table.raw_data()));
      });
}

void cross_entropy_backward(const kernels::CrossEntropyForm& form, const Tensor& logits, const Tensor& target,
                            const Tensor& weight, const Tensor& table, const Tensor& grad, Tensor& dx) {
  constexpr std::int64_t kLongRow = 512;
  const auto bytes_of_all = 2 * dx.numel() * static_cast<std::int64_t>(size_of(dx.dtype()));
  const bool streams = dx.shape()[1] >= kLongRow && bytes_of_all > last_level_cache_size();
  for_each_logits_row(
      form, logits, target, weight,
      [&]<class T>(std::int64_t row, std::int64_t rows, const math::CrossEntropyTarget<T>& targets) {
        backward_row(static_cast<const T*>(logits.raw_data()), targets, row, rows,
                     static_cast<const T*>(table.raw_data()), static_cast<const T*>(grad.raw_data())[row],
                     streams, static_cast<T*>(dx.raw_data()));
      });
}

void register_cross_entropy_kernels() {
  constexpr auto kCpu = DeviceType::cpu;
  kernels::cross_entropy.set(kCpu, cross_entropy);
  kernels::cross_entropy_backward.set(kCpu, cross_entropy_backward);
}

}  // namespace
}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinytorch::cpu {
HWY_EXPORT(register_cross_entropy_kernels);
void register_cross_entropy() { HWY_DYNAMIC_DISPATCH(register_cross_entropy_kernels)(); }
}  // namespace tinytorch::cpu
#endif
