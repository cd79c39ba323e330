#pragma once

#include "core/random.h"
#include "core/tensor.h"

namespace tinytorch {

/// Dropout (Srivastava et al., JMLR 2014): each element is 0 with probability p, and otherwise x / (1 - p).
/// Without `training`, or if p is 0, the result is x itself.
///
/// Element i, in row-major order, is kept if the i-th f32 number of rand() from the same state of the
/// generator is at least p. So the mask is the same on every device. The gradient recomputes the mask instead
/// of storing it.
///
/// ```cpp
/// Generator generator(42);
/// const Tensor y = dropout(ones({2, 3}), 0.5, true, generator);  // each element is 0 or 2
/// ```
///
/// @return  a tensor of x's shape and dtype
/// @throws DTypeError  x is not floating
/// @throws ValueError  p is not in [0, 1]
Tensor dropout(const Tensor& x, double p = 0.5, bool training = true,
               Generator& generator = default_generator());

/// Dropout in training with random numbers from a given position: for p > 0, dropout(x, p, true, generator)
/// is dropout(x, p, generator.advance((x.numel() + 3) / 4)).
/// @throws DTypeError  x is not floating
/// @throws ValueError  p is not in [0, 1]
Tensor dropout(const Tensor& x, double p, const RandomStream& stream);

}  // namespace tinytorch
