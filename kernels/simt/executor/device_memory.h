#pragma once

#include <cstddef>

#include "kernels/simt/executor/message.h"
#include "simt/runtime_types.h"

namespace simt {

/// A block of device memory, or of page-locked host memory, between two inaccessible pages. CUDA's alignment
/// of 256 bytes can leave padding between the last byte and the page behind it; AddressSanitizer guards that.
/// If very many blocks are in use, further ones have no such pages, because the number of mappings of a
/// process is limited (vm.max_map_count, mostly 65530).
struct Block {
  int device;
  cudaMemoryType type;
  char* start;
  std::size_t bytes;
  char* mapping;
  std::size_t mapping_bytes;
  std::size_t guard;  // bytes of the inaccessible page at each end of the mapping
};

/// Allocates a block whose bytes are all 0xff, which is NaN as a float. Null: the device has no memory left.
void* allocate_block(int device, cudaMemoryType type, std::size_t bytes);
/// Frees a block of this type. False: there is none at the address. Freed memory stays inaccessible for
/// thousands of further frees.
bool free_block(void* start, cudaMemoryType type);
/// The allocated block that contains an address, or null.
const Block* find_block(const void* address);
/// The bytes in use on a device.
std::size_t bytes_in_use(int device);

/// Makes the device's memory accessible for the scope: with SIMT_PROTECT it is so for kernels and copies
/// only.
class OpenMemory {
 public:
  explicit OpenMemory(int device);
  ~OpenMemory();
  OpenMemory(const OpenMemory&) = delete;
  OpenMemory& operator=(const OpenMemory&) = delete;

 private:
  int device_;
};

/// Appends the position of an address relative to the block, allocated or freed, whose mapping contains it.
/// Appends nothing if there is none.
void describe_address(Message& message, const void* address);

}  // namespace simt
