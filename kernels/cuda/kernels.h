#pragma once

namespace tinytorch::cuda {

/// Each function registers the CUDA kernels of one family in their slots.
void register_activation();
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
void register_linear();
void register_loss();
void register_math();
void register_matmul();
void register_max_pool();
void register_normalization();
void register_normalization_gradient();
void register_optimizer();
void register_positions();
void register_quantization();
void register_random();
void register_recurrent();
void register_reduction();
void register_resampling();
void register_scan();
void register_softmax();
void register_softmax_gradient();
void register_sort();
void register_unfold();

}  // namespace tinytorch::cuda
