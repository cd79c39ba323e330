#pragma once

#include <mutex>

#include "kernels/simt/executor/fault.h"
#include "simt/runtime_types.h"

// What every call of the runtime API does before and after its own work.
namespace simt {

/// Held through each call: the device does one thing at a time. Ends the process if a device thread calls, as
/// CUDA has no runtime API on the device either.
class ApiLock {
 public:
  ApiLock();

 private:
  std::lock_guard<std::mutex> lock_;
};

/// Keeps an error for this thread's next cudaGetLastError, and gives it back.
cudaError_t keep_error(cudaError_t error);
/// The kept error, which is forgotten.
cudaError_t take_last_error();
cudaError_t peek_last_error();

/// Runs a call that does not touch the device.
template <class F>
cudaError_t host_call(F work) {
  const ApiLock lock;
  return keep_error(work());
}

/// Runs a call that does: it gives the device's error instead, if the device has failed before or during it.
template <class F>
cudaError_t device_call(F work) {
  const ApiLock lock;
  if (device_error() != cudaSuccess) {
    return keep_error(device_error());
  }
  const cudaError_t error = work();
  return keep_error(device_error() != cudaSuccess ? device_error() : error);
}

}  // namespace simt
