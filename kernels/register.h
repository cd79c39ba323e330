#pragma once

namespace tinytorch {

namespace cpu {
/// Lets child processes run kernels on several threads. Called once.
void register_fork_handler();

// Each function registers the CPU kernels of a family.
void register_activation();
void register_arg_reduction();
void register_arithmetic();
void register_attention();
void register_attention_gradient();
void register_bitwise();
void register_comparison();
void register_convolution();
void register_copy();
void register_creation();
void register_cross_entropy();
void register_dropout();
void register_gradient();
void register_indexing();
void register_loss();
void register_math();
void register_matmul();
void register_max_pool();
void register_normalization();
void register_normalization_gradient();
void register_optimizer();
void register_order_statistics();
void register_positions();
void register_quantization();
void register_random();
void register_recurrent();
void register_reduction();
void register_resampling();
void register_scan();
void register_scatter();
void register_softmax();
void register_sort();
void register_unfold();
}  // namespace cpu

/// Registers the CUDA backend and its kernels: those of kernels/cuda, or in a build without CUDA the backend
/// of kernels/no_cuda.cpp, which has no devices.
void register_cuda();

}  // namespace tinytorch
