#pragma once

#include "autograd/gradcheck.h"
#include "tests/support/backend.h"

namespace tinytorch::testing {

/// How tests that differentiate many functions do so. Rules are the same on each device, and what their
/// kernels write is compared with references in rows of the op table: away from the CPU and in a sanitizer's
/// build, one direction shows as much as all elements, in a hundredth of the time.
inline GradcheckOptions gradcheck_options() {
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
  return {.each_element = false};
#else
  return {.each_element = backend().type == DeviceType::cpu};
#endif
}

}  // namespace tinytorch::testing
