#pragma once

#include <cstddef>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

// Marks memory that no tensor has for AddressSanitizer: free blocks, and the padding of blocks in use.
// Without it these functions are empty.
namespace tinytorch {

/// Makes `bytes` bytes inaccessible.
inline void poison([[maybe_unused]] const void* begin, [[maybe_unused]] std::size_t bytes) {
#ifdef __SANITIZE_ADDRESS__
  __asan_poison_memory_region(begin, bytes);
#endif
}

/// Makes `bytes` bytes accessible.
inline void unpoison([[maybe_unused]] const void* begin, [[maybe_unused]] std::size_t bytes) {
#ifdef __SANITIZE_ADDRESS__
  __asan_unpoison_memory_region(begin, bytes);
#endif
}

}  // namespace tinytorch
