#pragma once

#include "core/device.h"

namespace tinytorch::testing {

/// The device that this run's tests use: what --backend named, or else the CPU.
Device backend();

}  // namespace tinytorch::testing
