// Module 02: tensors.
//
// A tensor is an array of numbers with any number of axes. Its elements lie in one piece of memory; a shape
// and strides say which of them is element (i, j, ...). So the transpose, a slice or a repeated row is
// another view of the same memory: nothing is moved.
//
// Each function below is an exercise. Replace its todo() by your code, save, and run
//
//     ./tito module test 02

#include "modules/02_tensor/tensor.h"

#include <algorithm>
#include <cstddef>
#include <stdexcept>

#include "modules/course/todo.h"

using tinytorch::course::todo;

namespace tensor {

/// The number of elements of a tensor of this shape.
///
///     numel({2, 3}) = 6    numel({5, 0, 2}) = 0    numel({}) = 1
///
/// 1. The product of the lengths.
/// 2. A shape without axes is that of a single number: the product of no factors is 1.
std::int64_t numel(Axes shape) {
  // BEGIN SOLUTION numel
  std::int64_t product = 1;
  for (const std::int64_t length : shape) product *= length;
  return product;
  // END SOLUTION
}

/// The strides of a new tensor, which is contiguous: its elements are in row-major order, one after another.
/// A stride says how far apart in memory two elements are that are neighbors along an axis.
///
///     strides_of({2, 3, 4}) = {12, 4, 1}    strides_of({7}) = {1}    strides_of({}) = {}
///
/// 1. Neighbors along the last axis are next to each other: 1.
/// 2. Along another axis, all elements of the axes behind it lie between them: the product of their lengths.
/// Hint: go from the last axis to the first, and keep the product.
std::vector<std::int64_t> strides_of(Axes shape) {
  // BEGIN SOLUTION strides_of
  std::vector<std::int64_t> strides(shape.size());
  std::int64_t stride = 1;
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
  // END SOLUTION
}

/// Where the element of an index is in memory, counted in elements from the first.
///
///     offset({1, 2}, {3, 1}) = 5    offset({1, 2}, {1, 10}) = 21    offset({}, {}) = 0
///
/// 1. Each axis contributes its index times its stride.
std::int64_t offset(Axes index, Axes strides) {
  // BEGIN SOLUTION offset
  std::int64_t sum = 0;
  for (std::size_t axis = 0; axis < index.size(); ++axis) sum += index[axis] * strides[axis];
  return sum;
  // END SOLUTION
}

/// The shape of a + b, if a and b have these shapes.
///
///     broadcast_shape({2, 3}, {3}) = {2, 3}    broadcast_shape({4, 1}, {1, 5}) = {4, 5} broadcast_shape({1},
///     {0}) = {0} broadcast_shape({2}, {3}) throws
///
/// 1. The shapes are compared from their last axes: {2, 3} and {3} agree in the 3. An axis that one of them
/// lacks counts as 1.
/// 2. Equal lengths stay. A length of 1 adopts the other one, whatever it is. Different lengths, neither of
/// them 1, are an
///    error: throw std::invalid_argument.
std::vector<std::int64_t> broadcast_shape(Axes a, Axes b) {
  // BEGIN SOLUTION broadcast_shape
  std::vector<std::int64_t> shape(std::max(a.size(), b.size()));
  const auto length_of = [&](Axes of, std::size_t from_the_end) {
    return from_the_end < of.size() ? of[of.size() - 1 - from_the_end] : 1;
  };
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const std::int64_t of_a = length_of(a, i), of_b = length_of(b, i);
    if (of_a != of_b && of_a != 1 && of_b != 1) throw std::invalid_argument("the shapes differ");
    shape[shape.size() - 1 - i] = of_a == 1 ? of_b : of_a;
  }
  return shape;
  // END SOLUTION
}

/// The strides with which a tensor of this shape and these strides is read as one of the target's shape, to
/// which it can be broadcast.
///
///     broadcast_strides({3}, {1}, {2, 3}) = {0, 1}    broadcast_strides({4, 1}, {1, 1}, {4, 5}) = {1, 0}
///
/// 1. Along an axis that is repeated, all elements are the same one in memory: the stride is 0.
/// 2. An axis is repeated if the tensor lacks it, or has the length 1 there. The others keep their strides.
/// 3. As in broadcast_shape, the axes are counted from the last.
std::vector<std::int64_t> broadcast_strides(Axes shape, Axes strides, Axes target) {
  // BEGIN SOLUTION broadcast_strides
  std::vector<std::int64_t> result(target.size(), 0);
  const std::size_t missing = target.size() - shape.size();
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    if (shape[axis] != 1) result[missing + axis] = strides[axis];
  }
  return result;
  // END SOLUTION
}

