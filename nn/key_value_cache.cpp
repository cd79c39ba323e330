#include "nn/key_value_cache.h"

#include <algorithm>
#include <utility>

#include "core/internal/checked.h"
#include "core/internal/format.h"
#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/shape.h"

namespace tinytorch::nn {

namespace {

void check_appended(const char* name, const Tensor& now, const Tensor& before) {
  Shape wanted = before.shape();
  if (now.rank() == 4) wanted[2] = now.shape()[2];
  if (now.shape() != wanted) {
    wanted[2] = -1;
    fail<ShapeError>("KeyValueCache", "{} are {}; those in the cache want {}, -1 being any number of steps",
                     name, now.shape(), wanted);
  }
  if (now.dtype() != before.dtype())
    fail<DTypeError>("KeyValueCache", "{} are {}, those in the cache {}", name, now.dtype(), before.dtype());
  if (now.device() != before.device()) {
    fail<DeviceError>("KeyValueCache", "{} are on {}, those in the cache on {}; move one with .to(device)",
                      name, now.device(), before.device());
  }
}

/// An uninitialized buffer like x of so many steps.
Tensor with_steps(const Tensor& x, std::int64_t steps) {
  return empty({x.shape()[0], x.shape()[1], steps, x.shape()[3]}, {.dtype = x.dtype(), .device = x.device()});
}

/// Whether the buffer can hold steps of the shape, dtype and device of `now`.
bool can_hold(const Tensor& buffer, const Tensor& now) {
  if (!buffer.defined() || buffer.dtype() != now.dtype() || buffer.device() != now.device()) return false;
  Shape shape = now.shape();
  shape[2] = buffer.shape()[2];
  return shape == buffer.shape();
}

/// Copies the steps of x into the buffer, from the step `begin` on.
void write(Tensor& buffer, const Tensor& x, std::int64_t begin) {
  Tensor target = slice(buffer, 2, begin, begin + x.shape()[2]);
  assign(target, x);
}

/// A buffer of `steps` steps that begins with the first `length` of x.
Tensor grown(const Tensor& x, std::int64_t steps, std::int64_t length) {
  Tensor result = with_steps(x, steps);
  write(result, slice(x, 2, 0, length), 0);
  return result;
}

}  // namespace

KeyValueCache::KeyValueCache(std::int64_t capacity) : capacity_(capacity) {
  if (capacity < 0) fail<ValueError>("KeyValueCache", "capacity is {}; it may not be negative", capacity);
}

KeyValueCache::KeyValueCache(KeyValueCache&& other) noexcept { swap(other); }

KeyValueCache& KeyValueCache::operator=(KeyValueCache&& other) noexcept {
  KeyValueCache moved(std::move(other));
  swap(moved);
  return *this;
}

void KeyValueCache::swap(KeyValueCache& other) noexcept {
  std::swap(capacity_, other.capacity_);
  std::swap(length_, other.length_);
  std::swap(keys_, other.keys_);
  std::swap(values_, other.values_);
}

void KeyValueCache::check(const Tensor& keys, const Tensor& values) const {
  if (keys.rank() != 4 || values.rank() != 4 || keys.shape()[2] != values.shape()[2]) {
    fail<ShapeError>("KeyValueCache",
                     "keys are {}, values {}; wanted [batch, kv_heads, steps, width] of as many steps",
                     keys.shape(), values.shape());
  }
  if (keys.device() != values.device()) {
    fail<DeviceError>("KeyValueCache", "keys are on {}, values on {}; move one with .to(device)",
                      keys.device(), values.device());
  }
  if (length_ == 0) return;
  check_appended("keys", keys, keys_);
  check_appended("values", values, values_);
}

void KeyValueCache::append(const Tensor& keys, const Tensor& values) {
  const OpScope scope("KeyValueCache");
  check(keys, values);
  const std::int64_t length = checked_add("KeyValueCache", length_, keys.shape()[2]);
  const bool reusable = can_hold(keys_, keys) && can_hold(values_, values);
  Tensor all_keys = keys_, all_values = values_;
  std::int64_t capacity = capacity_;
  if (!reusable || length > capacity_) {
    capacity = std::max(length, reusable ? checked_mul("KeyValueCache", 2, capacity_) : capacity_);
    all_keys = reusable ? grown(keys_, capacity, length_) : with_steps(keys, capacity);
    all_values = reusable ? grown(values_, capacity, length_) : with_steps(values, capacity);
  }
  write(all_keys, keys, length_);
  write(all_values, values, length_);
  keys_ = std::move(all_keys);
  values_ = std::move(all_values);
  capacity_ = capacity;
  length_ = length;
}

void KeyValueCache::truncate(std::int64_t length) {
  if (length < 0 || length > length_)
    fail<ValueError>("KeyValueCache", "cannot keep {} steps; there are {}", length, length_);
  length_ = length;
}

Tensor KeyValueCache::keys() const { return keys_.defined() ? slice(keys_, 2, 0, length_) : Tensor(); }
Tensor KeyValueCache::values() const { return values_.defined() ? slice(values_, 2, 0, length_) : Tensor(); }

}  // namespace tinytorch::nn
