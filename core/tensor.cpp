#include "core/tensor.h"

#include <utility>

#include "core/internal/format.h"
#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/internal/check.h"
#include "core/ops/internal/transfer.h"

namespace tinytorch {

NestedValues::NestedValues(std::initializer_list<NestedValues> rows) {
  shape_.push_back(static_cast<std::int64_t>(rows.size()));
  if (rows.size() == 0) return;
  const Shape& first = rows.begin()->shape_;
  for (const std::int64_t length : first) shape_.push_back(length);
  for (const NestedValues& row : rows) {
    if (row.shape_ != first) {
      fail<ShapeError>("tensor", "rows of shape {} and {} in one pair of braces; all must have one shape",
                       first, row.shape_);
    }
    values_.insert(values_.end(), row.values_.begin(), row.values_.end());
  }
}

namespace {

/// The dtype that holds all values: bool, i64 or f32; f32 for no values.
DType common_dtype(const std::vector<Scalar>& values) {
  if (values.empty()) return DType::f32;
  DType dtype = DType::boolean;
  for (const Scalar& value : values) dtype = promote(dtype, value.dtype());
  return dtype;
}

}  // namespace

Tensor::Tensor(std::initializer_list<NestedValues> rows) {
  const NestedValues values(rows);
  const DType dtype = common_dtype(values.values());
  *this = empty(values.shape(), {.dtype = dtype});
  dispatch(dtype, [&]<class T>() {
    T* out = data<T>();
    for (const Scalar& value : values.values()) *out++ = value.to<T>();
  });
}

Tensor::Tensor(WeaklyTyped, Scalar value, DType floating_dtype) {
  *this = empty({}, {.dtype = value.dtype() == DType::f32 ? floating_dtype : value.dtype()});
  dispatch(dtype_, [&]<class T>() { *data<T>() = value.to<T>(); });
  weakly_typed_ = true;
}

Tensor::Tensor(std::shared_ptr<Storage> storage, DType dtype, const Shape& shape, const Strides& strides,
               std::int64_t offset)
    : storage_(std::move(storage)),
      shape_(shape),
      strides_(strides),
      offset_(offset),
      numel_(checked_numel("tensor", shape)),
      dtype_(dtype) {}

std::int64_t Tensor::size(int axis) const { return shape_[normalize_axis("size", axis, rank())]; }

bool Tensor::is_contiguous() const {
  if (numel_ == 0) return true;  // the product below could overflow
  std::int64_t expected = 1;
  for (int i = rank() - 1; i >= 0; --i) {
    if (shape_[i] == 1) continue;
    if (strides_[i] != expected) return false;
    expected *= shape_[i];
  }
  return true;
}

void Tensor::require_dtype(DType wanted) const {
  if (dtype_ != wanted) {
    fail<DTypeError>("data", "the tensor is {}, but it was read as {}; convert it with .to(DType::{})",
                     dtype_, wanted, wanted);
  }
}

template <Element T>
T Tensor::item() const {
  const OpScope scope("item");
  require_defined("item", *this, "the tensor");
  if (numel_ != 1) {
    fail<ShapeError>("item", "needs exactly one element, but the shape is {}; to_vector() reads all of them",
                     shape_);
  }
  const Tensor host = to(Device::cpu());
  return dispatch(dtype_, [&]<class From>() { return convert<T>(*host.data<From>()); });
}

template <Element T>
std::vector<T> Tensor::to_vector() const {
  const OpScope scope("to_vector");
  require_defined("to_vector", *this, "the tensor");
  const Tensor host = contiguous(to({.dtype = dtype_of<T>, .device = Device::cpu()}));
  const T* const first = numel_ == 0 ? nullptr : host.data<T>();
  return std::vector<T>(first, first + numel_);
}

#define TINYTORCH_INSTANTIATE(T)      \
  template T Tensor::item<T>() const; \
  template std::vector<T> Tensor::to_vector<T>() const;
TINYTORCH_INSTANTIATE(bool)
TINYTORCH_INSTANTIATE(std::uint8_t)
TINYTORCH_INSTANTIATE(std::int32_t)
TINYTORCH_INSTANTIATE(std::int64_t)
TINYTORCH_INSTANTIATE(float)
TINYTORCH_INSTANTIATE(double)
#undef TINYTORCH_INSTANTIATE

Tensor Tensor::to(Device device) const { return to(Options{.dtype = {}, .device = device}); }
Tensor Tensor::to(DType dtype) const { return to(Options{.dtype = dtype, .device = {}}); }

Tensor Tensor::to(Options options) const {
  const OpScope scope("to");
  require_defined("to", *this, "the tensor");
  const bool same = options.dtype.value_or(dtype_) == dtype_ && options.device.value_or(device()) == device();
  Tensor y = same ? *this : empty_like(*this, options);
  if (!same && numel_ > 0) transfer(*this, y);
  y.set_weakly_typed(weakly_typed_ && !options.dtype);
  return y;
}

}  // namespace tinytorch
