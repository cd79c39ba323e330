#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace tinytorch::cpu {

/// The index of the value of an environment variable among `choices`, of which the first is the default.
/// @param what         what the choices are, for the error
/// @throws ValueError  it is none of them
std::size_t choose(const char* variable, const std::vector<std::string>& choices, const char* what);

}  // namespace tinytorch::cpu
