#pragma once

#include <string>

// What differs between GPUs and the emulated device of kernels/simt besides the compiler: hardware_gpu.cpp or
// hardware_emulated.cpp is built.
namespace tinytorch::cuda {

/// Whether the host acts as the device.
bool is_emulated();

/// What the device says of its last fault beyond the error's name; empty for nothing.
std::string last_fault();

}  // namespace tinytorch::cuda
