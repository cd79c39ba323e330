#include "kernels/register.h"

#include "core/kernel.h"
#include "kernels/cpu/convolution.h"
#include "kernels/cpu/instruction_set.h"
#include "kernels/cpu/product.h"

namespace tinytorch {

void register_all_kernels() {
  cpu::choose_instruction_set();
  cpu::choose_convolution();
  cpu::choose_product();
  cpu::register_fork_handler();
  cpu::register_activation();
  cpu::register_arg_reduction();
  cpu::register_arithmetic();
  cpu::register_attention();
  cpu::register_attention_gradient();
  cpu::register_bitwise();
  cpu::register_comparison();
  cpu::register_convolution();
  cpu::register_copy();
  cpu::register_creation();
  cpu::register_cross_entropy();
  cpu::register_dropout();
  cpu::register_gradient();
  cpu::register_indexing();
  cpu::register_loss();
  cpu::register_math();
  cpu::register_matmul();
  cpu::register_max_pool();
  cpu::register_normalization();
  cpu::register_normalization_gradient();
  cpu::register_optimizer();
  cpu::register_order_statistics();
  cpu::register_positions();
  cpu::register_quantization();
  cpu::register_random();
  cpu::register_recurrent();
  cpu::register_reduction();
  cpu::register_resampling();
  cpu::register_scan();
  cpu::register_scatter();
  cpu::register_softmax();
  cpu::register_sort();
  cpu::register_unfold();
  register_cuda();
}

}  // namespace tinytorch
