#pragma once

#include <cstddef>

#include "simt/kernel_interface.h"

namespace simt {

/// The static shared memory of the running block that belongs to the key.
template <class T, std::size_t kAlignment = alignof(T)>
T& static_shared(const void* key) {
  return *static_cast<T*>(shared_storage(key, sizeof(T), kAlignment));
}

}  // namespace simt

/// Declares static shared memory: SHARED(float, tile, [32][33]);
/// `static` or `thread_local` would not do: each running block needs memory of its own, which starts
/// uninitialized and has redzones around it.
#define SHARED(T, name, ...)   \
  static char simt_key_##name; \
  auto& name = ::simt::static_shared<T __VA_ARGS__>(&simt_key_##name)

/// The dynamic shared memory of the block, as an array of T.
template <class T>
T* dynamic_shared() {
  return static_cast<T*>(simt::registers.dynamic_shared);
}

/// i < n: the bounds check of a thread. SIMT_OMIT can leave it out.
template <class T>
__attribute__((always_inline)) inline bool within(T i, T n, simt::Site at = simt::Site::current()) {
  if (simt::omitting && simt::omitted(at)) [[unlikely]] {
    return true;
  }
  return i < n;
}
