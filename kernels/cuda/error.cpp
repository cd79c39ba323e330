#include "kernels/cuda/error.h"

#include <limits>

#include "core/internal/format.h"
#include "core/kernel.h"
#include "kernels/cuda/hardware.h"
#include "kernels/cuda/settings.h"

namespace tinytorch::cuda {

void fail_cuda(const std::string& what, const std::string& message) {
  const char* const op = *current_op != '\0' ? current_op : "cuda";
  const std::string fault = last_fault();
  fail<CudaError>(op, "{}: {}{}{}", what, message, fault.empty() ? "" : "; ", fault);
}

void check(cudaError_t error, const char* what) {
  if (error == cudaSuccess) return;
  static_cast<void>(cudaGetLastError());  // reported now, so not by the next call again
  // What a kernel does wrong, any later call may be the first to hear of.
  const bool late = error >= cudaErrorIllegalAddress && !synchronous() && last_fault().empty();
  fail_cuda(what, fmt::format("{} ({}){}", cudaGetErrorName(error), cudaGetErrorString(error),
                              late ? ", maybe of an earlier kernel: TINYTORCH_SYNC=1 tells which" : ""));
}

void check_work(const std::string& work, cudaError_t launched, cudaStream_t stream) {
  check(launched, work.c_str());
  if (synchronous()) check(cudaStreamSynchronize(stream), work.c_str());
}

unsigned grid_size(std::int64_t blocks) {
  if (blocks > std::numeric_limits<std::int32_t>::max()) {
    fail_cuda("launch",
              fmt::format("{} blocks of threads are more than a grid has; use smaller tensors", blocks));
  }
  return static_cast<unsigned>(blocks);
}

}  // namespace tinytorch::cuda
