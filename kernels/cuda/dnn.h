#pragma once

#include <cstdint>

#include "core/tensor.h"

namespace tinytorch::cuda {

enum class SoftmaxForm { softmax, log_softmax };

/// Softmax along the middle axis of [outer, n, inner] by cuDNN. x and y are contiguous and floating; y may be
/// x. n * inner is below 2^31.
void dnn_softmax(SoftmaxForm form, const Tensor& x, std::int64_t outer, std::int64_t n, std::int64_t inner,
                 Tensor& y);

}  // namespace tinytorch::cuda
