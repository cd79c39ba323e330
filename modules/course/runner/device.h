#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

// What a program that runs exercises asks of the device, if it has one.
namespace tinytorch::course {

/// Ends the kernel that calls it, if one does.
void end_kernel(const char* why);

/// The report of the kernel that failed since the last call, and makes the device usable again; empty if none
/// failed.
std::string take_fault();

/// Whether kernels' accesses to memory are counted, where the program can. They are not at first.
void count_accesses(bool on);

/// What kernels did to memory while it was counted: [{"kernel", "launches", "lines": [{"at", "memory",
/// "access", "requests", "bytes", "sectors", "passes", "least_passes", "ways"}, ...]}, ...].
nlohmann::json take_counts();

}  // namespace tinytorch::course
