#pragma once

#include <cstdlib>
#include <string_view>

#include "core/allocator.h"
#include "tests/support/backend.h"

namespace tinytorch::testing {

/// Lets the backend under test keep free blocks of memory during its lifetime. Tests run without that on the
/// emulated device, where a tensor that is destroyed then waits for the device, and with AddressSanitizer.
class MemoryCaching {
 public:
  MemoryCaching() { set_memory_caching(backend(), true); }
  ~MemoryCaching() { set_memory_caching(backend(), is_default()); }
  MemoryCaching(const MemoryCaching&) = delete;
  MemoryCaching& operator=(const MemoryCaching&) = delete;

 private:
  static bool is_default() {
    const char* const setting = std::getenv("TINYTORCH_ALLOCATOR_CACHE");
    return !is_emulated(backend()) && (setting == nullptr || std::string_view(setting) != "0");
  }
};

}  // namespace tinytorch::testing
