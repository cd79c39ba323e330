#pragma once

#include <cstddef>

namespace simt {

inline constexpr std::size_t kMaxSharedBytes = std::size_t{48} << 10U;  // of a block

/// The shared memory of the block that runs on a multiprocessor. Memory that was not written is NaN, and
/// AddressSanitizer knows the bounds of each variable.
class SharedMemory {
 public:
  SharedMemory();
  ~SharedMemory();
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;

  /// Discards all variables, at the start of a block.
  void clear();

  /// The variable with this key, allocated on first use. Null: the block has no shared memory left.
  void* variable(const void* key, std::size_t bytes, std::size_t alignment);

 private:
  struct Variable {
    const void* key;
    char* start;
  };
  static constexpr std::size_t kMaxVariables = 64;

  char* arena_;
  std::size_t end_ = 0;   // of the last variable in the arena
  std::size_t used_ = 0;  // bytes of the variables, without redzones
  Variable variables_[kMaxVariables];
  std::size_t count_ = 0;
};

}  // namespace simt
