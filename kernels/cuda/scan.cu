#include "core/ops/scan_kernels.h"

#include <algorithm>
#include <bit>
#include <type_traits>

#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/kernels.h"
#include "kernels/dispatch.h"
#include "kernels/math/comparison.h"
#include "kernels/math/scan.h"

namespace tinytorch::cuda {
namespace {

constexpr unsigned kPerThread = 4;

/// The value of the thread `distance` lanes below in the warp.
template <class T>
__device__ T shuffle_up(T value, unsigned distance) {
  return __shfl_up_sync(~0u, value, distance);
}
__device__ inline math::Affine shuffle_up(math::Affine value, unsigned distance) {
  return {__shfl_up_sync(~0u, value.factor, distance), __shfl_up_sync(~0u, value.term, distance)};
}
template <class T>
__device__ math::Candidate<T> shuffle_up(math::Candidate<T> value, unsigned distance) {
  using Shuffled = std::conditional_t<(sizeof(T) < sizeof(int)), int, T>;  // no shuffle takes a byte
  return {static_cast<T>(shuffle_up(static_cast<Shuffled>(value.value), distance)),
          __shfl_up_sync(~0u, value.index, distance)};
}

/// The inclusive scan of the totals of the warp's threads (Hillis and Steele 1986).
template <class Scan>
__device__ typename Scan::State scan_warp(typename Scan::State total) {
  for (unsigned distance = 1; distance < kWarp; distance *= 2) {
    const typename Scan::State before = shuffle_up(total, distance);
    if (threadIdx.x % kWarp >= distance) total = Scan::join(before, total);
  }
  return total;
}

/// A contiguous matrix, scanned along its rows.
struct Rows {
  std::int64_t size;  // the number of rows
  std::int64_t length;
  bool reverse;

  /// The offset of a row's i-th element in the order of the scan.
  __device__ std::int64_t at(std::int64_t row, std::int64_t i) const {
    return row * length + (reverse ? length - 1 - i : i);
  }
};

// An inclusive scan: blockDim.x threads (whole warps) per row, blockDim.y rows per block. A block scans its
// rows in chunks of kPerThread elements per thread: each thread totals its own elements, warps scan those
// totals in registers, the warps' totals meet in shared memory, and the total of all earlier chunks is
// carried along. The order depends on the length alone, so the same bits come out each time. Each element is
// read and written once: 8 bytes per f32 element. A single long row keeps only one block busy, which is
// slower than two passes over many blocks would be.
template <class Scan>
__global__ void __launch_bounds__(kThreads) scan_rows(Scan scan, Rows rows, typename Scan::Output* y) {
  using State = typename Scan::State;
  SHARED(State, totals, [kWarpsPerBlock]);
  const std::int64_t row = std::int64_t{blockIdx.x} * blockDim.y + threadIdx.y;
  const bool exists = within(row, rows.size);
  const std::int64_t end = exists ? rows.length : 0;
  const unsigned warps = blockDim.x / kWarp, warp = threadIdx.x / kWarp;
  State* const row_totals = totals + threadIdx.y * warps;
  State carried = Scan::identity();
  for (std::int64_t begin = 0; begin < rows.length; begin += std::int64_t{blockDim.x} * kPerThread) {
    const std::int64_t first = begin + std::int64_t{threadIdx.x} * kPerThread;
    State own[kPerThread];
    State total = Scan::identity();
    for (unsigned i = 0; i < kPerThread; ++i) {
      if (within(first + i, end)) total = Scan::join(total, scan.lift(rows.at(row, first + i), first + i));
      own[i] = total;
    }
    total = scan_warp<Scan>(total);
    if (threadIdx.x % kWarp == kWarp - 1) row_totals[warp] = total;
    __syncthreads();
    State before = carried;
    for (unsigned other = 0; other < warps; ++other) {
      if (other == warp) before = carried;
      carried = Scan::join(carried, row_totals[other]);
    }
    const State in_warp = shuffle_up(total, 1);
    if (threadIdx.x % kWarp > 0) before = Scan::join(before, in_warp);
    for (unsigned i = 0; i < kPerThread; ++i) {
      if (within(first + i, end)) y[rows.at(row, first + i)] = Scan::finish(Scan::join(before, own[i]));
    }
    __syncthreads();
  }
}

template <class Scan>
void launch_scan(const Scan& scan, bool reverse, Tensor& y) {
  const OnDevice on(y.device());
  const Rows rows{.size = y.numel() / y.shape().back(), .length = y.shape().back(), .reverse = reverse};
  const std::int64_t threads = std::clamp<std::int64_t>(rows.length / kPerThread, kWarp, kThreads);
  const unsigned width = std::bit_ceil(static_cast<unsigned>(threads)), height = kThreads / width;
  launch(KERNEL(scan_rows<Scan>), blocks_for(rows.size, height), dim3(width, height), 0, on.stream(), scan,
         rows, static_cast<typename Scan::Output*>(y.raw_data()));
}

template <template <class> class Scan>
void running(const Tensor& x, const bool& reverse, Tensor& y) {
  dispatch_bytes(x.dtype(),
                 [&]<class T>() { launch_scan(Scan<T>{static_cast<const T*>(x.raw_data())}, reverse, y); });
}

template <class Order>
void running_extremum(const Tensor& x, Tensor& indices) {
  dispatch_bytes(x.dtype(), [&]<class T>() {
    launch_scan(math::RunningExtremum<T, Order>{static_cast<const T*>(x.raw_data())}, /*reverse=*/false,
                indices);
  });
}

void recurrence(const Tensor& a, const Tensor& b, const bool& reverse, Tensor& y) {
  dispatch<FloatingTypes>(y.dtype(), [&]<class T>() {
    launch_scan(math::Recurrence<T>{a.data<T>(), b.data<T>()}, reverse, y);
  });
}

}  // namespace

void register_scan() {
  constexpr auto kCuda = DeviceType::cuda;
  kernels::cummax.set(kCuda, running_extremum<math::Greater>);
  kernels::cummin.set(kCuda, running_extremum<math::Less>);
  kernels::cumprod.set(kCuda, running<math::RunningProduct>);
  kernels::cumsum.set(kCuda, running<math::RunningSum>);
  kernels::linear_recurrence.set(kCuda, recurrence);
}

}  // namespace tinytorch::cuda
