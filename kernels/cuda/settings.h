#pragma once

// Settings of the CUDA backend from environment variables, read once.
namespace tinytorch::cuda {

/// TINYTORCH_SYNC=1: wait for each kernel and library call, so that an error names the one that failed.
bool synchronous();

/// TINYTORCH_TF32=1: f32 matrix products and convolutions may round operands to TF32's 11 significant bits.
bool allows_tf32();

}  // namespace tinytorch::cuda
