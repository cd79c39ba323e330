#pragma once

#include "core/tensor.h"

namespace tinytorch {

/// Made while the static objects of the program are.
extern const Tensor made_before_main;

}  // namespace tinytorch
