#pragma once

#include <cstdint>

#include "core/device.h"

namespace tinytorch::testing {

/// The device on which this run's tests compute: the argument of --backend, or the CPU.
Device backend();

/// n, or a small part of it where code runs slowly: on the emulated device and with AddressSanitizer. With
/// ThreadSanitizer it is n on the CPU, so that threads meet often enough.
std::int64_t scaled(std::int64_t n);

}  // namespace tinytorch::testing
