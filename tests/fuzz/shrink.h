#pragma once

#include <functional>

#include "tests/fuzz/program.h"

namespace tinytorch::fuzz {

/// The smallest program that can be got from this one and still fails: with fewer steps and inputs,
/// contiguous floating inputs, and shorter axes.
/// @param fails  whether a program fails; a program that makes no sense does not
Program shrink(Program program, const std::function<bool(const Program&)>& fails);

}  // namespace tinytorch::fuzz
