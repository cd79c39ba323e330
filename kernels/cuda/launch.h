#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <tuple>
#include <utility>

#include "kernels/cuda/error.h"

// How to write and launch kernels, so that one source compiles with nvcc for GPUs and with the host's
// compiler for the emulated device (kernels/simt), whose cuda_runtime.h defines what is under __CUDACC__.
#ifdef __CUDACC__

/// Static shared memory: SHARED(float, tile, [32][33]);
#define SHARED(T, name, ...) __shared__ T name __VA_ARGS__

/// The dynamic shared memory of the block, as T.
template <class T>
__device__ T* dynamic_shared() {
  extern __shared__ __align__(16) unsigned char memory[];
  return reinterpret_cast<T*>(memory);
}

/// i < n: a thread's bounds check. The emulated device can leave it out, to see whether a test notices (tito
/// mutate).
template <class T>
__device__ __forceinline__ bool within(T i, T n) {
  return i < n;
}

#endif

namespace tinytorch::cuda {

/// A kernel and its name in messages; made by KERNEL().
template <class... P>
struct NamedKernel {
  const char* name;
  void (*function)(P...);
};
template <class... P>
NamedKernel<P...> named(const char* name, void (*function)(P...)) {
  return {name, function};
}
#define KERNEL(...) ::tinytorch::cuda::named(#__VA_ARGS__, __VA_ARGS__)

/// Launches kernel(args...) on a stream.
/// @throws CudaError  the launch failed
template <class... P, class... Args>
void launch(const NamedKernel<P...>& kernel, dim3 grid, dim3 block, std::size_t shared_bytes,
            cudaStream_t stream, Args&&... args) {
  std::tuple<P...> values(std::forward<Args>(args)...);
#ifdef __CUDACC__
  const cudaError_t error = std::apply(
      [&](auto&... value) {
        void* pointers[] = {&value...};
        return cudaLaunchKernel(reinterpret_cast<const void*>(kernel.function), grid, block, pointers,
                                shared_bytes, stream);
      },
      values);
#else
  const cudaError_t error =
      simt::launch(kernel.name, kernel.function, grid, block, shared_bytes, stream, values);
#endif
  check_work(std::string("kernel ") + kernel.name, error, stream);
}

}  // namespace tinytorch::cuda
