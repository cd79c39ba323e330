#pragma once

namespace tinytorch::cpu {

/// Chooses the instruction set that all CPU kernels are registered for: the best of those that this build has
/// kernels for and the processor supports, or the one that TINYTORCH_ISA names. Called before kernels are
/// registered.
/// @throws ValueError  TINYTORCH_ISA names none of them
void choose_instruction_set();

}  // namespace tinytorch::cpu
