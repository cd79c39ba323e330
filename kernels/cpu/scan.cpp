#include "core/ops/scan_kernels.h"

#include <algorithm>

#include "kernels/cpu/parallel.h"
#include "kernels/dispatch.h"
#include "kernels/math/comparison.h"
#include "kernels/math/scan.h"
#include "kernels/register.h"

// Each element depends on the one before it, so no instruction set makes this faster: compiled once. Several
// rows at a time keep the processor busy while each waits for its last result.
namespace tinytorch::cpu {
namespace {

constexpr std::int64_t kTogether = 4;

/// Scans rows of n elements, from the one whose first element in the scan's direction is at `first`.
template <std::int64_t kRows, class Scan>
void scan_together(const Scan& scan, std::int64_t first, std::int64_t stride, std::int64_t n,
                   typename Scan::Output* y) {
  typename Scan::State totals[kRows];
  std::fill_n(totals, kRows, Scan::identity());
  for (std::int64_t i = 0, index = first; i < n; ++i, index += stride) {
    for (std::int64_t row = 0; row < kRows; ++row) {
      totals[row] = Scan::join(totals[row], scan.lift(index + row * n, i));
      y[index + row * n] = Scan::finish(totals[row]);
    }
  }
}

template <class Scan>
void scan_rows(const Scan& scan, bool reverse, Tensor& y) {
  const std::int64_t n = y.shape().back();
  auto* const to = static_cast<typename Scan::Output*>(y.raw_data());
  parallel_for(y.numel() / n, kCheapGrain / n + 1, [&](std::int64_t begin, std::int64_t end) {
    const std::int64_t edge = reverse ? n - 1 : 0, stride = reverse ? -1 : 1;
    std::int64_t row = begin;
    for (; row + kTogether <= end; row += kTogether)
      scan_together<kTogether>(scan, row * n + edge, stride, n, to);
    for (; row < end; ++row) scan_together<1>(scan, row * n + edge, stride, n, to);
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
