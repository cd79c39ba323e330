#include "core/ops/creation_kernels.h"

#include "core/convert.h"
#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/kernels.h"

namespace tinytorch::cuda {
namespace {

template <class T>
struct Constant {
  T value;
  __device__ T operator()() const { return value; }
};

void fill(const Scalar& value, Tensor& y) {
  dispatch(y.dtype(), [&]<class T>() { Map<Constant<T>, T>::run(Constant<T>{value.to<T>()}, y); });
}

/// start + i * step, computed in the type Work; integers wrap around.
template <class T, class Work>
__device__ T arange_element(Work start, Work step, std::uint64_t i) {
  if constexpr (std::is_integral_v<Work>) {
    return convert<T>(static_cast<std::int64_t>(start + i * step));
  } else {
    // Rounded twice, as on the CPU, not once by a fused multiply-add.
    return convert<T>(__dadd_rn(start, __dmul_rn(static_cast<double>(i), step)));
  }
}

// One thread per element: sizeof(T) bytes written.
template <class T, class Work>
__global__ void __launch_bounds__(kThreads) arange_elements(Work start, Work step, std::uint64_t n, T* y) {
  const std::uint64_t i = std::uint64_t{blockIdx.x} * kThreads + threadIdx.x;
  if (within(i, n)) y[i] = arange_element<T>(start, step, i);
}

template <class T, class Work>
void launch_arange(Work start, Work step, Tensor& y) {
  const OnDevice on(y.device());
  launch(KERNEL(arange_elements<T, Work>), blocks_for(y.numel(), kThreads), threads_for(y.numel()), 0,
         on.stream(), start, step, static_cast<std::uint64_t>(y.numel()), static_cast<T*>(y.raw_data()));
}

template <class T>
void arange_typed(const Scalar& start, const Scalar& step, Tensor& y) {
  if (is_floating(y.dtype()) || is_floating(start.dtype()) || is_floating(step.dtype())) {
    launch_arange<T>(start.to<double>(), step.to<double>(), y);
  } else {
    launch_arange<T>(static_cast<std::uint64_t>(start.to<std::int64_t>()),
                     static_cast<std::uint64_t>(step.to<std::int64_t>()), y);
  }
}

void arange(const Scalar& start, const Scalar& step, Tensor& y) {
  dispatch(y.dtype(), [&]<class T>() { arange_typed<T>(start, step, y); });
}

}  // namespace

void register_creation() {
  constexpr auto kCuda = DeviceType::cuda;
  kernels::fill.set(kCuda, fill);
  kernels::arange.set(kCuda, arange);
}

}  // namespace tinytorch::cuda
