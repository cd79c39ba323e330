#pragma once

#include <cuda_runtime.h>

#include "kernels/cuda/error.h"
#include "kernels/cuda/fork.h"

namespace tinytorch::cuda {

/// Makes a device the CUDA runtime's current device of this thread, for the guard's lifetime.
class DeviceGuard {
 public:
  /// @throws DeviceError  this process was forked after CUDA was initialized
  explicit DeviceGuard(int index) : index_(index) {
    require_not_forked();
    CUDA_CHECK(cudaGetDevice(&before_));
    if (before_ != index_) CUDA_CHECK(cudaSetDevice(index_));
  }
  ~DeviceGuard() {
    // It was current before, so this cannot fail.
    if (before_ != index_) static_cast<void>(cudaSetDevice(before_));
  }
  DeviceGuard(const DeviceGuard&) = delete;
  DeviceGuard& operator=(const DeviceGuard&) = delete;

 private:
  int index_;
  int before_ = 0;
};

}  // namespace tinytorch::cuda
