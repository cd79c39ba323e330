#pragma once

#include <cstdint>

#include "core/tensor.h"

namespace tinytorch::nn {

/// The keys and values of earlier steps, so that a model which goes on step by step computes each of them
/// once. It grows as a vector does; one cache serves one layer and one batch of sequences.
class KeyValueCache {
 public:
  KeyValueCache() = default;
  /// With room for `capacity` steps from the start.
  /// @throws ValueError  capacity is negative
  explicit KeyValueCache(std::int64_t capacity);
  // A copy would share the room that append() fills.
  KeyValueCache(const KeyValueCache&) = delete;
  KeyValueCache& operator=(const KeyValueCache&) = delete;
  /// What was moved from is empty.
  KeyValueCache(KeyValueCache&& other) noexcept;
  KeyValueCache& operator=(KeyValueCache&& other) noexcept;
  ~KeyValueCache() = default;

  /// Copies the keys and values [batch, kv_heads, steps, width] of the next steps behind those that are
  /// there.
  /// @throws ShapeError  they differ from the first ones in another axis than the steps. DTypeError,
  /// DeviceError. The cache stays as it was then
  void append(const Tensor& keys, const Tensor& values);

  /// How many steps there are.
  std::int64_t length() const { return length_; }
  /// Views [batch, kv_heads, length, width], valid until the next append(); undefined where there are none.
  Tensor keys() const;
  Tensor values() const;
  /// Forgets all but the first `length` steps.
  /// @throws ValueError  there are fewer
  void truncate(std::int64_t length);
  /// Forgets all steps, but not the room; the next ones may be of another shape.
  void clear() { length_ = 0; }

 private:
  void check(const Tensor& keys, const Tensor& values) const;
  void swap(KeyValueCache& other) noexcept;

  std::int64_t capacity_ = 0, length_ = 0;
  Tensor keys_, values_;
};

}  // namespace tinytorch::nn
