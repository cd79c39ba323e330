#include "core/ops/cross_entropy_kernels.h"

#include <limits>

#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/kernels.h"
#include "kernels/cuda/short_rows.h"
#include "kernels/cuda/warp.h"
#include "kernels/math/arithmetic-inl.h"
#include "kernels/math/cross_entropy.h"
#include "kernels/math/math-inl.h"
#include "kernels/math/reduction.h"

namespace tinytorch::cuda {
namespace {

/// Reduces the values of the kGroup threads that work on a row: a warp, or the block.
template <unsigned kGroup, class T, class Combine>
__device__ T reduce_group(T value, T (&warps)[kWarpsPerBlock], const Combine& combine) {
  if constexpr (kGroup == kWarp) {
    return reduce_warp(value, combine);
  } else {
    return reduce_block<kThreads>(value, warps, combine);
  }
}

/// Rescales a sum of exp(x - from) to a sum of exp(x - to). From -inf (an empty sum) to -inf it is unchanged.
template <class T>
__device__ double rescaled(double sum, T from, T to) {
  return from == to ? sum : sum * static_cast<double>(math::Exp{}(from - to));
}

/// The running maximum of the elements that a thread has read, and the sum of exp(x - maximum). It is f64, as
/// the logarithm of a sum near 1 is small.
template <class T>
struct OnlineSum {
  T maximum = -std::numeric_limits<T>::infinity();
  double sum = 0;

  template <int kWidth>
  __device__ void update(const Vector<T, kWidth>& x) {
    T next = maximum;
    for (int i = 0; i < kWidth; ++i) next = math::Maximum{}(next, x.element[i]);
    if (next == -std::numeric_limits<T>::infinity()) return;
    sum = rescaled(sum, maximum, next);
    maximum = next;
    for (int i = 0; i < kWidth; ++i) sum += static_cast<double>(math::Exp{}(x.element[i] - maximum));
  }
};

template <int kWidth, class T>
__device__ Vector<T, kWidth> load_vector(const T* x) {
  return *reinterpret_cast<const Vector<T, kWidth>*>(x);
}

/// The values of a row in the table of kernels::cross_entropy.
template <class T>
struct RowResult {
  T loss, maximum, logarithm, mass, weight;

