#include "core/ops/scan_kernels.h"

#include <algorithm>

#include "kernels/cpu/parallel.h"
#include "kernels/dispatch.h"
#include "kernels/math/comparison.h"
#include "kernels/math/scan.h"
#include "kernels/register.h"

// Each element depends on the one before it, so no instruction set makes this faster: compiled once.
namespace tinytorch::cpu {
namespace {

template <class Scan>
void scan_row(const Scan& scan, std::int64_t first, std::int64_t stride, std::int64_t n,
              typename Scan::Output* y) {
  typename Scan::State total = Scan::identity();
  for (std::int64_t i = 0, index = first; i < n; ++i, index += stride) {
    total = Scan::join(total, scan.lift(index, i));
    y[index] = Scan::finish(total);
  }
}

template <class Scan>
void scan_rows(const Scan& scan, bool reverse, Tensor& y) {
  const std::int64_t n = y.shape().back();
  auto* const to = static_cast<typename Scan::Output*>(y.raw_data());
  parallel_for(y.numel() / n, kCheapGrain / n + 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) {
      scan_row(scan, reverse ? (row + 1) * n - 1 : row * n, reverse ? -1 : 1, n, to);
    }
  });
}

template <template <class> class Scan>
void cumulative(const Tensor& x, const bool& reverse, Tensor& y) {
  dispatch_bytes(x.dtype(),
                 [&]<class T>() { scan_rows(Scan<T>{static_cast<const T*>(x.raw_data())}, reverse, y); });
}

template <class Order>
void extremum(const Tensor& x, Tensor& indices) {
  dispatch_bytes(x.dtype(), [&]<class T>() {
    scan_rows(math::RunningExtremum<T, Order>{static_cast<const T*>(x.raw_data())}, /*reverse=*/false,
              indices);
  });
}

void recurrence(const Tensor& a, const Tensor& b, const bool& reverse, Tensor& y) {
  dispatch<FloatingTypes>(y.dtype(), [&]<class T>() {
    scan_rows(math::Recurrence<T>{a.data<T>(), b.data<T>()}, reverse, y);
  });
}

}  // namespace

void register_scan() {
  constexpr auto kCpu = DeviceType::cpu;
  kernels::cummax.set(kCpu, extremum<math::Greater>);
  kernels::cummin.set(kCpu, extremum<math::Less>);
  kernels::cumprod.set(kCpu, cumulative<math::RunningProduct>);
  kernels::cumsum.set(kCpu, cumulative<math::RunningSum>);
  kernels::linear_recurrence.set(kCpu, recurrence);
}

}  // namespace tinytorch::cpu
