#pragma once

#include "tests/fuzz/program.h"

namespace tinytorch::fuzz {

/// A program of up to 12 steps that a seed decides. Its values stay finite and small, and its last one
/// depends on all that is computed as far as it goes.
Program generate(std::uint64_t seed);

}  // namespace tinytorch::fuzz
