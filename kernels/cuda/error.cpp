#include "kernels/cuda/error.h"

#include <limits>

#include "core/internal/format.h"
#include "core/kernel.h"
#include "kernels/cuda/hardware.h"
#include "kernels/cuda/settings.h"

namespace tinytorch::cuda {

namespace {

template <class E>
[[noreturn]] void fail_as(const std::string& what, const std::string& message) {
  const char* const op = *current_op != '\0' ? current_op : "cuda";
  const std::string fault = last_fault();
  fail<E>(op, "{}: {}{}{}", what, message, fault.empty() ? "" : "; ", fault);
}

}  // namespace

void fail_cuda(const std::string& what, const std::string& message) { fail_as<CudaError>(what, message); }
void fail_cuda_memory(const std::string& what, const std::string& message) {
  fail_as<MemoryError>(what, message);
}

void check(cudaError_t error, const char* what) {
  if (error == cudaSuccess) return;
  static_cast<void>(cudaGetLastError());  // reported here, so the next call must not report it again
  if (error == cudaErrorMemoryAllocation) {
    fail_cuda_memory(what, fmt::format("{} ({}); drop tensors that are no longer needed, or use smaller "
                                       "batches",
                                       cudaGetErrorName(error), cudaGetErrorString(error)));
  }
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
