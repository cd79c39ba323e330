#pragma once

#include "core/kernel.h"
#include "core/random.h"
#include "core/tensor.h"

namespace tinytorch {

/// While training, each element is 0 with probability p, else x / (1 - p) (Srivastava et al., JMLR 2014);
/// without, or with p = 0, x itself. Element i in row-major order stays where the i-th f32 number that rand()
/// would make of this part of the generator's stream is at least p, so the mask is the same on every device;
/// the gradient works it out again instead of keeping it.
/// @throws DTypeError  x is not floating. ValueError  p is not in [0, 1]
Tensor dropout(const Tensor& x, double p = 0.5, bool training = true,
               Generator& generator = default_generator());

/// The same with a part of a stream that was taken before.
Tensor dropout(const Tensor& x, double p, const RandomStream& stream);

namespace detail {
/// @throws DTypeError, ValueError  as dropout()
void check_dropout(const Tensor& x, double p);
/// The part of the stream that x takes. @throws as check_dropout()
RandomStream take_dropout(const Tensor& x, double p, Generator& generator);
}  // namespace detail

}  // namespace tinytorch
