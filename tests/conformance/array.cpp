#include "tests/conformance/array.h"

#include <algorithm>
#include <cstring>

#include "core/ops/creation.h"

namespace tinytorch::conformance {
namespace {

constexpr std::int64_t kGuard = 5;  // elements before the first, so that it is not aligned
constexpr int kSentinel = 0xa5;

std::int64_t count(const Shape& shape) {
  std::int64_t product = 1;
  for (const std::int64_t length : shape) product *= length;
  return product;
}

/// Calls f(place) for each place of a shape, in row-major order.
template <class F>
void for_each_place(const Shape& shape, F&& f) {
  Dims at = Dims::filled(shape.size(), 0);
  for (std::int64_t left = count(shape); left > 0; --left) {
    f(static_cast<const Dims&>(at));
    for (int axis = shape.size() - 1; axis >= 0 && ++at[axis] == shape[axis]; --axis) at[axis] = 0;
  }
}

std::int64_t dot(const Dims& at, const Strides& strides) {
  std::int64_t sum = 0;
  for (int i = 0; i < at.size(); ++i) sum += at[i] * strides[i];
  return sum;
}

int repeated_axis(const Shape& shape) {
  for (int i = 0; i < shape.size(); ++i) {
    if (shape[i] > 1) return i;
  }
  return -1;
}

Strides strides_of(const Shape& shape, Layout layout) {
  Strides strides = Dims::filled(shape.size(), 0);
  std::int64_t next = layout == Layout::sliced ? 2 : 1;
  const bool expanded = layout == Layout::expanded;
  for (int i = 0; i < shape.size(); ++i) {
    const int axis = layout == Layout::transposed ? i : shape.size() - 1 - i;
    if (expanded && axis == repeated_axis(shape)) continue;
    strides[axis] = next;
    next *= std::max<std::int64_t>(shape[axis], 1);
  }
  return strides;
}

}  // namespace

double Array::operator()(const Dims& at) const {
  std::int64_t place = 0;
  for (int i = 0; i < at.size(); ++i) place = place * shape[i] + at[i];
  return values[static_cast<std::size_t>(place)];
}

double broadcast_element(const Array& x, const Dims& at) {
  Dims place = x.shape;
  for (int i = 0; i < x.shape.size(); ++i)
    place[i] = x.shape[i] == 1 ? 0 : at[at.size() - x.shape.size() + i];
  return x(place);
}

Array generate(const Shape& shape, const std::function<double(const Dims& at)>& f) {
  Array y{shape, {}};
  y.values.reserve(static_cast<std::size_t>(count(shape)));
  for_each_place(shape, [&](const Dims& at) { y.values.push_back(f(at)); });
  return y;
}

Array fold(const Array& x, const Axes& axes, bool keepdim,
           const std::function<double(std::span<const double>)>& f) {
  Shape kept, inner, result;
  for (int i = 0; i < x.shape.size(); ++i) {
    const bool folded = axes.contains(i);
    kept.push_back(folded ? 1 : x.shape[i]);
    inner.push_back(folded ? x.shape[i] : 1);
    if (keepdim || !folded) result.push_back(kept[i]);
  }
  Array y = generate(kept, [&](const Dims& outer) {
    std::vector<double> along;
    for_each_place(inner, [&](const Dims& at) {
      Dims place = outer;
      for (int i = 0; i < at.size(); ++i) place[i] += at[i];
      along.push_back(x(place));
    });
    return f(along);
  });
  y.shape = result;
  return y;
}

Array map_along(const Array& x, int axis,
                const std::function<std::vector<double>(std::span<const double>)>& f) {
  Array y = x;
  const auto length = static_cast<std::size_t>(x.shape[axis]);
  std::size_t stride = 1;
  for (int i = axis + 1; i < x.shape.size(); ++i) stride *= static_cast<std::size_t>(x.shape[i]);
  for (std::size_t first = 0; first < x.values.size(); ++first) {
    if (first / stride % length != 0) continue;
    std::vector<double> line(length);
    for (std::size_t i = 0; i < length; ++i) line[i] = x.values[first + i * stride];
    line = f(line);
    for (std::size_t i = 0; i < length; ++i) y.values[first + i * stride] = line[i];
  }
  return y;
}

Array read(const Tensor& x) {
  const Tensor host = x.to(Device::cpu());
  return dispatch(x.dtype(), [&]<class T>() {
    return generate(x.shape(), [&](const Dims& at) {
      return static_cast<double>(host.data<T>()[dot(at, host.strides())]);
    });
  });
}

const char* name(Layout layout) {
  switch (layout) {
    case Layout::alone:
      return "alone";
    case Layout::contiguous:
      return "contiguous";
    case Layout::transposed:
      return "transposed";
    case Layout::sliced:
      return "sliced";
    case Layout::expanded:
      return "expanded";
  }
  return "";
}

Array repeated_for(Layout layout, const Array& x) {
  const int axis = repeated_axis(x.shape);
  if (layout != Layout::expanded || axis < 0) return x;
  return generate(x.shape, [&](Dims at) {
    at[axis] = 0;
    return x(at);
  });
}

Placed::Placed(const Array& values, DType dtype, Layout layout, Device device) {
  const Strides strides = strides_of(values.shape, layout);
  const bool alone = layout == Layout::alone;
  const std::int64_t offset = alone ? 0 : kGuard;
  Tensor host = empty({alone ? count(values.shape) : 2 * kGuard + 2 * count(values.shape)}, {.dtype = dtype});
  if (host.numel() > 0)
    std::memset(host.raw_data(), kSentinel, static_cast<std::size_t>(host.numel()) * size_of(dtype));
  dispatch(dtype, [&]<class T>() {
    T* const first = host.data<T>() + offset;
    for_each_place(values.shape, [&](const Dims& at) { first[dot(at, strides)] = convert<T>(values(at)); });
  });
  buffer_ = host.to(device);
  tensor_ = Tensor(buffer_.storage(), dtype, values.shape, strides, offset);
  before_ = bytes();
}

bool Placed::surroundings_untouched() const {
  std::vector<std::byte> now = bytes();
  const std::size_t size = size_of(tensor_.dtype());
  for_each_place(tensor_.shape(), [&](const Dims& at) {
    const std::size_t place = static_cast<std::size_t>(tensor_.offset() + dot(at, tensor_.strides())) * size;
    std::copy_n(before_.begin() + static_cast<std::ptrdiff_t>(place), size,
                now.begin() + static_cast<std::ptrdiff_t>(place));
  });
  return now == before_;
}

std::vector<std::byte> Placed::bytes() const {
  const Tensor host = buffer_.to(Device::cpu());
  const auto* const first = static_cast<const std::byte*>(host.raw_data());
  return {first, first + static_cast<std::size_t>(host.numel()) * size_of(host.dtype())};
}

}  // namespace tinytorch::conformance
