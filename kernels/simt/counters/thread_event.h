#pragma once

#include <cstdint>

namespace simt {

/// What a device thread did, as the compiler's instrumentation tells it.
struct ThreadEvent {
  enum class Kind : unsigned char { load, store, atomic, basic_block, call, leave, warp_operation };

  std::uintptr_t instruction = 0;  ///< the return address of the callback, or of the call
  std::uintptr_t address = 0;      ///< that it accesses
  unsigned mask = 0;               ///< of a warp operation
  unsigned char bytes = 0;         ///< that it accesses
  Kind kind = Kind::load;
  bool shared = false;  ///< the address is in shared memory, and counted from its begin
};

}  // namespace simt
