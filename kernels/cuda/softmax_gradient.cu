#include "core/ops/activation_kernels.h"
#include "core/ops/copy.h"

#include "kernels/cuda/columns.h"
#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/kernels.h"
#include "kernels/cuda/short_rows.h"
#include "kernels/cuda/warp.h"
#include "kernels/math/arithmetic-inl.h"
#include "kernels/math/math-inl.h"

namespace tinytorch::cuda {
namespace {

// The forms of the gradient: summand() is summed along the axis, in f64, and gradient() is the result.

struct OfSoftmax {
  template <class T>
  __device__ static T summand(T y, T grad) {
    return y * grad;
  }
  template <class T>
  __device__ static T gradient(T y, T grad, T sum) {
    return y * (grad - sum);
  }
};

struct OfLogSoftmax {
  template <class T>
  __device__ static T summand(T, T grad) {
    return grad;
  }
  template <class T>
  __device__ static T gradient(T y, T grad, T sum) {
    return math::fma(-math::Exp{}(y), sum, grad);
  }
};

// Rows of up to 32 kPerLane elements, as softmax_short_rows: y and grad are read and dx is written once, 12
// bytes per element (f32), the minimum.
template <class Form, class T, int kPerLane>
__global__ void __launch_bounds__(kThreads)
    softmax_gradient_short_rows(std::int64_t rows, std::uint32_t columns, const T* y, const T* grad, T* dx) {
  const std::int64_t row = std::int64_t{blockIdx.x} * kWarpsPerBlock + threadIdx.y;
  if (!within(row, rows)) return;
  const std::int64_t first = row * columns;
  T results[kPerLane], gradients[kPerLane];
  double sum = 0;
  for (int i = 0; i < kPerLane; ++i) {
    const std::uint32_t column = threadIdx.x + kWarp * static_cast<unsigned>(i);
    const bool exists = within(column, columns);
    results[i] = exists ? y[first + column] : T(0);
    gradients[i] = exists ? grad[first + column] : T(0);
    sum += static_cast<double>(Form::summand(results[i], gradients[i]));
  }
  const T total = static_cast<T>(reduce_warp(sum, math::Add{}));
  for (int i = 0; i < kPerLane; ++i) {
    const std::uint32_t column = threadIdx.x + kWarp * static_cast<unsigned>(i);
    if (within(column, columns)) dx[first + column] = Form::gradient(results[i], gradients[i], total);
  }
}

// Longer rows, one block per row. y and grad are read twice, the second time mostly from L2.
template <class Form, class T>
__global__ void __launch_bounds__(kThreads)
    softmax_gradient_long_rows(std::int64_t columns, const T* y, const T* grad, T* dx) {
  SHARED(double, sums, [kWarpsPerBlock]);
  const std::int64_t first = std::int64_t{blockIdx.x} * columns;
  double sum = 0;
  for (std::int64_t i = threadIdx.x; within(i, columns); i += kThreads)
    sum += static_cast<double>(Form::summand(y[first + i], grad[first + i]));
  const T total = static_cast<T>(reduce_block<kThreads>(sum, sums, math::Add{}));
  for (std::int64_t i = threadIdx.x; within(i, columns); i += kThreads)
    dx[first + i] = Form::gradient(y[first + i], grad[first + i], total);
}

// Columns, with the launch shape of ColumnsLaunch. Neighbouring threads read neighbouring elements of a row
// and of the next rows; y and grad are read twice.
template <class Form, class T>
__global__ void __launch_bounds__(kThreads, 2)
    softmax_gradient_columns(Columns columns, const T* y, const T* grad, T* dx) {
  SHARED(double, sums, [kThreads]);
  const ColumnOfThread column(columns);
  double sum = 0;
  for (std::int64_t i = threadIdx.y; within(i, column.length); i += blockDim.y) {
    const std::int64_t at = column.first + i * columns.inner;
    sum += static_cast<double>(Form::summand(y[at], grad[at]));
  }
  const T total = static_cast<T>(reduce_column(sum, sums, math::Add{}));
  for (std::int64_t i = threadIdx.y; within(i, column.length); i += blockDim.y) {
    const std::int64_t at = column.first + i * columns.inner;
    dx[at] = Form::gradient(y[at], grad[at], total);
  }
}

template <class Form, class T>
void softmax_gradient_rows(const OnDevice& on, std::int64_t rows, std::int64_t columns, const T* y,
                           const T* grad, T* dx) {
  const auto by_warps = [&]<int kPerLane>() {
    launch(KERNEL(softmax_gradient_short_rows<Form, T, kPerLane>), blocks_for(rows, kWarpsPerBlock),
           short_rows_block(rows), 0, on.stream(), rows, static_cast<std::uint32_t>(columns), y, grad, dx);
  };
  if (dispatch_short_rows<T>(columns, by_warps)) return;
  launch(KERNEL(softmax_gradient_long_rows<Form, T>), grid_size(rows), kThreads, 0, on.stream(), columns, y,
         grad, dx);
}

template <class Form>
void softmax_gradient(const Tensor& y, const Tensor& grad, const int& axis, Tensor& dx) {
  const OnDevice on(dx.device());
  const Tensor results = contiguous(y), gradients = contiguous(grad);
  const std::int64_t length = dx.shape()[axis], inner = numel_after(dx.shape(), axis),
                     outer = dx.numel() / (length * inner);
  dispatch<FloatingTypes>(dx.dtype(), [&]<class T>() {
    const T* const from = static_cast<const T*>(results.raw_data());
    const T* const slopes = static_cast<const T*>(gradients.raw_data());
    T* const to = static_cast<T*>(dx.raw_data());
    if (inner == 1) return softmax_gradient_rows<Form, T>(on, outer, length, from, slopes, to);
    const ColumnsLaunch shape(outer, length, inner);
    launch(KERNEL(softmax_gradient_columns<Form, T>), shape.grid, shape.block, 0, on.stream(), shape.columns,
           from, slopes, to);
  });
}

}  // namespace

void register_softmax_gradient() {
  constexpr auto kCuda = DeviceType::cuda;
  kernels::softmax_gradient.set(kCuda, softmax_gradient<OfSoftmax>);
  kernels::log_softmax_gradient.set(kCuda, softmax_gradient<OfLogSoftmax>);
}

}  // namespace tinytorch::cuda
