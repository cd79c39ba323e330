#include "kernels/cuda/hardware.h"

namespace tinytorch::cuda {

bool is_emulated() { return false; }
std::string last_fault() { return {}; }

}  // namespace tinytorch::cuda
