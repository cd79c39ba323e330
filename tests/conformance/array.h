#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/device.h"
#include "core/dims.h"
#include "core/tensor.h"

// What references compute with, kept apart from the code under test: plain row-major arrays of doubles.
namespace tinytorch::conformance {

struct Array {
  Shape shape;
  std::vector<double> values;

  double operator()(const Dims& at) const;
};

/// The element of an array that broadcasts to a place of as many axes or more.
double broadcast_element(const Array& x, const Dims& at);

/// The array whose element at each place is f(place).
Array generate(const Shape& shape, const std::function<double(const Dims& at)>& f);

/// f of the elements along the axes (in row-major order), at each place of the others.
Array fold(const Array& x, const Axes& axes, bool keepdim,
           const std::function<double(std::span<const double>)>& f);

/// f of each line of elements along an axis, in their place; f's result is as long.
Array map_along(const Array& x, int axis,
                const std::function<std::vector<double>(std::span<const double>)>& f);

/// The elements of a tensor, read without any op but the copy from the device.
Array read(const Tensor& x);

/// How an operand lies in memory. `alone` is contiguous in a block of its own, aligned as blocks are, and the
/// only one where AddressSanitizer sees what lies behind the last element. `expanded` repeats along its first
/// axis that is longer than 1.
enum class Layout { alone, contiguous, transposed, sliced, expanded };
inline constexpr Layout kLayouts[] = {Layout::alone, Layout::contiguous, Layout::transposed, Layout::sliced,
                                      Layout::expanded};
const char* name(Layout layout);

/// The values that an operand of this layout can have: those of `x`, repeated where it is expanded.
Array repeated_for(Layout layout, const Array& x);

/// A tensor with given elements that, unless it is alone, lies inside a larger buffer full of sentinels,
/// aligned to nothing but its elements.
class Placed {
 public:
  Placed(const Array& values, DType dtype, Layout layout, Device device);

  Tensor& tensor() { return tensor_; }
  /// Neither the elements nor anything around them was written.
  bool untouched() const { return bytes() == before_; }
  /// Nothing around the elements was written.
  bool surroundings_untouched() const;

 private:
  std::vector<std::byte> bytes() const;

  Tensor buffer_;
  Tensor tensor_;
  std::vector<std::byte> before_;
};

}  // namespace tinytorch::conformance
