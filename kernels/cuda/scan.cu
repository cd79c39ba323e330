#include "core/ops/scan_kernels.h"

#include <algorithm>
#include <bit>

#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/kernels.h"
#include "kernels/math/scan.h"

namespace tinytorch::cuda {
namespace {

constexpr unsigned kEach = 4;

/// The value of the thread `distance` below in the warp.
template <class T>
__device__ T from_below(T value, unsigned distance) {
  return __shfl_up_sync(~0u, value, distance);
}
__device__ inline math::Affine from_below(math::Affine value, unsigned distance) {
  return {__shfl_up_sync(~0u, value.factor, distance), __shfl_up_sync(~0u, value.term, distance)};
}

/// The totals of all threads of the warp up to this one (Hillis and Steele 1986).
template <class Scan>
__device__ typename Scan::State scan_warp(typename Scan::State total) {
  for (unsigned distance = 1; distance < kWarp; distance *= 2) {
    const typename Scan::State before = from_below(total, distance);
    if (threadIdx.x % kWarp >= distance) total = Scan::join(before, total);
  }
  return total;
}

/// Lines of `length` elements without gaps.
struct Lines {
  std::int64_t count;
  std::int64_t length;
  bool reverse;

  __device__ std::int64_t at(std::int64_t line, std::int64_t i) const {
    return line * length + (reverse ? length - 1 - i : i);
  }
};

// Running totals: blockDim.x threads (whole warps) a line, blockDim.y lines a block. A line goes through the
// block in chunks of kEach elements a thread; each thread totals its own, warps scan those in registers,
// their totals meet in shared memory, and all before the chunk is carried along. The order follows from the
// length alone, so the same bits come out each time. Each element is read and written once: 8 bytes an f32
// element. A single long line keeps one block busy, which is slower than two passes over many blocks would
// be.
template <class Scan>
__global__ void __launch_bounds__(kThreads) scan_lines(Scan scan, Lines lines, typename Scan::Output* y) {
  using State = typename Scan::State;
  SHARED(State, totals, [kWarpsABlock]);
  const std::int64_t line = std::int64_t{blockIdx.x} * blockDim.y + threadIdx.y;
  const bool exists = within(line, lines.count);
  const std::int64_t end = exists ? lines.length : 0;
  const unsigned warps = blockDim.x / kWarp, warp = threadIdx.x / kWarp;
  State* const line_totals = totals + threadIdx.y * warps;
  State carried = Scan::identity();
  for (std::int64_t begin = 0; begin < lines.length; begin += std::int64_t{blockDim.x} * kEach) {
    const std::int64_t first = begin + std::int64_t{threadIdx.x} * kEach;
    State own[kEach];
    State total = Scan::identity();
    for (unsigned i = 0; i < kEach; ++i) {
      if (within(first + i, end)) total = Scan::join(total, scan.lift(lines.at(line, first + i)));
      own[i] = total;
    }
    total = scan_warp<Scan>(total);
    if (threadIdx.x % kWarp == kWarp - 1) line_totals[warp] = total;
    __syncthreads();
    State before = carried;
    for (unsigned other = 0; other < warps; ++other) {
      if (other == warp) before = carried;
      carried = Scan::join(carried, line_totals[other]);
    }
    const State in_warp = from_below(total, 1);
    if (threadIdx.x % kWarp > 0) before = Scan::join(before, in_warp);
    for (unsigned i = 0; i < kEach; ++i) {
      if (within(first + i, end)) y[lines.at(line, first + i)] = Scan::finish(Scan::join(before, own[i]));
    }
    __syncthreads();
  }
}

template <class Scan>
void scan_rows(const Scan& scan, bool reverse, Tensor& y) {
  const OnDevice on(y.device());
  const Lines lines{.count = y.numel() / y.shape().back(), .length = y.shape().back(), .reverse = reverse};
  const std::int64_t threads = std::clamp<std::int64_t>(lines.length / kEach, kWarp, kThreads);
  const unsigned width = std::bit_ceil(static_cast<unsigned>(threads)), height = kThreads / width;
  launch(KERNEL(scan_lines<Scan>), blocks_for(lines.count, height), dim3(width, height), 0, on.stream(), scan,
         lines, static_cast<typename Scan::Output*>(y.raw_data()));
}

template <template <class> class Scan>
void running(const Tensor& x, const bool& reverse, Tensor& y) {
  dispatch(x.dtype(), [&]<class T>() { scan_rows(Scan<T>{x.data<T>()}, reverse, y); });
}

void recurrence(const Tensor& a, const Tensor& b, const bool& reverse, Tensor& y) {
  dispatch<FloatingTypes>(y.dtype(), [&]<class T>() {
    scan_rows(math::Recurrence<T>{a.data<T>(), b.data<T>()}, reverse, y);
  });
}

}  // namespace

void register_scan() {
  constexpr auto kCuda = DeviceType::cuda;
  kernels::cumprod.set(kCuda, running<math::RunningProduct>);
  kernels::cumsum.set(kCuda, running<math::RunningSum>);
  kernels::linear_recurrence.set(kCuda, recurrence);
}

}  // namespace tinytorch::cuda
