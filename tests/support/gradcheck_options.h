#pragma once

#include "autograd/gradcheck.h"
#include "tests/support/backend.h"

namespace tinytorch::testing {

/// The options of tests that check the gradients of many functions. Each element is perturbed only on the CPU
/// and without sanitizers. Elsewhere one random direction is checked, which takes a hundredth of the time:
/// the rules are the same on each device, and the op table compares what their kernels compute with
/// references.
inline GradcheckOptions gradcheck_options() {
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
  return {.each_element = false};
#else
  return {.each_element = backend().type == DeviceType::cpu};
#endif
}

}  // namespace tinytorch::testing
