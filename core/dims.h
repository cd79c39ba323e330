#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <span>
#include <string>

namespace tinytorch {

/// The largest number of axes of a tensor.
inline constexpr int kMaxRank = 8;

/// A list of up to kMaxRank integers: a shape, strides or axes. The integers are stored inline, without heap
/// allocation.
class Dims {
 public:
  Dims() = default;

  /// @throws ShapeError  more than kMaxRank values; all members that add values throw it
  Dims(std::initializer_list<std::int64_t> values) : Dims(std::span(values.begin(), values.size())) {}
  explicit Dims(std::span<const std::int64_t> values);

  /// A list of `size` copies of `value`.
  static Dims filled(int size, std::int64_t value) {
    check_capacity(size);
    Dims dims;
    dims.size_ = size;
    for (std::int64_t& each : dims) each = value;
    return dims;
  }

  int size() const { return size_; }
  bool empty() const { return size_ == 0; }

  /// The value at position i. Tensor::size() counts negative axes from the end; this does not.
  /// @throws ShapeError  not 0 <= i < size(); so do back() and erase()
  [[gnu::always_inline]] std::int64_t operator[](int i) const { return values_[checked(i)]; }
  [[gnu::always_inline]] std::int64_t& operator[](int i) { return values_[checked(i)]; }
  std::int64_t back() const { return (*this)[size_ - 1]; }
  std::int64_t& back() { return (*this)[size_ - 1]; }

  const std::int64_t* begin() const { return values_; }
  const std::int64_t* end() const { return values_ + size_; }
  std::int64_t* begin() { return values_; }
  std::int64_t* end() { return values_ + size_; }

  /// Appends a value.
  void push_back(std::int64_t value) {
    check_capacity(size_ + 1);
    (*this)[size_++] = value;
  }
  /// Inserts a value before position `at`.
  /// @throws ShapeError  not 0 <= at <= size()
  void insert(int at, std::int64_t value);
  /// Removes the value at position `at`.
  void erase(int at);
  bool contains(std::int64_t value) const;

  bool operator==(const Dims& other) const {
    if (size_ != other.size_) return false;
    for (int i = 0; i < size_; ++i) {
      if ((*this)[i] != other[i]) return false;
    }
    return true;
  }

 private:
  static void check_capacity(std::int64_t size) {
    if (size > kMaxRank) fail_capacity(size);
  }
  [[noreturn]] static void fail_capacity(std::int64_t size);
  // Everything runs through it: inlined in builds without optimization, too.
  [[gnu::always_inline]] std::size_t checked(int i) const {
    if (static_cast<unsigned>(i) >= static_cast<unsigned>(size_)) fail_position(i);
    return static_cast<std::size_t>(i);
  }
  [[noreturn]] void fail_position(int i) const;

  std::int64_t values_[kMaxRank] = {};
  int size_ = 0;
};

using Shape = Dims;    ///< The length of each axis, such as [N, C, H, W].
using Strides = Dims;  ///< The stride of each axis, in elements; 0 along a broadcast axis.
using Axes = Dims;     ///< Indices of axes; negative ones count from the end.

/// The values in brackets: "[2, 3]"; "[]" for none.
std::string to_string(const Dims& dims);
/// Prints to_string(dims).
/// ```cpp
/// std::cout << zeros({2, 3}).shape();  // [2, 3]
/// ```
std::ostream& operator<<(std::ostream& out, const Dims& dims);

/// The number of elements of a tensor of this shape; 1 for the shape [].
/// @param op  the op that error messages name; so in the functions below
/// @throws ShapeError  a length is negative, or the product does not fit into 63 bits
std::int64_t checked_numel(const char* op, const Shape& shape);

/// The values of a followed by those of b.
/// @throws ShapeError  more than kMaxRank values
Dims joined(const Dims& a, const Dims& b);

/// The row-major strides of a contiguous tensor of this shape.
Strides contiguous_strides(const Shape& shape);

/// The axes in memory order: sorted by decreasing stride. Axes of equal stride keep their order.
Axes memory_order(const Strides& strides);

/// The shape that `a` and `b` broadcast to by NumPy's rule: with the shapes aligned at the last axis, two
/// lengths are equal or one of them is 1.
/// ```cpp
/// std::cout << broadcast_shapes("add", {4, 1, 3}, {2, 1});  // [4, 2, 3]
/// ```
/// @throws ShapeError  the shapes do not broadcast
Shape broadcast_shapes(const char* op, const Shape& a, const Shape& b);

/// Converts an axis in [-rank, rank) to one in [0, rank).
/// @throws ShapeError  the axis is out of range
int normalize_axis(const char* op, std::int64_t axis, int rank);

/// Converts axes in [-rank, rank) to axes in [0, rank), in increasing order. An empty list stands for all
/// axes.
/// @throws ShapeError  an axis is out of range or named twice
Axes normalize_axes(const char* op, const Axes& axes, int rank);

/// The shape of a reduction of `shape` over `axes`, which are in [0, rank). Reduced axes have length 1 if
/// `keepdim`; otherwise they are removed.
Shape reduced_shape(const Shape& shape, const Axes& axes, bool keepdim);

}  // namespace tinytorch
