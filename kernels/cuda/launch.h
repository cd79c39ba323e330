#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <string>
#include <utility>

#include "kernels/cuda/error.h"
#include "kernels/simt/portable/simt_portable.h"

// How kernels are launched. simt_portable.h has what kernels are written with: SHARED(), dynamic_shared(),
// within(), KERNEL(). So one source compiles with nvcc for GPUs and with the host's compiler for the emulated
// device (kernels/simt).
namespace tinytorch::cuda {

/// Launches kernel(args...) on a stream.
/// @throws CudaError  the launch failed
template <class... P, class... Args>
void launch(const simt::NamedKernel<P...>& kernel, dim3 grid, dim3 block, std::size_t shared_bytes,
            cudaStream_t stream, Args&&... args) {
  const cudaError_t error =
      simt::launch_kernel(kernel, grid, block, shared_bytes, stream, std::forward<Args>(args)...);
  check_work(std::string("kernel ") + kernel.name, error, stream);
}

}  // namespace tinytorch::cuda
