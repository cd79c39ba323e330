#pragma once

#include <cstddef>

#include "kernels/simt/executor/message.h"
#include "simt/runtime_types.h"

namespace simt {

/// A block of device memory, or of page-locked host memory. Around its `bytes` nothing can be reached: they
/// end at an inaccessible page, but for what is left by CUDA's alignment of 256 bytes, which AddressSanitizer
/// looks after. Where very many blocks are in use, further ones have no such pages: a process may have only
/// so many mappings (vm.max_map_count, mostly 65530).
struct Block {
  int device;
  cudaMemoryType type;
  char* start;
  std::size_t bytes;
  char* mapping;
  std::size_t mapping_bytes;
  std::size_t guard;  // bytes of the inaccessible page at each end of the mapping
};

/// A new block of bytes that are all 0xff, which as float is NaN; null if the device has no memory left.
void* allocate_block(int device, cudaMemoryType type, std::size_t bytes);
/// Frees a block of this type. False if there is none at the address. What is freed stays inaccessible for
/// long.
bool free_block(void* start, cudaMemoryType type);
/// The block in use that an address lies in, or null.
const Block* find_block(const void* address);
/// The bytes in use on a device.
std::size_t bytes_in_use(int device);

/// Lets nobody reach the device's memory, or lets kernels and copies: for SIMT_PROTECT.
class OpenMemory {
 public:
  explicit OpenMemory(int device);
  ~OpenMemory();
  OpenMemory(const OpenMemory&) = delete;
  OpenMemory& operator=(const OpenMemory&) = delete;

 private:
  int device_;
};

/// Appends how an address lies to the block that is nearest to it, in use or freed; nothing if none is near.
void describe_address(Message& message, const void* address);

}  // namespace simt