  __device__ void store(T* table, std::int64_t row, std::int64_t rows) const {
    table[math::kLoss * rows + row] = loss;
    table[math::kMaximum * rows + row] = maximum;
    table[math::kLogarithm * rows + row] = logarithm;
    table[math::kMass * rows + row] = mass;
    table[math::kWeight * rows + row] = weight;
  }
};

// kGroup threads per row: a warp, with eight rows per block, for short rows, else a block. A thread keeps a
// running maximum and a sum that is rescaled when the maximum grows (online softmax, Milakov and Gimelshein
// 2018). It loads kWidth elements at once: 16 bytes (f32) if rows are aligned. So the logits are read once, 4
// bytes per element (f32), and nothing of their size is written. Targets of more than one class read the
// logits again, and probabilities if they have them.
template <unsigned kGroup, int kWidth, class T>
__global__ void __launch_bounds__(kThreads)
    cross_entropy_forward(std::int64_t rows, const T* logits, math::CrossEntropyTarget<T> target, T* table) {
  SHARED(T, warps, [3][kWarpsPerBlock]);
  SHARED(double, sums, [kWarpsPerBlock]);
  const std::int64_t row = std::int64_t{blockIdx.x} * blockDim.y + threadIdx.y;
  if (!within(row, rows)) return;
  const T* const x = logits + row * target.columns;
  OnlineSum<T> own;
  for (std::int64_t i = threadIdx.x * kWidth; within(i, target.columns); i += kGroup * kWidth)
    own.update(load_vector<kWidth>(x + i));
  const T maximum = reduce_group<kGroup>(own.maximum, warps[0], math::Maximum{});
  const double sum = reduce_group<kGroup>(rescaled(own.sum, own.maximum, maximum), sums, math::Add{});
  const T logarithm = static_cast<T>(math::Log{}(sum));
  RowResult<T> result{0, maximum, logarithm, 0, 0};
  const bool is_counted = !target.ignores(row);
  if (is_counted) result.weight = target.row_weight(row);
  if (target.is_single()) {
    result.mass = result.weight;
    if (is_counted) result.loss = result.mass * (logarithm - (x[target.classes[row]] - maximum));
  } else {
    math::CompensatedSum<T> mass, loss;
    for (std::int64_t i = threadIdx.x; within(i, target.columns); i += kGroup) {
      const T share = target.share(row, i);
      mass.add(share);
      loss.add(share * (logarithm - (x[i] - maximum)));
    }
    result.mass = reduce_group<kGroup>(is_counted ? mass.value() : T(0), warps[1], math::Add{});
    result.loss = reduce_group<kGroup>(is_counted ? loss.value() : T(0), warps[2], math::Add{});
  }
  if (threadIdx.x == 0) result.store(table, row, rows);
}

// The same launch shape. Each element is read and its gradient written once: 8 bytes (f32), the minimum.
template <unsigned kGroup, int kWidth, class T>
__global__ void __launch_bounds__(kThreads)
    cross_entropy_backward(std::int64_t rows, const T* logits, math::CrossEntropyTarget<T> target,
                           const T* table, const T* grads, T* gradients) {
  const std::int64_t row = std::int64_t{blockIdx.x} * blockDim.y + threadIdx.y;
  if (!within(row, rows)) return;
  const std::int64_t first = row * target.columns;
  const T maximum = table[math::kMaximum * rows + row], logarithm = table[math::kLogarithm * rows + row];
  const bool is_counted = !target.ignores(row);
  const T grad = grads[row];
  const T scale = grad * table[math::kMass * rows + row] * math::Exp{}(-logarithm);
  for (std::int64_t i = threadIdx.x * kWidth; within(i, target.columns); i += kGroup * kWidth) {
    const Vector<T, kWidth> x = load_vector<kWidth>(logits + first + i);
    Vector<T, kWidth> dx;
    for (int j = 0; j < kWidth; ++j) {
      const T slope = math::Exp{}(x.element[j] - maximum) * scale - grad * target.share(row, i + j);
      dx.element[j] = is_counted ? slope : T(0);
    }
    *reinterpret_cast<Vector<T, kWidth>*>(gradients + first + i) = dx;
  }
}

/// True if every row of x is aligned to vectors of `width` elements.
bool is_vectorizable(const Tensor& x, std::int64_t columns, std::int64_t width) {
  const auto address = reinterpret_cast<std::uintptr_t>(x.raw_data());
  return columns % width == 0 && address % (static_cast<std::size_t>(width) * size_of(x.dtype())) == 0;
}

/// Calls f<kGroup, kWidth>(grid, block) with the launch shape for the rows of x. New tensors are aligned.
template <class T, class F>
void with_launch_shape(const Tensor& x, const F& f) {
  constexpr int kWidth = sizeof(T) == 8 ? 1 : 4;  // two f64 exponentials spill registers
  const std::int64_t rows = x.shape()[0], columns = x.shape()[1];
  const auto with_width = [&]<int kVector>() {
    if (columns > 1024) return f.template operator()<kThreads, kVector>(grid_size(rows), dim3(kThreads));
    const dim3 block = short_rows_block(rows);
    f.template operator()<kWarp, kVector>(blocks_for(rows, block.y), block);
  };
  if constexpr (kWidth > 1) {
    if (is_vectorizable(x, columns, kWidth)) return with_width.template operator()<kWidth>();
  }
  with_width.template operator()<1>();
}

void run_forward(const kernels::CrossEntropyForm& form, const Tensor& logits, const Tensor& target,
                 const Tensor& weight, Tensor& table) {
  const OnDevice on(table.device());
  dispatch<FloatingTypes>(logits.dtype(), [&]<class T>() {
    const math::CrossEntropyTarget<T> targets(form, target, weight, logits.shape()[1]);
    with_launch_shape<T>(logits, [&]<unsigned kGroup, int kWidth>(unsigned grid, dim3 block) {
      launch(KERNEL(cross_entropy_forward<kGroup, kWidth, T>), grid, block, 0, on.stream(), logits.shape()[0],
             static_cast<const T*>(logits.raw_data()), targets, static_cast<T*>(table.raw_data()));
    });
  });
}

void run_backward(const kernels::CrossEntropyForm& form, const Tensor& logits, const Tensor& target,
                  const Tensor& weight, const Tensor& table, const Tensor& grad, Tensor& dx) {
  const OnDevice on(dx.device());
  dispatch<FloatingTypes>(logits.dtype(), [&]<class T>() {
    const math::CrossEntropyTarget<T> targets(form, target, weight, logits.shape()[1]);
    with_launch_shape<T>(logits, [&]<unsigned kGroup, int kWidth>(unsigned grid, dim3 block) {
      launch(KERNEL(cross_entropy_backward<kGroup, kWidth, T>), grid, block, 0, on.stream(),
             logits.shape()[0], static_cast<const T*>(logits.raw_data()), targets,
             static_cast<const T*>(table.raw_data()), static_cast<const T*>(grad.raw_data()),
             static_cast<T*>(dx.raw_data()));
    });
  });
}

}  // namespace

void register_cross_entropy() {
  constexpr auto kCuda = DeviceType::cuda;
  kernels::cross_entropy.set(kCuda, run_forward);
  kernels::cross_entropy_backward.set(kCuda, run_backward);
}

}  // namespace tinytorch::cuda
