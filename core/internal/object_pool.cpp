#include "core/internal/object_pool.h"

#include <array>
#include <bit>
#include <new>
#include <utility>

namespace tinytorch {

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kPooled = false;
#else
constexpr bool kPooled = true;
#endif

// Multiples of kUnit up to kSmall, then powers of two up to kLargestObject.
constexpr std::size_t kUnit = 32, kSmall = 1024, kLargestObject = std::size_t{1} << 20;
constexpr std::size_t kSmallClasses = kSmall / kUnit;
constexpr std::size_t kClasses = kSmallClasses + std::bit_width(kLargestObject / kSmall) - 1;
/// What a thread keeps at most [bytes].
constexpr std::size_t kMaxKept = std::size_t{16} << 20;

std::size_t class_of(std::size_t bytes) {
  if (bytes <= kSmall) return (bytes - 1) / kUnit;
  return kSmallClasses - 1 + static_cast<std::size_t>(std::bit_width((bytes - 1) / kSmall));
}

std::size_t class_bytes(std::size_t index) {
  return index < kSmallClasses ? (index + 1) * kUnit : kSmall << (index - kSmallClasses + 1);
}

bool has_class(std::size_t bytes) { return kPooled && bytes > 0 && bytes <= kLargestObject; }

struct FreeObject {
  FreeObject* next;
};

/// The free objects of a thread. Without a destructor, since tensors may be destroyed after thread-local
/// objects.
struct FreeObjects {
  std::array<FreeObject*, kClasses> first;  // of each class
  std::size_t bytes;
  bool is_releasing;  // keeps nothing more: the thread ends
};

constinit thread_local FreeObjects free_objects{};

/// Frees what a thread keeps when the thread ends.
struct AtThreadEnd {
  AtThreadEnd() = default;
  AtThreadEnd(const AtThreadEnd&) = delete;
  AtThreadEnd& operator=(const AtThreadEnd&) = delete;
  ~AtThreadEnd() {
    free_objects.is_releasing = true;
    for (FreeObject*& first : free_objects.first) {
      while (first != nullptr) ::operator delete(std::exchange(first, first->next));
    }
  }
};

/// Lets AtThreadEnd run; called before a thread keeps its first object.
void release_at_thread_end() { static thread_local const AtThreadEnd at_end; }

}  // namespace

void* allocate_object(std::size_t bytes) {
  if (!has_class(bytes)) return ::operator new(bytes);
  const std::size_t index = class_of(bytes);
  FreeObject*& first = free_objects.first[index];
  if (first == nullptr) return ::operator new(class_bytes(index));
  free_objects.bytes -= class_bytes(index);
  return std::exchange(first, first->next);
}

void deallocate_object(void* object, std::size_t bytes) noexcept {
  if (!has_class(bytes) || free_objects.is_releasing) return ::operator delete(object);
  const std::size_t index = class_of(bytes);
  if (free_objects.bytes + class_bytes(index) > kMaxKept) return ::operator delete(object);
  if (free_objects.bytes == 0) release_at_thread_end();
  FreeObject*& first = free_objects.first[index];
  first = new (object) FreeObject{first};
  free_objects.bytes += class_bytes(index);
}

}  // namespace tinytorch
