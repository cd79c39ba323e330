#include "tests/conformance/array.h"

#include <algorithm>
#include <cstring>

#include "core/ops/creation.h"

namespace tinytorch::conformance {
namespace {

constexpr std::int64_t kGuard = 5;  // sentinels before the first element, which is therefore not aligned
constexpr int kSentinel = 0xa5;

std::int64_t numel(const Shape& shape) {
  std::int64_t product = 1;
  for (const std::int64_t length : shape) product *= length;
  return product;
}

/// Calls f(index) for each index of a shape, in row-major order.
template <class F>
void for_each_index(const Shape& shape, F&& f) {
  Dims index = Dims::filled(shape.size(), 0);
  for (std::int64_t left = numel(shape); left > 0; --left) {
    f(static_cast<const Dims&>(index));
    for (int axis = shape.size() - 1; axis >= 0 && ++index[axis] == shape[axis]; --axis) index[axis] = 0;
  }
}

std::int64_t offset_of(const Dims& index, const Strides& strides) {
  std::int64_t sum = 0;
  for (int i = 0; i < index.size(); ++i) sum += index[i] * strides[i];
  return sum;
}

/// The axis that `expanded` repeats; -1 for none.
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

double Array::operator()(const Dims& index) const {
  std::int64_t offset = 0;
  for (int i = 0; i < index.size(); ++i) offset = offset * shape[i] + index[i];
  return values[static_cast<std::size_t>(offset)];
}

double broadcast_element(const Array& x, const Dims& index) {
  const int lead = index.size() - x.shape.size();
  Dims own = x.shape;
  for (int i = 0; i < own.size(); ++i) own[i] = x.shape[i] == 1 ? 0 : index[lead + i];
  return x(own);
}

Array generate(const Shape& shape, const std::function<double(const Dims& index)>& f) {
  Array y{shape, {}};
  y.values.reserve(static_cast<std::size_t>(numel(shape)));
  for_each_index(shape, [&](const Dims& index) { y.values.push_back(f(index)); });
  return y;
}

Array reduce(const Array& x, const Axes& axes, bool keepdim,
             const std::function<double(std::span<const double>)>& f) {
  Shape outer_shape, inner_shape, result;
  for (int i = 0; i < x.shape.size(); ++i) {
    const bool reduced = axes.contains(i);
    outer_shape.push_back(reduced ? 1 : x.shape[i]);
    inner_shape.push_back(reduced ? x.shape[i] : 1);
    if (keepdim || !reduced) result.push_back(outer_shape[i]);
  }
  Array y = generate(outer_shape, [&](const Dims& outer) {
    std::vector<double> elements;
    for_each_index(inner_shape, [&](const Dims& inner) {
      Dims index = outer;
      for (int i = 0; i < index.size(); ++i) index[i] += inner[i];
      elements.push_back(x(index));
    });
    return f(elements);
  });
  y.shape = result;
  return y;
}

Array apply_along_axis(const Array& x, int axis,
                       const std::function<std::vector<double>(std::span<const double>)>& f) {
  Array y = x;
  const auto length = static_cast<std::size_t>(x.shape[axis]);
  std::size_t stride = 1;
  for (int i = axis + 1; i < x.shape.size(); ++i) stride *= static_cast<std::size_t>(x.shape[i]);
  for (std::size_t first = 0; first < x.values.size(); ++first) {
    if (first / stride % length != 0) continue;
    std::vector<double> slice(length);
    for (std::size_t i = 0; i < length; ++i) slice[i] = x.values[first + i * stride];
    slice = f(slice);
    for (std::size_t i = 0; i < length; ++i) y.values[first + i * stride] = slice[i];
  }
  return y;
}

Array read(const Tensor& x) {
  const Tensor host = x.to(Device::cpu());
  return dispatch(x.dtype(), [&]<class T>() {
    const T* const first = host.data<T>();
    return generate(x.shape(), [&](const Dims& index) {
      return static_cast<double>(first[offset_of(index, host.strides())]);
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
  return generate(x.shape, [&](Dims index) {
    index[axis] = 0;
    return x(index);
  });
}

GuardedTensor::GuardedTensor(const Array& values, DType dtype, Layout layout, Device device) {
  const Strides strides = strides_of(values.shape, layout);
  const bool alone = layout == Layout::alone;
  const std::int64_t offset = alone ? 0 : kGuard;
  Tensor host = empty({alone ? numel(values.shape) : 2 * kGuard + 2 * numel(values.shape)}, {.dtype = dtype});
  if (host.numel() > 0)
    std::memset(host.raw_data(), kSentinel, static_cast<std::size_t>(host.numel()) * size_of(dtype));
  dispatch(dtype, [&]<class T>() {
    T* const first = host.data<T>() + offset;
    for_each_index(values.shape,
                   [&](const Dims& index) { first[offset_of(index, strides)] = convert<T>(values(index)); });
  });
  buffer_ = host.to(device);
  tensor_ = Tensor(buffer_.storage(), dtype, values.shape, strides, offset);
  before_ = bytes();
}

bool GuardedTensor::sentinels_untouched() const {
  std::vector<unsigned char> now = bytes();
  const std::size_t size = size_of(tensor_.dtype());
  for_each_index(tensor_.shape(), [&](const Dims& index) {
    const auto offset =
        (tensor_.offset() + offset_of(index, tensor_.strides())) * static_cast<std::int64_t>(size);
    std::copy_n(before_.begin() + offset, size, now.begin() + offset);
  });
  return now == before_;
}

std::vector<unsigned char> GuardedTensor::bytes() const {
  const Tensor host = buffer_.to(Device::cpu());
  const auto* const first = static_cast<const unsigned char*>(host.raw_data());
  return {first, first + static_cast<std::size_t>(host.numel()) * size_of(host.dtype())};
}

}  // namespace tinytorch::conformance
