#pragma once

#include <string>

#include "tests/fuzz/program.h"

namespace tinytorch::fuzz {

/// Compares runs of a program on the CPU in f64 and on `device`. Values in f64 must agree closely; the result
/// in f32, within the error that rounding to f32 after each step of the f64 run causes; gradients, between
/// the devices and with finite differences along a random direction.
/// @return  a description of the first difference, empty if there is none
/// @throws Error  the program itself is invalid, which can happen while a program is shrunk
std::string difference(const Program& program, Device device);

}  // namespace tinytorch::fuzz
