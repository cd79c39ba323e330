#include "core/dims.h"

#include <algorithm>
#include <numeric>
#include <ostream>
#include <utility>

#include "core/internal/format.h"

namespace tinytorch {

void Dims::fail_capacity(std::int64_t size) {
  fail<ShapeError>("shape", "{} axes; a tensor has at most {}", size, kMaxRank);
}

void Dims::fail_position(int i) const {
  fail<ShapeError>("shape", "position {} of {}, which has {} values; Tensor::size() counts axes from the end",
                   i, *this, size_);
}

Dims::Dims(std::span<const std::int64_t> values) {
  check_capacity(static_cast<std::int64_t>(values.size()));
  std::copy(values.begin(), values.end(), values_);
  size_ = static_cast<int>(values.size());
}

void Dims::insert(int at, std::int64_t value) {
  check_capacity(size_ + 1);
  if (at < 0 || at > size_) fail_position(at);
  std::copy_backward(begin() + at, end(), end() + 1);
  ++size_;
  (*this)[at] = value;
}

void Dims::erase(int at) {
  checked(at);
  std::copy(begin() + at + 1, end(), begin() + at);
  --size_;
}

bool Dims::contains(std::int64_t value) const { return std::find(begin(), end(), value) != end(); }

std::string to_string(const Dims& dims) {
  return fmt::format("[{}]", fmt::join(dims.begin(), dims.end(), ", "));
}

std::ostream& operator<<(std::ostream& out, const Dims& dims) { return out << to_string(dims); }

std::int64_t checked_numel(const char* op, const Shape& shape) {
  std::int64_t numel = 1;
  bool empty = false, overflow = false;
  for (const std::int64_t length : shape) {
    if (length < 0) fail<ShapeError>(op, "negative length in shape {}", shape);
    empty |= length == 0;
    overflow |= __builtin_mul_overflow(numel, length, &numel);
  }
  // One axis of length 0 makes the tensor empty, however long the others are.
  if (empty) return 0;
  if (overflow) fail<ShapeError>(op, "shape {} has more elements than 63 bits can count", shape);
  return numel;
}

Strides contiguous_strides(const Shape& shape) {
  Strides strides = Dims::filled(shape.size(), 1);
  for (int i = shape.size() - 2; i >= 0; --i) {
    // An axis of length 0 counts as 1. Strides of an empty tensor that overflow become 0.
    if (__builtin_mul_overflow(strides[i + 1], std::max<std::int64_t>(shape[i + 1], 1), &strides[i]))
      strides[i] = 0;
  }
  return strides;
}

Axes memory_order(const Strides& strides) {
  Axes order = Dims::filled(strides.size(), 0);
  std::iota(order.begin(), order.end(), 0);
  // An insertion sort: stable, and unlike std::stable_sort without an allocation.
  const auto stride = [&](int i) { return strides[static_cast<int>(order[i])]; };
  for (int i = 1; i < order.size(); ++i) {
    for (int j = i; j > 0 && stride(j - 1) < stride(j); --j) std::swap(order[j - 1], order[j]);
  }
  return order;
}

Shape broadcast_shapes(const char* op, const Shape& a, const Shape& b) {
  if (a == b) return a;
  const Shape& longer = a.size() >= b.size() ? a : b;
  const Shape& shorter = a.size() >= b.size() ? b : a;
  Shape result = longer;
  const int lead = longer.size() - shorter.size();
  for (int i = 0; i < shorter.size(); ++i) {
    const std::int64_t x = longer[lead + i], y = shorter[i];
    if (x != y && x != 1 && y != 1) {
      fail<ShapeError>(
          op, "shapes {} and {} do not broadcast: axis {} is {} and {}; lengths must be equal or 1", a, b,
          lead + i - longer.size(), a.size() >= b.size() ? x : y, a.size() >= b.size() ? y : x);
    }
    result[lead + i] = x == 1 ? y : x;
  }
  return result;
}

int normalize_axis(const char* op, std::int64_t axis, int rank) {
  if (axis < -rank || axis >= rank) {
    if (rank == 0) fail<ShapeError>(op, "axis {} of a tensor that has no axes", axis);
    fail<ShapeError>(op, "axis {} is out of range for a tensor with {} {}; use {} to {}", axis, rank,
                     rank == 1 ? "axis" : "axes", -rank, rank - 1);
  }
  return static_cast<int>(axis < 0 ? axis + rank : axis);
}

Dims joined(const Dims& a, const Dims& b) {
  Dims all = a;
  for (const std::int64_t value : b) all.push_back(value);
  return all;
}

Axes normalize_axes(const char* op, const Axes& axes, int rank) {
  Axes result;
  if (axes.empty()) {
    for (int i = 0; i < rank; ++i) result.push_back(i);
    return result;
  }
  for (const std::int64_t axis : axes) {
    const int normal = normalize_axis(op, axis, rank);
    if (result.contains(normal)) fail<ShapeError>(op, "axis {} is named twice in {}", normal, axes);
    result.push_back(normal);
  }
  std::sort(result.begin(), result.end());
  return result;
}

Shape reduced_shape(const Shape& shape, const Axes& axes, bool keepdim) {
  Shape result;
  for (int i = 0; i < shape.size(); ++i) {
    if (!axes.contains(i)) {
      result.push_back(shape[i]);
    } else if (keepdim) {
      result.push_back(1);
    }
  }
  return result;
}

}  // namespace tinytorch
