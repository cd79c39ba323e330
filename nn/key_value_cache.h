#pragma once

#include <cstdint>

#include "core/tensor.h"

namespace tinytorch::nn {

/// The keys and values of earlier steps, so that a model that generates step by step computes each of them
/// once. The capacity grows like that of a std::vector. A cache is for one layer and one batch of sequences.
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
  /// Makes an empty cache, whose first append() allocates memory for `capacity` steps.
  /// @throws ValueError  capacity is negative
  explicit KeyValueCache(std::int64_t capacity);
  // A copy would share the buffers that append() writes to.
  KeyValueCache(const KeyValueCache&) = delete;
  KeyValueCache& operator=(const KeyValueCache&) = delete;
  /// Leaves `other` empty.
  KeyValueCache(KeyValueCache&& other) noexcept;
  KeyValueCache& operator=(KeyValueCache&& other) noexcept;
  ~KeyValueCache() = default;

  /// Appends copies of the keys and values of the next steps. If it throws, the cache is unchanged.
  /// @param keys, values  [batch, kv_heads, steps, width]
  /// @throws ShapeError   keys and values do not have four axes, differ in the number of steps, or differ
  ///                      from the steps in the cache in another axis
  /// @throws DTypeError   the dtypes differ from those in the cache
  /// @throws DeviceError  keys and values are on different devices, or not on the device of the cache
  void append(const Tensor& keys, const Tensor& values);

  /// The number of steps in the cache.
  std::int64_t length() const { return length_; }
  /// Views of the keys and values, [batch, kv_heads, length, width]. They are valid until the next append(),
  /// and undefined before the first.
  Tensor keys() const;
  Tensor values() const;
  /// Discards all but the first `length` steps.
  /// @throws ValueError  length is negative or above length()
  void truncate(std::int64_t length);
  /// Discards all steps and keeps the memory. The next steps may have another shape.
  void clear() { length_ = 0; }

 private:
  void check(const Tensor& keys, const Tensor& values) const;
  void swap(KeyValueCache& other) noexcept;

  std::int64_t capacity_ = 0, length_ = 0;
  Tensor keys_, values_;
};

}  // namespace tinytorch::nn
