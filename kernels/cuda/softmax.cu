#include "core/ops/activation_kernels.h"

#include <limits>

#include "core/ops/copy_kernels.h"
#include "kernels/cuda/columns.h"
#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/kernels.h"
#include "kernels/cuda/short_rows.h"
#include "kernels/cuda/warp.h"
#include "kernels/math/arithmetic-inl.h"
#include "kernels/math/math-inl.h"

namespace tinytorch::cuda {
namespace {

enum class SoftmaxForm { softmax, log_softmax };

/// The sum of a row's exponentials, or its logarithm. The sum is f64, as the logarithm of one near 1 is
/// small.
template <SoftmaxForm form, class T>
__device__ T softmax_total(double sum) {
  return static_cast<T>(form == SoftmaxForm::softmax ? sum : math::Log{}(sum));
}
/// exp(x - maximum) / sum or its logarithm, from x - maximum and softmax_total().
template <SoftmaxForm form, class T>
__device__ T softmax_element(T shifted, T total) {
  if constexpr (form == SoftmaxForm::softmax) {
    return math::Exp{}(shifted) / total;
  } else {
    return shifted - total;
  }
}

// Rows of up to 32 kPerLane elements: one warp per row, eight per block. A row stays in the lanes' registers
// between its one read and its one write: 8 bytes per element (f32), the minimum. Lanes exchange values by
// shuffles alone.
template <SoftmaxForm form, class T, int kPerLane>
__global__ void __launch_bounds__(kThreads)
    softmax_short_rows(std::int64_t rows, std::uint32_t columns, const T* x, T* y) {
  const std::int64_t row = std::int64_t{blockIdx.x} * kWarpsPerBlock + threadIdx.y;
  if (!within(row, rows)) return;
  const std::int64_t first = row * columns;
  T value[kPerLane];
  T maximum = -std::numeric_limits<T>::infinity();
  for (int i = 0; i < kPerLane; ++i) {
    const std::uint32_t column = threadIdx.x + kWarp * static_cast<unsigned>(i);
    value[i] = within(column, columns) ? x[first + column] : -std::numeric_limits<T>::infinity();
    maximum = math::Maximum{}(maximum, value[i]);
  }
  maximum = reduce_warp(maximum, math::Maximum{});
  double sum = 0;
  for (int i = 0; i < kPerLane; ++i) sum += static_cast<double>(math::Exp{}(value[i] - maximum));
  const T total = softmax_total<form, T>(reduce_warp(sum, math::Add{}));
  for (int i = 0; i < kPerLane; ++i) {
    const std::uint32_t column = threadIdx.x + kWarp * static_cast<unsigned>(i);
    if (within(column, columns)) y[first + column] = softmax_element<form>(value[i] - maximum, total);
  }
}

// Longer rows, one block per row. x is read three times, mostly from L2: for the maximum, the sum, and the
// result. y may be x, because a thread writes only elements that no other thread still reads.
template <SoftmaxForm form, class T>
__global__ void __launch_bounds__(kThreads) softmax_long_rows(std::int64_t columns, const T* x, T* y) {
  SHARED(T, maxima, [kWarpsPerBlock]);
  SHARED(double, sums, [kWarpsPerBlock]);
  const std::int64_t first = std::int64_t{blockIdx.x} * columns;
  T maximum = -std::numeric_limits<T>::infinity();
  for (std::int64_t i = threadIdx.x; within(i, columns); i += kThreads)
    maximum = math::Maximum{}(maximum, x[first + i]);
  maximum = reduce_block<kThreads>(maximum, maxima, math::Maximum{});
  double sum = 0;
  for (std::int64_t i = threadIdx.x; within(i, columns); i += kThreads)
    sum += static_cast<double>(math::Exp{}(x[first + i] - maximum));
  const T total = softmax_total<form, T>(reduce_block<kThreads>(sum, sums, math::Add{}));
  for (std::int64_t i = threadIdx.x; within(i, columns); i += kThreads)
    y[first + i] = softmax_element<form>(x[first + i] - maximum, total);
}

// Columns, blockDim.x x blockDim.z per block, blockDim.y threads each. Neighbouring threads read neighbouring
// elements of a row and of the next rows. x is read three times as by softmax_long_rows, and y may be x,
// because a thread reads and writes the same elements. (Without the bound of two blocks at a time ptxas
// spills registers in f64, for sm_100 and later.)
template <SoftmaxForm form, class T>
__global__ void __launch_bounds__(kThreads, 2) softmax_columns(Columns columns, const T* x, T* y) {
  SHARED(T, maxima, [kThreads]);
  SHARED(double, sums, [kThreads]);
  const ColumnOfThread column(columns);
  const std::int64_t first = column.first, end = column.length, inner = columns.inner;
  T maximum = -std::numeric_limits<T>::infinity();
  for (std::int64_t i = threadIdx.y; within(i, end); i += blockDim.y)
    maximum = math::Maximum{}(maximum, x[first + i * inner]);
  maximum = reduce_column(maximum, maxima, math::Maximum{});
  double sum = 0;
  for (std::int64_t i = threadIdx.y; within(i, end); i += blockDim.y)
    sum += static_cast<double>(math::Exp{}(x[first + i * inner] - maximum));
  const T total = softmax_total<form, T>(reduce_column(sum, sums, math::Add{}));
  for (std::int64_t i = threadIdx.y; within(i, end); i += blockDim.y)
    y[first + i * inner] = softmax_element<form>(x[first + i * inner] - maximum, total);
}

template <SoftmaxForm form, class T, int kPerLane>
void launch_short_rows(const OnDevice& on, std::int64_t rows, std::int64_t columns, const T* x, T* y) {
  launch(KERNEL(softmax_short_rows<form, T, kPerLane>), blocks_for(rows, kWarpsPerBlock),
         short_rows_block(rows), 0, on.stream(), rows, static_cast<std::uint32_t>(columns), x, y);
}

/// Softmax along the rows of contiguous [rows, columns]; y may be x.
template <SoftmaxForm form, class T>
void softmax_rows(std::int64_t rows, std::int64_t columns, const Tensor& x, Tensor& y) {
  const OnDevice on(y.device());
  const T* const from = static_cast<const T*>(x.raw_data());
  T* const to = static_cast<T*>(y.raw_data());
  const auto by_warps = [&]<int kPerLane>() {
    launch_short_rows<form, T, kPerLane>(on, rows, columns, from, to);
  };
  if (dispatch_short_rows<T>(columns, by_warps)) return;
  launch(KERNEL(softmax_long_rows<form, T>), grid_size(rows), kThreads, 0, on.stream(), columns, from, to);
}

/// Softmax along the middle axis of contiguous [outer, length, inner]; y may be x.
template <SoftmaxForm form, class T>
void softmax_middle_axis(std::int64_t length, std::int64_t inner, const Tensor& x, Tensor& y) {
  const OnDevice on(y.device());
  const ColumnsLaunch shape(x.numel() / (length * inner), length, inner);
  launch(KERNEL(softmax_columns<form, T>), shape.grid, shape.block, 0, on.stream(), shape.columns,
         static_cast<const T*>(x.raw_data()), static_cast<T*>(y.raw_data()));
}

template <SoftmaxForm form>
void softmax(const Tensor& x, const int& axis, Tensor& y) {
  if (!x.is_contiguous()) {
    kernels::copy(x, y);
    return softmax<form>(y, axis, y);
  }
  const std::int64_t length = x.shape()[axis], inner = numel_after(x.shape(), axis);
  dispatch<FloatingTypes>(x.dtype(), [&]<class T>() {
    if (inner == 1) return softmax_rows<form, T>(x.numel() / length, length, x, y);
    softmax_middle_axis<form, T>(length, inner, x, y);
  });
}

}  // namespace

void register_softmax() {
  constexpr auto kCuda = DeviceType::cuda;
  kernels::softmax.set(kCuda, softmax<SoftmaxForm::softmax>);
  kernels::log_softmax.set(kCuda, softmax<SoftmaxForm::log_softmax>);
}

}  // namespace tinytorch::cuda
