#pragma once

#include "core/kernel.h"
#include "core/random.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

// Element i of the contiguous y is computed from the Philox block stream.offset + i / n of the key
// stream.seed, where a block gives n elements. The formulas of kernels/math/random.h give the same numbers on
// every device.
inline Kernel<void(const RandomStream& stream, Tensor& y)> random_uniform{"random_uniform"};
inline Kernel<void(const RandomStream& stream, Tensor& y)> random_normal{"random_normal"};
/// y = low + a random integer in [0, range), range > 0.
inline Kernel<void(const RandomStream& stream, const std::int64_t& low, const std::uint64_t& range,
                   Tensor& y)>
    random_integers{"random_integers"};

}  // namespace tinytorch::kernels
