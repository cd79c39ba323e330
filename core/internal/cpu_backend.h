#pragma once

#include "core/internal/backend.h"

namespace tinytorch {

/// The backend of the host: one device, always available.
Backend& cpu_backend();

}  // namespace tinytorch
