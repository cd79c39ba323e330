#pragma once

#include <cstddef>
#include <cstdint>

namespace tinytorch {

inline constexpr std::size_t kAlignment = 64;

/// The source of a CachingAllocator's memory.
class RawMemory {
 public:
  virtual ~RawMemory() = default;
  /// @param bytes  a multiple of alignment()
  /// @return       null if out of memory
  virtual void* allocate(std::size_t bytes) = 0;
  virtual void deallocate(void* memory) noexcept = 0;
  /// True in a process that cannot use the memory, nor free it: a child process whose parent allocated it.
  virtual bool is_lost() const noexcept { return false; }
  /// The approximate number of free bytes, for messages.
  virtual std::size_t available() const = 0;

  /// The alignment of tensors, a power of two of at least kAlignment.
  virtual std::size_t alignment() const { return kAlignment; }
  /// The least number of bytes to allocate at once, where calls are slow; 0: any number.
  virtual std::size_t slab_bytes() const { return 0; }

  /// The id of the calling thread's current stream; 0 on a device without streams.
  virtual std::uint64_t current_stream() const { return 0; }
  /// The same, or 0 if the thread has not used a stream of the device yet.
  virtual std::uint64_t existing_stream() const noexcept { return 0; }
  /// Makes the current stream wait for all work enqueued so far in the stream of this id.
  virtual void wait_for(std::uint64_t stream) { static_cast<void>(stream); }
};

}  // namespace tinytorch
