#include "kernels/cuda/error.h"

#include <cstdlib>
#include <string_view>

#include "core/format.h"
#include "core/kernel.h"
#include "kernels/cuda/hardware.h"

namespace tinytorch::cuda {

namespace {

/// TINYTORCH_SYNC=1 in the environment: errors are looked for after each kernel.
bool synchronous() {
  static const bool wanted = [] {
    const char* const value = std::getenv("TINYTORCH_SYNC");
    return value != nullptr && std::string_view(value) == "1";
  }();
  return wanted;
}

}  // namespace

void fail_cuda(const std::string& what, const std::string& message) {
  const char* const op = *current_op != '\0' ? current_op : "cuda";
  const std::string fault = last_fault();
  fail<CudaError>(op, "{}: {}{}{}", what, message, fault.empty() ? "" : "; ", fault);
}

void check(cudaError_t error, const char* what) {
  if (error == cudaSuccess) return;
  static_cast<void>(cudaGetLastError());  // reported now, so not by the next call again
  fail_cuda(what, fmt::format("{} ({})", cudaGetErrorName(error), cudaGetErrorString(error)));
}

void check_launch(const char* kernel, cudaError_t error, cudaStream_t stream) {
  if (error == cudaSuccess) error = synchronous() ? cudaStreamSynchronize(stream) : cudaPeekAtLastError();
  if (error == cudaSuccess) return;
  check(error,
        fmt::format("kernel {}, or one launched before it (TINYTORCH_SYNC=1 tells which)", kernel).c_str());
}

}  // namespace tinytorch::cuda
