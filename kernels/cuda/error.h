#pragma once

#include <cuda_runtime.h>

#include <cstdint>
#include <string>

namespace tinytorch::cuda {

/// Throws "[op] what: message" for the op that this thread called last. For the libraries' own errors.
[[noreturn]] void fail_cuda(const std::string& what, const std::string& message);

/// @throws CudaError  `error` is one; `what` says which call or kernel gave it
void check(cudaError_t error, const char* what);

/// Throws a CudaError that names the op and the work, "kernel softmax_rows" say, if its launch failed, or,
/// with TINYTORCH_SYNC=1, if it did itself.
void check_work(const std::string& work, cudaError_t launched, cudaStream_t stream);

/// How many blocks a grid has. @throws CudaError  more than there can be
unsigned grid_size(std::int64_t blocks);

/// check(call), with the call's text for `what`.
#define CUDA_CHECK(...) ::tinytorch::cuda::check(__VA_ARGS__, #__VA_ARGS__)

}  // namespace tinytorch::cuda
