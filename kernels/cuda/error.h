#pragma once

#include <cuda_runtime.h>

#include <string>

namespace tinytorch::cuda {

/// Throws "[op] what: message" for the op that this thread called last. For the libraries' own errors.
[[noreturn]] void fail_cuda(const std::string& what, const std::string& message);

/// @throws CudaError  `error` is one; `what` says which call or kernel gave it
void check(cudaError_t error, const char* what);

/// Throws a CudaError that names the op and the kernel if the launch failed, or, with TINYTORCH_SYNC=1, if
/// the kernel did.
void check_launch(const char* kernel, cudaError_t error, cudaStream_t stream);

/// check(call), with the call's text for `what`.
#define CUDA_CHECK(...) ::tinytorch::cuda::check(__VA_ARGS__, #__VA_ARGS__)

}  // namespace tinytorch::cuda
