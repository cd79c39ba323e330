#pragma once

#include "core/ops/sampling.h"

// Internal: the initializer of the weights of GPT and BERT.
namespace tinytorch::nn {

/// Normal with mean 0 and a standard deviation of 0.02, as in GPT (Radford et al. 2018) and BERT.
inline Tensor small_normal(const Shape& shape, Options options, Generator& generator) {
  return normal(0, 0.02, shape, options, generator);
}

}  // namespace tinytorch::nn
