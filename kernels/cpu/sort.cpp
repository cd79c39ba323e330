#include "core/ops/sort_kernels.h"

#include <algorithm>
#include <numeric>

#include "kernels/cpu/parallel.h"
#include "kernels/dispatch.h"
#include "kernels/math/sort.h"
#include "kernels/register.h"

// The standard library's sort, compiled once: no instruction set makes comparing and moving faster.
namespace tinytorch::cpu {
namespace {

template <class Before, class T>
void sort_row(const T* x, std::int64_t n, std::int64_t* indices, T* values) {
  std::iota(indices, indices + n, std::int64_t{0});
  std::sort(indices, indices + n, [x](std::int64_t a, std::int64_t b) {
    if (Before{}(x[a], x[b])) return true;
    return a < b && !Before{}(x[b], x[a]);  // stable
  });
  for (std::int64_t i = 0; i < n; ++i) values[i] = x[indices[i]];
}

template <class Before>
void sort_rows(const Tensor& x, Tensor& indices, Tensor& values) {
  const std::int64_t n = x.shape().back();
  dispatch_bytes(x.dtype(), [&]<class T>() {
    const T* const input = static_cast<const T*>(x.raw_data());
    auto* const order = indices.data<std::int64_t>();
    T* const sorted = static_cast<T*>(values.raw_data());
    parallel_for(x.numel() / n, kCostlyGrain / n + 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t row = begin; row < end; ++row)
        sort_row<Before>(input + row * n, n, order + row * n, sorted + row * n);
    });
  });
}

void sort(const Tensor& x, const bool& descending, Tensor& indices, Tensor& values) {
  if (descending) return sort_rows<math::Descending>(x, indices, values);
  sort_rows<math::Ascending>(x, indices, values);
}

}  // namespace

void register_sort() { kernels::sort.set(DeviceType::cpu, sort); }

}  // namespace tinytorch::cpu
