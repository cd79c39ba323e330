#pragma once

#include "core/kernel.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

/// The options of CrossEntropyOptions that a kernel needs.
struct CrossEntropyForm {
  std::int64_t ignore_index;
  double label_smoothing;
};

/// Writes five values for each row x of the logits [rows, classes] to table [5, rows]. With q the weighted
/// target,
///     q[c] = weight[c] ((1 - smoothing) target[c] + smoothing / classes),
/// they are: the loss, sum q (log(sum exp(x)) - x); the maximum of x; the logarithm of sum exp(x - maximum);
/// the sum of q; and the row's weight in a mean, which is the weight of its class, or 1 if targets are
/// probabilities. All but the maximum and the logarithm are 0 in a row whose target is ignore_index. Logits
/// are floating. The target is i64 [rows], where each element is a class or ignore_index; or it has the
/// logits' dtype and shape. weight [classes] has their dtype or is undefined. All tensors are contiguous and
/// not empty.
inline Kernel<void(const CrossEntropyForm& form, const Tensor& logits, const Tensor& target,
                   const Tensor& weight, Tensor& table)>
    cross_entropy{"cross_entropy"};
/// dx[c] = grad * (softmax(x)[c] sum(q) - q[c]) for each row, 0 if the row is ignored. grad is [rows]; dx has
/// the logits' shape and dtype.
inline Kernel<void(const CrossEntropyForm& form, const Tensor& logits, const Tensor& target,
                   const Tensor& weight, const Tensor& table, const Tensor& grad, Tensor& dx)>
    cross_entropy_backward{"cross_entropy_backward"};

}  // namespace tinytorch::kernels