/// Copies all elements of x to y, which has the same shape. Both have strides of their own: so it makes a
/// transposed view contiguous, for example.
///
/// 1. An index is std::vector<std::int64_t> index(x.shape.size()), all zeros at first; advance(index,
/// x.shape) moves it to the
///    next one, and is false after the last.
/// 2. For each index, the element of x is x.data[...], with the sum over the axes of index times stride. That
/// of y likewise.
/// 3. A shape with a length of 0 has no element at all.
void copy(View<const float> x, View<float> y) {
  // BEGIN SOLUTION copy
  if (std::find(x.shape.begin(), x.shape.end(), 0) != x.shape.end()) return;
  std::vector<std::int64_t> index(x.shape.size());
  do {
    std::int64_t from = 0, to = 0;
    for (std::size_t axis = 0; axis < index.size(); ++axis) {
      from += index[axis] * x.strides[axis];
      to += index[axis] * y.strides[axis];
    }
    y.data[to] = x.data[from];
  } while (advance(index, x.shape));
  // END SOLUTION
}

/// y = a + b, elementwise. All three have the same shape; a or b may be broadcast, so that its strides are 0
/// along some axes.
///
/// 1. As copy, with three offsets.
void add(View<const float> a, View<const float> b, View<float> y) {
  // BEGIN SOLUTION add
  if (std::find(y.shape.begin(), y.shape.end(), 0) != y.shape.end()) return;
  std::vector<std::int64_t> index(y.shape.size());
  do {
    std::int64_t left = 0, right = 0, to = 0;
    for (std::size_t axis = 0; axis < index.size(); ++axis) {
      left += index[axis] * a.strides[axis];
      right += index[axis] * b.strides[axis];
      to += index[axis] * y.strides[axis];
    }
    y.data[to] = a.data[left] + b.data[right];
  } while (advance(index, y.shape));
  // END SOLUTION
}

/// y = a * b, elementwise, otherwise as add.
void multiply(View<const float> a, View<const float> b, View<float> y) {
  // BEGIN SOLUTION multiply
  if (std::find(y.shape.begin(), y.shape.end(), 0) != y.shape.end()) return;
  std::vector<std::int64_t> index(y.shape.size());
  do {
    std::int64_t left = 0, right = 0, to = 0;
    for (std::size_t axis = 0; axis < index.size(); ++axis) {
      left += index[axis] * a.strides[axis];
      right += index[axis] * b.strides[axis];
      to += index[axis] * y.strides[axis];
    }
    y.data[to] = a.data[left] * b.data[right];
  } while (advance(index, y.shape));
  // END SOLUTION
}

/// Sums of x. y has as many axes as x: an axis has x's length, or it has the length 1, and is summed.
///
///     x of the shape {2, 3} and y of {2, 1}: the sum of each row    y of {1, 1}: the sum of all
///
/// 1. Every element of x belongs to one of y: along an axis of length 1 its index in y is 0. So with the
/// stride 0 there, the
///    index of x gives the offset in y.
/// 2. Sums begin with 0. y has other numbers in it at first.
/// 3. A float has 24 bits: 16777216 + 1 is 16777216. Add up in double, in a vector of as many elements as y
/// has, and round once.
void sum(View<const float> x, View<float> y) {
  // BEGIN SOLUTION sum
  std::int64_t results = 1, terms = 1;
  std::vector<std::int64_t> into(y.shape.size());
  for (std::size_t axis = y.shape.size(); axis-- > 0;) {
    into[axis] = y.shape[axis] == 1 ? 0 : results;
    results *= y.shape[axis];
    terms *= x.shape[axis];
  }
  std::vector<double> sums(static_cast<std::size_t>(results), 0.0);
  std::vector<std::int64_t> index(x.shape.size());
  for (std::int64_t i = 0; i < terms; ++i) {
    std::int64_t from = 0, to = 0;
    for (std::size_t axis = 0; axis < index.size(); ++axis) {
      from += index[axis] * x.strides[axis];
      to += index[axis] * into[axis];
    }
    sums[static_cast<std::size_t>(to)] += x.data[from];
    advance(index, x.shape);
  }
  std::fill(index.begin(), index.end(), 0);
  for (const double each : sums) {
    std::int64_t to = 0;
    for (std::size_t axis = 0; axis < index.size(); ++axis) to += index[axis] * y.strides[axis];
    y.data[to] = static_cast<float>(each);
    advance(index, y.shape);
  }
  // END SOLUTION
}

}  // namespace tensor
