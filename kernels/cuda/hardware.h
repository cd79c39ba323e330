#pragma once

#include <string>

// What differs between GPUs and the emulated device of kernels/simt besides the compiler. The build takes
// either hardware_gpu.cpp or hardware_emulated.cpp.
namespace tinytorch::cuda {

/// True if the host emulates the device.
bool is_emulated();

/// The device's description of its last fault, beyond the error's name; empty if it has none.
std::string last_fault();

}  // namespace tinytorch::cuda
