#pragma once

#include <cstddef>
#include <vector>

namespace tinytorch {

/// Memory for the small objects that ops make and soon free: the control blocks of tensors, the nodes of
/// graphs, and lists of either. What a thread frees it keeps for its next object of a similar size, so that a
/// step whose shapes are those of the step before asks the system for none. Objects may be freed on another
/// thread than they were made on. With sanitizers each object comes from the system, so that they see its
/// bounds and lifetime.
/// @throws std::bad_alloc  out of memory
void* allocate_object(std::size_t bytes);
/// Frees an object of allocate_object(bytes).
void deallocate_object(void* object, std::size_t bytes) noexcept;

/// The allocator of standard containers and smart pointers whose memory is that of allocate_object().
template <class T>
struct PoolAllocator {
  using value_type = T;

  PoolAllocator() = default;
  template <class U>
  PoolAllocator(const PoolAllocator<U>&) {}

  T* allocate(std::size_t n) {
    static_assert(alignof(T) <= alignof(std::max_align_t));
    return static_cast<T*>(allocate_object(n * sizeof(T)));
  }
  void deallocate(T* objects, std::size_t n) noexcept { deallocate_object(objects, n * sizeof(T)); }

  template <class U>
  bool operator==(const PoolAllocator<U>&) const {
    return true;
  }
};

template <class T>
using PoolVector = std::vector<T, PoolAllocator<T>>;

}  // namespace tinytorch
