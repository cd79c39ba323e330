#pragma once

#include <functional>

#include "tests/fuzz/program.h"

namespace tinytorch::fuzz {

/// Shrinks a failing program until no single change makes it smaller: fewer steps and inputs, contiguous
/// floating inputs, smaller shapes.
/// @param fails  whether a program fails; an invalid program does not
Program shrink(Program program, const std::function<bool(const Program&)>& fails);

}  // namespace tinytorch::fuzz
