#include "kernels/cuda/hardware.h"
#include "kernels/simt/executor/fault.h"

namespace tinytorch::cuda {

bool is_emulated() { return true; }
std::string last_fault() { return simt::last_fault(); }

}  // namespace tinytorch::cuda
