#pragma once

// What the environment says of the CUDA backend, read once.
namespace tinytorch::cuda {

/// TINYTORCH_SYNC=1: each kernel and library call is waited for, so that an error names the one that failed.
bool synchronous();

/// TINYTORCH_TF32=1: f32 products may round their operands to TF32's 11 bits.
bool allows_tf32();

}  // namespace tinytorch::cuda
