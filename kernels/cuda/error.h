#pragma once

#include <cuda_runtime.h>

#include <cstdint>
#include <string>

namespace tinytorch::cuda {

/// Throws the CudaError "[op] what: message" for the op that this thread called last.
[[noreturn]] void fail_cuda(const std::string& what, const std::string& message);
/// Throws such a message as a MemoryError.
[[noreturn]] void fail_cuda_memory(const std::string& what, const std::string& message);

/// @param what  the call or kernel that returned the error
/// @throws MemoryError  the error is that the device has no memory left
/// @throws CudaError    it is another one than cudaSuccess
void check(cudaError_t error, const char* what);

/// Throws a CudaError that names the op and the work ("kernel softmax_rows") if its launch failed or, with
/// TINYTORCH_SYNC=1, if the work itself failed.
void check_work(const std::string& work, cudaError_t launched, cudaStream_t stream);

/// The number of blocks as a grid's size. @throws CudaError  more than a grid can have
unsigned grid_size(std::int64_t blocks);

/// check(call), with the text of the call as `what`.
#define CUDA_CHECK(...) ::tinytorch::cuda::check(__VA_ARGS__, #__VA_ARGS__)

}  // namespace tinytorch::cuda
