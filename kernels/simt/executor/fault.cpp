#include "kernels/simt/executor/fault.h"

#include <atomic>

#include "kernels/simt/executor/api.h"
#include "kernels/simt/executor/sanitizers.h"

namespace simt {
namespace {

std::atomic<cudaError_t> error_of_device{cudaSuccess};
Message text_of_fault;

}  // namespace

void report_fault(cudaError_t error, const Message& text) {
  text.write();
  cudaError_t none = cudaSuccess;
  if (error_of_device.compare_exchange_strong(none, error)) {
    tsan::begin_ignoring();
    text_of_fault = text;
    tsan::end_ignoring();
  }
}

cudaError_t device_error() { return error_of_device.load(std::memory_order_relaxed); }

std::string last_fault() {
  const ApiLock lock;
  return device_error() == cudaSuccess ? "" : text_of_fault.text();
}

void reset_device() {
  const ApiLock lock;
  error_of_device = cudaSuccess;
  get_last_error();
}

}  // namespace simt
