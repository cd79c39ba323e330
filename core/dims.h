#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>

namespace tinytorch {

/// The most axes that a tensor can have.
inline constexpr int kMaxRank = 8;

/// Up to kMaxRank integers held in place: a shape, its strides, or a list of axes.
class Dims {
 public:
  Dims() = default;

  /// @throws ShapeError  more than kMaxRank values
  Dims(std::initializer_list<std::int64_t> values) : Dims(std::span(values.begin(), values.size())) {}
  explicit Dims(std::span<const std::int64_t> values);

  /// `count` times `value`. @throws ShapeError  count exceeds kMaxRank
  static Dims filled(int count, std::int64_t value) {
    check_capacity(count);
    Dims dims;
    dims.size_ = count;
    for (std::int64_t& each : dims) each = value;
    return dims;
  }

  int size() const { return size_; }
  bool empty() const { return size_ == 0; }

  std::int64_t operator[](int i) const { return values_[static_cast<std::size_t>(i)]; }
  std::int64_t& operator[](int i) { return values_[static_cast<std::size_t>(i)]; }
  std::int64_t back() const { return (*this)[size_ - 1]; }
  std::int64_t& back() { return (*this)[size_ - 1]; }

  const std::int64_t* begin() const { return values_.data(); }
  const std::int64_t* end() const { return values_.data() + size_; }
  std::int64_t* begin() { return values_.data(); }
  std::int64_t* end() { return values_.data() + size_; }

  /// @throws ShapeError  the list is full
  void push_back(std::int64_t value) {
    check_capacity(size_ + 1);
    (*this)[size_++] = value;
  }
  void insert(int at, std::int64_t value);
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
  static void check_capacity(std::int64_t count) {
    if (count > kMaxRank) fail_capacity(count);
  }
  [[noreturn]] static void fail_capacity(std::int64_t count);

  std::array<std::int64_t, kMaxRank> values_{};
  int size_ = 0;
};

using Shape = Dims;    ///< The length of each axis.
using Strides = Dims;  ///< For each axis, how many elements lie between neighbours; 0 where broadcast.
using Axes = Dims;     ///< Axis numbers; negative ones count from the end.

/// "[2, 3]"; "[]" for no axes.
std::string to_string(const Dims& dims);

/// How many elements a tensor of this shape has; 1 for no axes.
/// @throws ShapeError  a length is negative, or the product does not fit into 63 bits
std::int64_t checked_numel(const char* op, const Shape& shape);

/// The values of a, then those of b. @throws ShapeError  more than kMaxRank together
Dims joined(const Dims& a, const Dims& b);

/// Row-major strides.
Strides contiguous_strides(const Shape& shape);

/// The axes from the outermost in memory to the innermost.
Axes memory_order(const Strides& strides);

/// The shape that `a` and `b` broadcast to by NumPy's rule: aligned at the last axis, lengths equal or one of
/// them 1.
/// @throws ShapeError  they do not broadcast
Shape broadcast_shapes(const char* op, const Shape& a, const Shape& b);

/// Turns a possibly negative axis into 0 ... rank-1.
/// @throws ShapeError  out of range
int normalize_axis(const char* op, std::int64_t axis, int rank);

/// Axes as increasing numbers in 0 ... rank-1; no axes given means all of them.
/// @throws ShapeError  out of range, or one named twice
Axes normalize_axes(const char* op, const Axes& axes, int rank);

/// `shape` with the (normalised) `axes` set to 1, or taken out where not `keepdim`.
Shape reduced_shape(const Shape& shape, const Axes& axes, bool keepdim);

}  // namespace tinytorch
