#pragma once

#include <cstdint>

#include "core/device.h"

namespace tinytorch::testing {

/// The device on which this run's tests compute: the argument of --backend, or the CPU.
Device backend();

/// A twentieth of n, at least 1, where code runs slowly: on the emulated device and with AddressSanitizer.
/// (ThreadSanitizer gets the whole, so that threads meet often enough.)
std::int64_t scaled(std::int64_t n);

}  // namespace tinytorch::testing
