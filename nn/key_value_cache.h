#pragma once

#include <cstdint>

#include "core/tensor.h"

namespace tinytorch::nn {

/// The keys and values of earlier steps, so that a model which generates step by step computes each of them
/// once. Its capacity grows as a vector's does. One cache serves one layer and one batch of sequences.
///
/// ```cpp
/// nn::KeyValueCache cache;
/// cache.append(randn({2, 4, 10, 8}), randn({2, 4, 10, 8}));  // ten steps
/// cache.append(randn({2, 4, 1, 8}), randn({2, 4, 1, 8}));    // and one more
/// const Tensor keys = cache.keys();                          // [2, 4, 11, 8]
/// ```
class KeyValueCache {
 public:
  KeyValueCache() = default;
  /// Allocates for `capacity` steps at the first append().
  /// @throws ValueError  capacity is negative
  explicit KeyValueCache(std::int64_t capacity);
  // A copy would share the buffers that append() writes to.
  KeyValueCache(const KeyValueCache&) = delete;
  KeyValueCache& operator=(const KeyValueCache&) = delete;
  /// Leaves `other` empty.
  KeyValueCache(KeyValueCache&& other) noexcept;
  KeyValueCache& operator=(KeyValueCache&& other) noexcept;
  ~KeyValueCache() = default;

  /// Appends copies of the keys and values of the next steps.
  /// @param keys, values  [batch, kv_heads, steps, width]
  /// @throws ShapeError   they do not have four axes and as many steps, or differ from the cache's in another
  ///                      axis; the cache is unchanged then
  /// @throws DTypeError   their dtypes are not the cache's
  /// @throws DeviceError  keys and values are on different devices, or not on the cache's
  void append(const Tensor& keys, const Tensor& values);

  /// The number of steps.
  std::int64_t length() const { return length_; }
  /// Views [batch, kv_heads, length, width], valid until the next append(); undefined before the first.
  Tensor keys() const;
  Tensor values() const;
  /// Discards all but the first `length` steps.
  /// @throws ValueError  length is negative or above length()
  void truncate(std::int64_t length);
  /// Discards all steps, but not the buffers; the next ones may have another shape.
  void clear() { length_ = 0; }

 private:
  void check(const Tensor& keys, const Tensor& values) const;
  void swap(KeyValueCache& other) noexcept;

  std::int64_t capacity_ = 0, length_ = 0;
  Tensor keys_, values_;
};

}  // namespace tinytorch::nn
