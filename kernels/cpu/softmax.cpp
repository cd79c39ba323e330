#include "core/ops/activation_kernels.h"
#include "core/ops/copy.h"
#include "core/ops/copy_kernels.h"
#include "kernels/register.h"

// Compiled once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/softmax.cpp"
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

/// softmax divides exp(x) by its sum, log_softmax subtracts the sum's logarithm from x.
enum class SoftmaxKind { softmax, log_softmax };

/// A contiguous tensor [outer, n, inner] to compute along the middle axis.
struct SoftmaxLayout {
  std::int64_t outer, n, inner = 1;

  SoftmaxLayout(const Shape& shape, int axis) : outer(1), n(shape[axis]) {
    for (int i = 0; i < axis; ++i) outer *= shape[i];
    for (int i = axis + 1; i < shape.size(); ++i) inner *= shape[i];
  }
};

/// The number of neighbouring columns that are processed together.
constexpr std::int64_t kColumnBlock = 128;

/// Calls row(offset) for each row, or columns(offset, width) for neighbouring columns, at most kColumnBlock.
template <class Row, class Columns>
void for_each_slice(const SoftmaxLayout& layout, const Row& row, const Columns& columns) {
  const std::int64_t inner = layout.inner, blocks = (inner + kColumnBlock - 1) / kColumnBlock,
                     grain = kMediumGrain / (layout.n * std::min(inner, kColumnBlock)) + 1;
  parallel_for(layout.outer * blocks, grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t task = begin; task < end; ++task) {
      const std::int64_t column = task % blocks * kColumnBlock;
      const std::int64_t offset = task / blocks * layout.n * inner + column;
      inner == 1 ? row(offset) : columns(offset, std::min(kColumnBlock, inner - column));
    }
  });
}

// The elementwise parts. A parameter of a row is a member, those of columns are operands.

template <class T>
struct ExpOfDifference {
  T maximum;

  template <class V>
  HWY_INLINE V operator()(V x) const {
    return (*this)(x, V(maximum));
  }
  template <class V>
  HWY_INLINE V operator()(V x, V of_column) const {
    return math::Exp{}(x - of_column);
  }
};

template <class T>
struct ScaledBy {
  T factor;

  template <class V>
  HWY_INLINE V operator()(V x) const {
    return x * V(factor);
  }
};

template <class T>
struct LogSoftmaxOf {
  T maximum, logarithm;

  template <class V>
  HWY_INLINE V operator()(V x) const {
    return (x - V(maximum)) - V(logarithm);
  }
};

struct Product {
  template <class V>
  HWY_INLINE V operator()(V a, V b) const {
    return a * b;
  }
};

/// The gradient from the result y, its gradient and the sum along the axis.
template <SoftmaxKind kind, class T>
struct SoftmaxGradient {
  T sum;

  template <class V>
  HWY_INLINE V operator()(V y, V grad) const {
    return (*this)(y, grad, V(sum));
  }
  template <class V>
  HWY_INLINE V operator()(V y, V grad, V of_column) const {
    using math::fma;
    if constexpr (kind == SoftmaxKind::softmax) {
      return y * (grad - of_column);
    } else {
      return fma(-math::Exp{}(y), of_column, grad);
    }
  }
};

/// One contiguous row of n elements; y may be x.
template <SoftmaxKind kind, class T>
void softmax_row(const T* x, T* y, std::int64_t n) {
  const T maximum = fold_row<ExtremeFold<T, math::Greater>>(x, 1, n);
  const ExpOfDifference<T> exponential{maximum};
  if constexpr (kind == SoftmaxKind::softmax) {
    const double sum = map_and_sum(exponential, n, y, x);
    map(ScaledBy<T>{static_cast<T>(1 / sum)}, n, y, y);
  } else {
    const double sum = map_and_sum(exponential, n, static_cast<T*>(nullptr), x);
    map(LogSoftmaxOf<T>{maximum, static_cast<T>(std::log(sum))}, n, y, x);
  }
}

/// @param streams  if dx is written past the caches; see map_streaming()
template <SoftmaxKind kind, class T>
void softmax_gradient_row(const T* y, const T* grad, T* dx, std::int64_t n, bool streams) {
  const double sum = kind == SoftmaxKind::softmax
                         ? map_and_sum(Product{}, n, static_cast<T*>(nullptr), y, grad)
                         : fold_row<SumFold<T>>(grad, 1, n);
  const SoftmaxGradient<kind, T> gradient{static_cast<T>(sum)};
  if (!streams) return map(gradient, n, dx, y, grad);
  map_streaming(gradient, n, dx, y, grad);
  hwy::FlushStream();
}

