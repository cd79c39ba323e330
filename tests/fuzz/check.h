#pragma once

#include <string>

#include "tests/fuzz/program.h"

namespace tinytorch::fuzz {

/// Runs a program on the CPU in f64, and again on `device`: in f64, which must agree closely; in f32, within
/// what rounding each step of the f64 run makes of it; and its gradients, which must agree between the
/// devices and with finite differences along a random direction.
/// @return  the first difference, empty if there is none
/// @throws Error  the program itself is wrong, as programs that are being shrunk may be
std::string difference(const Program& program, Device device);

}  // namespace tinytorch::fuzz
