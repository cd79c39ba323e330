#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <tuple>
#include <utility>

// What lets one CUDA source compile with nvcc, for a GPU, and with the host's compiler, for the emulated
// device: replacements for `__shared__` and `<<<...>>>`, which a host compiler cannot take. This directory is
// an include directory of simt::simt; for nvcc add it by hand (and nothing else of kernels/simt).

#ifdef __CUDACC__  // the emulated device's cuda_runtime.h has its own of these

/// Declares static shared memory: SHARED(float, tile, [32][33]);
#define SHARED(T, name, ...) __shared__ T name __VA_ARGS__

/// The dynamic shared memory of the block, as an array of T.
template <class T>
__device__ T* dynamic_shared() {
  extern __shared__ __align__(16) unsigned char memory[];
  return reinterpret_cast<T*>(memory);
}

/// i < n: the bounds check of a thread. On the emulated device SIMT_OMIT can leave it out, to see whether a
/// test notices.
template <class T>
__device__ __forceinline__ bool within(T i, T n) {
  return i < n;
}

#endif

namespace simt {

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
#define KERNEL(...) ::simt::named(#__VA_ARGS__, __VA_ARGS__)

/// Launches kernel<<<grid, block, shared_bytes, stream>>>(args...); the arguments are converted to the
/// kernel's parameter types.
/// @return  the error of the launch; an error of the kernel itself is returned by a later call, as in CUDA
template <class... P, class... Args>
cudaError_t launch_kernel(const NamedKernel<P...>& kernel, dim3 grid, dim3 block, std::size_t shared_bytes,
                          cudaStream_t stream, Args&&... args) {
  std::tuple<P...> values(std::forward<Args>(args)...);
#ifdef __CUDACC__
  return std::apply(
      [&](auto&... value) {
        void* pointers[] = {&value..., nullptr};
        return cudaLaunchKernel(reinterpret_cast<const void*>(kernel.function), grid, block, pointers,
                                shared_bytes, stream);
      },
      values);
#else
  return simt::launch(kernel.name, kernel.function, grid, block, shared_bytes, stream, values);
#endif
}

}  // namespace simt
