#include "kernels/simt/executor/api.h"
#include "kernels/simt/executor/memory_fault.h"
#include "kernels/simt/executor/multiprocessor.h"
#include "kernels/simt/executor/options.h"
#include "simt/fault.h"
#include "simt/runtime_api.h"

namespace simt {
namespace {

thread_local cudaError_t last_error = cudaSuccess;

// Guarded by the API's lock.
std::uint64_t calls_that_need_memory = 0;
std::uint64_t failing_call = 0;

std::mutex& api_mutex() {
  static std::mutex mutex;
  if (Multiprocessor::running() != nullptr) {
    Message message;
    message << "simt: a device thread called the runtime API";
    message.write();
    std::abort();
  }
  return mutex;
}

}  // namespace

ApiLock::ApiLock() : lock_(api_mutex()) {
  options();
  install_fault_handler();
}

bool fails_here() { return ++calls_that_need_memory == failing_call; }

void fail_call(std::uint64_t n) {
  const ApiLock lock;
  failing_call = n == 0 ? 0 : calls_that_need_memory + n;
}

std::uint64_t memory_calls() {
  const ApiLock lock;
  return calls_that_need_memory;
}

cudaError_t set_last_error(cudaError_t error) {
  if (error != cudaSuccess) {
    last_error = error;  // cudaErrorNotReady too, as in CUDA
  }
  return error;
}

cudaError_t peek_last_error() { return device_error() != cudaSuccess ? device_error() : last_error; }

cudaError_t get_last_error() {
  const cudaError_t error = peek_last_error();
  last_error = cudaSuccess;
  return error;
}

}  // namespace simt

cudaError_t cudaGetLastError() { return simt::get_last_error(); }

cudaError_t cudaPeekAtLastError() { return simt::peek_last_error(); }

const char* cudaGetErrorName(cudaError_t error) {
  switch (error) {
#define SIMT_NAME(name, value, text) \
  case name:                         \
    return #name;
    SIMT_CUDA_ERRORS(SIMT_NAME)
#undef SIMT_NAME
  }
  return "unrecognized error code";
}

const char* cudaGetErrorString(cudaError_t error) {
  switch (error) {
#define SIMT_TEXT(name, value, text) \
  case name:                         \
    return text;
    SIMT_CUDA_ERRORS(SIMT_TEXT)
#undef SIMT_TEXT
  }
  return "unrecognized error code";
}
