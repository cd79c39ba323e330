#include "kernels/simt/executor/device_memory.h"

#include <sys/mman.h>

#include <cstdint>
#include <cstring>
#include <deque>
#include <map>

#include "kernels/simt/executor/options.h"
#include "kernels/simt/executor/sanitizers.h"

namespace simt {
namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kAlignment = 256;
constexpr std::size_t kGuardedBlocks = 8192;
constexpr std::size_t kQuarantineBlocks = 4096;
constexpr std::size_t kQuarantineBytes = std::size_t{64}
                                         << 30U;  // of address space; the memory itself is released

struct Blocks {
  std::map<const char*, Block> in_use;  // by the start of the mapping
  std::map<const char*, Block> freed;
  std::deque<const char*> quarantine;  // freed blocks, the oldest first
  std::size_t quarantine_bytes = 0;
  std::map<int, std::size_t> bytes_of;  // in use on each device
};

Blocks& blocks() {
  static Blocks* all = new Blocks;  // never destroyed: other static objects may still free memory
  return *all;
}

std::size_t round_up(std::size_t bytes, std::size_t unit) { return (bytes + unit - 1) / unit * unit; }

const Block* find_in(const std::map<const char*, Block>& in, const void* address) {
  const char* const wanted = static_cast<const char*>(address);
  auto block = in.upper_bound(wanted);
  if (block == in.begin()) {
    return nullptr;
  }
  --block;
  return wanted < block->second.mapping + block->second.mapping_bytes ? &block->second : nullptr;
}

// Sets the access to the pages of the data, between the guard pages.
void set_access(const Block& block, int access) {
  mprotect(block.mapping + block.guard, block.mapping_bytes - 2 * block.guard, access);
}

bool is_protected(const Block& block) { return options().protect && block.type == cudaMemoryTypeDevice; }

void unmap(const Block& block) {
  asan::unpoison(block.mapping, block.mapping_bytes);
  munmap(block.mapping, block.mapping_bytes);
}

void unmap_oldest() {
  Blocks& all = blocks();
  const auto block = all.freed.find(all.quarantine.front());
  all.quarantine.pop_front();
  all.quarantine_bytes -= block->second.mapping_bytes;
  unmap(block->second);
  all.freed.erase(block);
}

void quarantine(const Block& block) {
  Blocks& all = blocks();
  asan::poison(block.mapping, block.mapping_bytes);
  madvise(block.mapping, block.mapping_bytes, MADV_DONTNEED);
  mprotect(block.mapping, block.mapping_bytes, PROT_NONE);
  all.freed.emplace(block.mapping, block);
  all.quarantine.push_back(block.mapping);
  all.quarantine_bytes += block.mapping_bytes;
  while (all.quarantine.size() > kQuarantineBlocks || all.quarantine_bytes > kQuarantineBytes) {
    unmap_oldest();
  }
}

}  // namespace

void* allocate_block(int device, cudaMemoryType type, std::size_t bytes) {
  const std::size_t rounded = round_up(bytes, kAlignment);
  std::size_t& in_use = blocks().bytes_of[device];
  const bool on_device = type == cudaMemoryTypeDevice;
  if (rounded < bytes || (on_device && rounded > options().memory - in_use)) {
    return nullptr;
  }
  const std::size_t guard = blocks().in_use.size() < kGuardedBlocks ? kPage : 0;
  const std::size_t mapping_bytes = round_up(rounded, kPage) + 2 * guard;
  void* mapping = mmap(nullptr, mapping_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapping == MAP_FAILED) {
    return nullptr;
  }
  char* const end = static_cast<char*>(mapping) + mapping_bytes - guard;
  const Block block{device, type, end - rounded, bytes, static_cast<char*>(mapping), mapping_bytes, guard};
  set_access(block, PROT_READ | PROT_WRITE);
  std::memset(block.start, 0xff, bytes);
  asan::poison(block.mapping, static_cast<std::size_t>(block.start - block.mapping));
  asan::poison(block.start + bytes, static_cast<std::size_t>(end + guard - block.start) - bytes);
  if (is_protected(block)) {
    set_access(block, PROT_NONE);
  }
  blocks().in_use.emplace(block.mapping, block);
  in_use += on_device ? rounded : 0;
  return block.start;
}

bool free_block(void* start, cudaMemoryType type) {
  const Block* block = find_in(blocks().in_use, start);
  if (block == nullptr || block->start != start || block->type != type) {
    return false;
  }
  if (type == cudaMemoryTypeDevice) {
    blocks().bytes_of[block->device] -= round_up(block->bytes, kAlignment);
  }
  if (block->guard > 0) {
    quarantine(*block);
  } else {
    unmap(*block);
  }
  blocks().in_use.erase(block->mapping);
  return true;
}

const Block* find_block(const void* address) {
  const Block* block = find_in(blocks().in_use, address);
  const bool inside = block != nullptr && address >= block->start && address < block->start + block->bytes;
  return inside ? block : nullptr;
}

std::size_t bytes_in_use(int device) { return blocks().bytes_of[device]; }

OpenMemory::OpenMemory(int device) : device_(device) {
  if (!options().protect) {
    return;
  }
  for (const auto& [start, block] : blocks().in_use) {
    if (is_protected(block) && block.device == device_) {
      set_access(block, PROT_READ | PROT_WRITE);
    }
  }
}

OpenMemory::~OpenMemory() {
  if (!options().protect) {
    return;
  }
  for (const auto& [start, block] : blocks().in_use) {
    if (is_protected(block) && block.device == device_) {
      set_access(block, PROT_NONE);
    }
  }
}

void describe_address(Message& message, const void* address) {
  const Block* in_use = find_in(blocks().in_use, address);
  const Block* block = in_use != nullptr ? in_use : find_in(blocks().freed, address);
  if (block == nullptr) {
    return;
  }
  const char* const wanted = static_cast<const char*>(address);
  if (wanted < block->start) {
    message << ", " << static_cast<std::size_t>(block->start - wanted) << " bytes before";
  } else if (wanted < block->start + block->bytes) {
    message << ", " << static_cast<std::size_t>(wanted - block->start) << " bytes into";
  } else {
    message << ", " << static_cast<std::size_t>(wanted - block->start) - block->bytes
            << " bytes after the end of";
  }
  message << (in_use != nullptr ? " the block of " : " the freed block of ") << block->bytes << " bytes at "
          << Hex{reinterpret_cast<std::uintptr_t>(block->start)};
  if (block->type == cudaMemoryTypeDevice) {
    message << " on device " << static_cast<unsigned>(block->device);
  }
}

}  // namespace simt
