#pragma once

#include <cstddef>

namespace simt {

inline constexpr std::size_t kMaxSharedBytes = std::size_t{48} << 10U;  // of a block

/// The shared memory of the block that runs on a multiprocessor. A variable is NaN where it has not been
/// written, and AddressSanitizer knows where it ends.
class SharedMemory {
 public:
  SharedMemory();
  ~SharedMemory();
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;

  /// At the start of a block: nothing is left of the one before.
  void clear();

  /// The variable with this key, made on first use; null if the block has used up its memory.
  void* variable(const void* key, std::size_t bytes, std::size_t alignment);

 private:
  struct Variable {
    const void* key;
    char* start;
  };
  static constexpr std::size_t kMaxVariables = 64;

  char* arena_;
  std::size_t end_ = 0;   // of the last variable in the arena
  std::size_t used_ = 0;  // by variables, as the device counts
  Variable variables_[kMaxVariables];
  std::size_t count_ = 0;
};

}  // namespace simt
