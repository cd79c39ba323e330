#include "nn/key_value_cache.h"

#include <algorithm>

#include "core/format.h"
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
}

Tensor with_steps(const Tensor& x, std::int64_t steps) {
  return empty({x.shape()[0], x.shape()[1], steps, x.shape()[3]}, {.dtype = x.dtype(), .device = x.device()});
}

void put(Tensor& buffer, const Tensor& x, std::int64_t at) {
  Tensor place = slice(buffer, 2, at, at + x.shape()[2]);
  assign(place, x);
}

/// A buffer of so many steps that begins with the first `length` of x.
Tensor grown(const Tensor& x, std::int64_t steps, std::int64_t length) {
  Tensor result = with_steps(x, steps);
  put(result, slice(x, 2, 0, length), 0);
  return result;
}

}  // namespace

KeyValueCache::KeyValueCache(std::int64_t capacity) : capacity_(capacity) {
  if (capacity < 0) fail<ValueError>("KeyValueCache", "capacity is {}; it may not be negative", capacity);
}

void KeyValueCache::append(const Tensor& keys, const Tensor& values) {
  if (keys.rank() != 4 || values.rank() != 4 || keys.shape()[2] != values.shape()[2]) {
    fail<ShapeError>("KeyValueCache",
                     "keys are {}, values {}; wanted [batch, kv_heads, steps, width] of as many steps",
                     keys.shape(), values.shape());
  }
  const std::int64_t length = length_ + keys.shape()[2];
  if (!keys_.defined()) {
    capacity_ = std::max(capacity_, length);
    keys_ = with_steps(keys, capacity_);
    values_ = with_steps(values, capacity_);
  }
  check_appended("keys", keys, keys_);
  check_appended("values", values, values_);
  if (length > capacity_) {
    capacity_ = std::max(length, 2 * capacity_);
    keys_ = grown(keys_, capacity_, length_);
    values_ = grown(values_, capacity_, length_);
  }
  put(keys_, keys, length_);
  put(values_, values, length_);
  length_ = length;
}

Tensor KeyValueCache::keys() const { return keys_.defined() ? slice(keys_, 2, 0, length_) : Tensor(); }
Tensor KeyValueCache::values() const { return values_.defined() ? slice(values_, 2, 0, length_) : Tensor(); }

}  // namespace tinytorch::nn
