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
  static_cast<void>(cudaGetLastError());  // reported here, so the next call must not report it again
  // Any later call may be the first to return the error of a kernel.
  const bool late = error >= cudaErrorIllegalAddress && !synchronous() && last_fault().empty();
  fail_cuda(what,
            fmt::format("{} ({}){}", cudaGetErrorName(error), cudaGetErrorString(error),
                        late ? ", possibly from an earlier kernel; set TINYTORCH_SYNC=1 to see which" : ""));
}

void check_work(const std::string& work, cudaError_t launched, cudaStream_t stream) {
  check(launched, work.c_str());
  if (synchronous()) check(cudaStreamSynchronize(stream), work.c_str());
}

unsigned grid_size(std::int64_t blocks) {
  if (blocks > std::numeric_limits<std::int32_t>::max()) {
    fail_cuda("launch", fmt::format("{} blocks are more than a grid can have; use smaller tensors", blocks));
  }
  return static_cast<unsigned>(blocks);
}

}  // namespace tinytorch::cuda
