#pragma once

#include <mutex>

#include "kernels/simt/executor/fault.h"
#include "simt/runtime_types.h"

// What every call of the runtime API does before and after its own work.
namespace simt {

/// Held for the duration of each call, so that calls run one at a time. Aborts the process if a device thread
/// makes a call: as in CUDA, the runtime API is for the host.
class ApiLock {
 public:
  ApiLock();

 private:
  std::lock_guard<std::mutex> lock_;
};

/// Records an error for this thread's next cudaGetLastError(), and returns it.
cudaError_t set_last_error(cudaError_t error);
/// Returns the recorded error and clears it.
cudaError_t get_last_error();
/// Returns the recorded error.
cudaError_t peek_last_error();

/// Counts a call that needs memory. @return whether it is the one that fail_call() lets fail
bool fails_here();

/// Runs a call that does not touch the device.
template <class F>
cudaError_t host_call(F work) {
  const ApiLock lock;
  return set_last_error(work());
}

/// Runs a call that touches the device. If the device has failed, before or during the call, it returns the
/// device's error.
template <class F>
cudaError_t device_call(F work) {
  const ApiLock lock;
  if (device_error() != cudaSuccess) {
    return set_last_error(device_error());
  }
  const cudaError_t error = work();
  return set_last_error(device_error() != cudaSuccess ? device_error() : error);
}

/// Runs a device_call() that needs memory; see fail_call().
template <class F>
cudaError_t memory_call(F work) {
  return device_call([&] { return fails_here() ? cudaErrorMemoryAllocation : work(); });
}

}  // namespace simt
