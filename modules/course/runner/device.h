#pragma once

#include <string>

// What a program that runs exercises asks of the device, if it has one.
namespace tinytorch::course {

/// Ends the kernel that calls it, if one does.
void end_kernel(const char* why);

/// The report of the kernel that failed since the last call, and makes the device usable again; empty if none
/// failed.
std::string take_fault();

}  // namespace tinytorch::course
