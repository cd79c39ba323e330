#include "kernels/simt/executor/shared_memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <new>

#include "kernels/simt/executor/sanitizers.h"

namespace simt {
namespace {

constexpr std::size_t kRedzone = 128;
constexpr std::size_t kArena = std::size_t{256} << 10U;

// Not memset, which ThreadSanitizer would attribute to the device thread that gets here first. The empty
// assembly keeps the compiler from turning the loops into memset.
void fill(char* start, std::size_t bytes) {
  std::size_t i = 0;
  for (constexpr std::uint64_t kOnes = ~std::uint64_t{0}; i + sizeof kOnes <= bytes; i += sizeof kOnes) {
    std::memcpy(start + i, &kOnes, sizeof kOnes);
    asm volatile("" ::: "memory");
  }
  for (; i < bytes; ++i) {
    start[i] = static_cast<char>(0xff);
    asm volatile("" ::: "memory");
  }
}

}  // namespace

SharedMemory::SharedMemory() {
  void* arena = mmap(nullptr, kArena, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (arena == MAP_FAILED) {
    throw std::bad_alloc();
  }
  arena_ = static_cast<char*>(arena);
  asan::poison(arena_, kArena);
}

SharedMemory::~SharedMemory() {
  asan::unpoison(arena_, kArena);
  munmap(arena_, kArena);
}

void SharedMemory::clear() {
  asan::poison(arena_, end_);
  end_ = used_ = count_ = 0;
}

void* SharedMemory::variable(const void* key, std::size_t bytes, std::size_t alignment) {
  for (std::size_t i = 0; i < count_; ++i) {
    if (variables_[i].key == key) {
      return variables_[i].start;
    }
  }
  const std::size_t rounding = std::max<std::size_t>(alignment, 16);
  const std::size_t start = (end_ + kRedzone + rounding - 1) / rounding * rounding;
  used_ += bytes;
  if (used_ > kMaxSharedBytes || count_ == kMaxVariables) {
    return nullptr;
  }
  end_ = start + bytes;
  variables_[count_++] = {key, arena_ + start, bytes};
  asan::unpoison(arena_ + start, bytes);
  fill(arena_ + start, bytes);
  return arena_ + start;
}

void SharedMemory::describe(Message& message, const void* address) const {
  const char* const wanted = static_cast<const char*>(address);
  for (const Variable* each = variables_; each != variables_ + count_; ++each) {
    if (wanted >= each->start && wanted < each->start + each->bytes) {
      message << ": byte " << static_cast<std::size_t>(wanted - each->start) << " of a variable of "
              << each->bytes << " bytes";
    }
  }
}

}  // namespace simt
