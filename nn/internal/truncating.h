#pragma once

#include <cstdint>

#include "core/tensor.h"

// Internal: for layers that append to a cache.
namespace tinytorch::nn {

/// Returns apply(length of the cache). If it throws, the cache has no more steps than before.
/// @param cache  a KeyValueCache or a TransformerCache
template <class Cache, class Apply>
Tensor truncating_on_failure(Cache& cache, const Apply& apply) {
  const std::int64_t before = cache.length();
  try {
    return apply(before);
  } catch (...) {
    cache.truncate(before);
    throw;
  }
}

}  // namespace tinytorch::nn
