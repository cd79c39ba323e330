#pragma once

#include <cstdint>
#include <span>
#include <vector>

// What module 02 writes: tensor_dev.cpp defines the functions.
namespace tensor {

/// The lengths of axes, strides, or an index: one number for each axis.
using Axes = std::span<const std::int64_t>;

/// Elements in memory, seen as an array: element (i, j, ...) is data[i * strides[0] + j * strides[1] + ...].
template <class T>
struct View {
  T* data;
  Axes shape, strides;
};

/// Moves an index to the next one in row-major order: the last axis is the fastest. For the shape {2, 3}: (0,
/// 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2).
/// @return  false after the last index, which becomes the first one again
inline bool advance(std::vector<std::int64_t>& index, Axes shape) {
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    if (++index[axis] < shape[axis]) return true;
    index[axis] = 0;
  }
  return false;
}

std::int64_t numel(Axes shape);
std::vector<std::int64_t> strides_of(Axes shape);
std::int64_t offset(Axes index, Axes strides);
std::vector<std::int64_t> broadcast_shape(Axes a, Axes b);
std::vector<std::int64_t> broadcast_strides(Axes shape, Axes strides, Axes target);
void copy(View<const float> x, View<float> y);
void add(View<const float> a, View<const float> b, View<float> y);
void multiply(View<const float> a, View<const float> b, View<float> y);
void sum(View<const float> x, View<float> y);

}  // namespace tensor
