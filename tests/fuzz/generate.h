#pragma once

#include "tests/fuzz/program.h"

namespace tinytorch::fuzz {

/// Generates a program of up to 12 steps from a seed. Its values are finite and small, and
/// well-conditioned: errors of rounding stay below the tolerances of difference(). The first operand of each
/// step is the previous value, so that the last value depends on as much as possible.
Program generate(std::uint64_t seed);

}  // namespace tinytorch::fuzz
