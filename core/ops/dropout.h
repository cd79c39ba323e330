#pragma once

#include "core/random.h"
#include "core/tensor.h"

namespace tinytorch {

/// Dropout (Srivastava et al., JMLR 2014): in training each element is 0 with probability p, else
/// x / (1 - p); otherwise, and where p is 0, x itself. Element i in row-major order is kept where the i-th
/// f32 number of rand() from the same state of the generator is at least p, so the mask is the same on every
/// device. The gradient recomputes the mask instead of storing it.
///
/// ```cpp
/// Generator generator(42);
/// const Tensor y = dropout(ones({2, 3}), 0.5, true, generator);  // each element is 0 or 2
/// ```
///
/// @return  x's shape and dtype
/// @throws DTypeError  x is not floating
/// @throws ValueError  p is not in [0, 1]
Tensor dropout(const Tensor& x, double p = 0.5, bool training = true,
               Generator& generator = default_generator());

/// Dropout with blocks of random numbers that were taken from a generator before; x's element i uses the i-th
/// f32 number of the stream.
/// @throws DTypeError  x is not floating
/// @throws ValueError  p is not in [0, 1]
Tensor dropout(const Tensor& x, double p, const RandomStream& stream);

}  // namespace tinytorch
