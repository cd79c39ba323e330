#pragma once

#include <cstddef>

#include "kernels/simt/executor/message.h"

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

  bool contains(const void* address) const { return address >= arena_ && address < arena_ + end_; }
  /// From the begin of the shared memory, which is aligned to a page.
  std::size_t offset_of(const void* address) const {
    return static_cast<std::size_t>(static_cast<const char*>(address) - arena_);
  }
  /// Appends the position of the address in its variable, if it is in one.
  void describe(Message& message, const void* address) const;

 private:
  struct Variable {
    const void* key;
    char* start;
    std::size_t bytes;
  };
  static constexpr std::size_t kMaxVariables = 64;

  char* arena_;
  std::size_t end_ = 0;   // of the last variable in the arena
  std::size_t used_ = 0;  // bytes of the variables, without redzones
  Variable variables_[kMaxVariables];
  std::size_t count_ = 0;
};

}  // namespace simt