/// `width` (at most kColumnBlock) neighbouring columns of n elements; y may be x.
template <SoftmaxKind kind, class T>
void softmax_columns(const T* x, T* y, std::int64_t n, std::int64_t row_stride, std::int64_t width) {
  using Largest = ExtremeFold<T, math::Greater>;
  T maximum[kColumnBlock], shift[kColumnBlock], buffer[kColumnBlock];
  double sum[kColumnBlock];
  std::fill_n(maximum, width, Largest::identity());
  std::fill_n(sum, width, 0.0);
  for (std::int64_t i = 0; i < n; ++i) {
    INDEPENDENT
    for (std::int64_t j = 0; j < width; ++j) maximum[j] = Largest::combine(maximum[j], x[i * row_stride + j]);
  }
  for (std::int64_t i = 0; i < n; ++i) {
    T* exponentials = kind == SoftmaxKind::softmax ? y + i * row_stride : buffer;
    map(ExpOfDifference<T>{}, width, exponentials, x + i * row_stride, maximum);
    INDEPENDENT
    for (std::int64_t j = 0; j < width; ++j) sum[j] += exponentials[j];
  }
  for (std::int64_t j = 0; j < width; ++j)
    shift[j] = static_cast<T>(kind == SoftmaxKind::softmax ? 1 / sum[j] : std::log(sum[j]));
  for (std::int64_t i = 0; i < n; ++i) {
    INDEPENDENT
    for (std::int64_t j = 0; j < width; ++j) {
      const std::int64_t index = i * row_stride + j;
      y[index] = kind == SoftmaxKind::softmax ? y[index] * shift[j] : (x[index] - maximum[j]) - shift[j];
    }
  }
}

template <SoftmaxKind kind, class T>
void softmax_gradient_columns(const T* y, const T* grad, T* dx, std::int64_t n, std::int64_t row_stride,
                              std::int64_t width) {
  double sums[kColumnBlock];
  T sum[kColumnBlock];
  std::fill_n(sums, width, 0.0);
  for (std::int64_t i = 0; i < n; ++i) {
    const T *results = y + i * row_stride, *gradients = grad + i * row_stride;
    INDEPENDENT
    for (std::int64_t j = 0; j < width; ++j)
      sums[j] += kind == SoftmaxKind::softmax ? results[j] * gradients[j] : gradients[j];
  }
  for (std::int64_t j = 0; j < width; ++j) sum[j] = static_cast<T>(sums[j]);
  for (std::int64_t i = 0; i < n * row_stride; i += row_stride)
    map(SoftmaxGradient<kind, T>{}, width, dx + i, y + i, grad + i, sum);
}

template <SoftmaxKind kind>
void softmax_kernel(const Tensor& x, const int& axis, Tensor& y) {
  const bool is_contiguous = x.is_contiguous();
  if (!is_contiguous) kernels::copy(x, y);
  const SoftmaxLayout layout(x.shape(), axis);
  dispatch<FloatingTypes>(x.dtype(), [&]<class T>() {
    T* to = static_cast<T*>(y.raw_data());
    const T* from = is_contiguous ? static_cast<const T*>(x.raw_data()) : to;
    for_each_slice(
        layout, [&](std::int64_t offset) { softmax_row<kind>(from + offset, to + offset, layout.n); },
        [&](std::int64_t offset, std::int64_t width) {
          softmax_columns<kind>(from + offset, to + offset, layout.n, layout.inner, width);
        });
  });
}

template <SoftmaxKind kind>
void softmax_gradient_kernel(const Tensor& y, const Tensor& grad, const int& axis, Tensor& dx) {
  const Tensor results = contiguous(y), gradients = contiguous(grad);
  const SoftmaxLayout layout(dx.shape(), axis);
  constexpr std::int64_t kLongRow = 512;
  dispatch<FloatingTypes>(dx.dtype(), [&]<class T>() {
    const auto bytes_of_all = 3 * dx.numel() * static_cast<std::int64_t>(sizeof(T));
    const bool streams = layout.n >= kLongRow && bytes_of_all > last_level_cache_size();
    const T* of_y = static_cast<const T*>(results.raw_data());
    const T* of_grad = static_cast<const T*>(gradients.raw_data());
    T* to = static_cast<T*>(dx.raw_data());
    for_each_slice(
        layout,
        [&](std::int64_t offset) {
          softmax_gradient_row<kind>(of_y + offset, of_grad + offset, to + offset, layout.n, streams);
        },
        [&](std::int64_t offset, std::int64_t width) {
          softmax_gradient_columns<kind>(of_y + offset, of_grad + offset, to + offset, layout.n, layout.inner,
                                         width);
        });
  });
}

void register_softmax_kernels() {
  constexpr auto kCpu = DeviceType::cpu;
  kernels::softmax.set(kCpu, softmax_kernel<SoftmaxKind::softmax>);
  kernels::log_softmax.set(kCpu, softmax_kernel<SoftmaxKind::log_softmax>);
  kernels::softmax_gradient.set(kCpu, softmax_gradient_kernel<SoftmaxKind::softmax>);
  kernels::log_softmax_gradient.set(kCpu, softmax_gradient_kernel<SoftmaxKind::log_softmax>);
}

}  // namespace
}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinytorch::cpu {
HWY_EXPORT(register_softmax_kernels);
void register_softmax() { HWY_DYNAMIC_DISPATCH(register_softmax_kernels)(); }
}  // namespace tinytorch::cpu
#endif
