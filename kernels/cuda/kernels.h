#pragma once

namespace tinytorch::cuda {

/// Each puts the CUDA kernels of a family into their slots.
void register_activation();
void register_arithmetic();
void register_comparison();
void register_convolution();
void register_copy();
void register_creation();
void register_linear();
void register_math();
void register_matmul();
void register_max_pool();
void register_optimizer();
void register_random();
void register_reduction();
void register_resampling();
void register_softmax();
void register_unfold();

}  // namespace tinytorch::cuda
