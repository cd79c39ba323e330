#pragma once

#include "core/tensor.h"

namespace tinytorch {

/// A tensor with static storage duration, made before main().
extern const Tensor made_before_main;

}  // namespace tinytorch
