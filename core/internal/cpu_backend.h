#pragma once

#include "core/internal/backend.h"

namespace tinytorch {

/// The host as a device: one of them, always there.
Backend& cpu_backend();

}  // namespace tinytorch
