#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/device.h"
#include "core/dims.h"
#include "core/tensor.h"

// What references compute with, independent of the code under test: row-major arrays of doubles.
namespace tinytorch::conformance {

struct Array {
  Shape shape;
  std::vector<double> values;

  double operator()(const Dims& index) const;
};

/// x broadcast to a shape of as many axes or more, at an index of that shape.
double broadcast_element(const Array& x, const Dims& index);

/// The array with the element f(index) at each index.
Array generate(const Shape& shape, const std::function<double(const Dims& index)>& f);

/// Reduces the axes: f of the elements along them (in row-major order), for each index of the other axes.
Array reduce(const Array& x, const Axes& axes, bool keepdim,
             const std::function<double(std::span<const double>)>& f);

/// f of each 1-d slice along an axis. Its result has the length of the slice.
Array apply_along_axis(const Array& x, int axis,
                       const std::function<std::vector<double>(std::span<const double>)>& f);

/// The elements of a tensor, read without any op but the copy from the device.
Array read(const Tensor& x);

/// An operand's layout in memory. `alone` is contiguous and fills its own allocation, with an allocation's
/// alignment; only there does AddressSanitizer detect accesses past the last element. `sliced` has a stride
/// of 2 along the last axis. `expanded` has stride 0 along the first axis longer than 1.
enum class Layout { alone, contiguous, transposed, sliced, expanded };
inline constexpr Layout kLayouts[] = {Layout::alone, Layout::contiguous, Layout::transposed, Layout::sliced,
                                      Layout::expanded};
const char* name(Layout layout);

/// The values that an operand of this layout can have: those of `x`, repeated where it is expanded.
Array repeated_for(Layout layout, const Array& x);

/// A tensor with given elements. Unless its layout is `alone`, it is a view of a larger buffer filled with
/// sentinels, aligned to the size of its elements only.
class GuardedTensor {
 public:
  GuardedTensor(const Array& values, DType dtype, Layout layout, Device device);

  Tensor& tensor() { return tensor_; }
  /// Neither the elements nor the sentinels were overwritten.
  bool untouched() const { return bytes() == before_; }
  /// No sentinel was overwritten.
  bool sentinels_untouched() const;

 private:
  std::vector<unsigned char> bytes() const;

  Tensor buffer_;
  Tensor tensor_;
  std::vector<unsigned char> before_;
};

}  // namespace tinytorch::conformance
