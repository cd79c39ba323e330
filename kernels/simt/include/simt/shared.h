#pragma once

#include "simt/kernel_interface.h"

/// Static shared memory: SHARED(float, tile, [32][33]);  Neither `static` nor `thread_local` would do: each
/// block that runs needs its own, new at its start and with nothing valid beside it.
#define SHARED(T, name, ...)                   \
  static char simt_key_##name;                 \
  auto& name = *static_cast<T(*) __VA_ARGS__>( \
      ::simt::shared_storage(&simt_key_##name, sizeof(T __VA_ARGS__), alignof(T)))

/// The dynamic shared memory of the block, as T.
template <class T>
T* dynamic_shared() {
  return static_cast<T*>(simt::registers.dynamic_shared);
}

/// i < n: the check that keeps a thread within its data. SIMT_OMIT can leave it out.
template <class T>
__attribute__((always_inline)) inline bool within(T i, T n, simt::Site at = simt::Site::current()) {
  if (simt::omitting && simt::omitted(at)) [[unlikely]] {
    return true;
  }
  return i < n;
}
