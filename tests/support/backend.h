#pragma once

#include "core/device.h"

namespace tinytorch::testing {

/// The device on which this run's tests compute: the argument of --backend, or the CPU.
Device backend();

}  // namespace tinytorch::testing
