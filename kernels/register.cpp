#include "kernels/register.h"

#include "core/kernel.h"

namespace tinytorch {

void register_all_kernels() {
  cpu::register_activation();
  cpu::register_arg_reduction();
  cpu::register_arithmetic();
  cpu::register_comparison();
  cpu::register_convolution();
  cpu::register_copy();
  cpu::register_creation();
  cpu::register_math();
  cpu::register_matmul();
  cpu::register_max_pool();
  cpu::register_optimizer();
  cpu::register_random();
  cpu::register_reduction();
  cpu::register_resampling();
  cpu::register_unfold();
  register_cuda();
}

}  // namespace tinytorch
