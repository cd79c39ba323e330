#pragma once

#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "core/device.h"
#include "core/dims.h"
#include "core/dtype.h"
#include "core/scalar.h"
#include "core/storage.h"

namespace tinytorch {

/// What a tensor is made of, or is to become. In a new tensor an element type that is left out is f32, or
/// follows the given numbers, and a device the CPU; in to() what is left out stays as it is.
struct Options {
  std::optional<DType> dtype = {};
  std::optional<Device> device = {};
};

/// Nested braces of numbers, for Tensor{{1, 2}, {3, 4}}.
class NestedValues {
 public:
  template <class T>
  requires std::is_arithmetic_v<T> NestedValues(T value) : values_{value} {}
  /// @throws ShapeError  the rows differ in shape
  NestedValues(std::initializer_list<NestedValues> rows);

  const Shape& shape() const { return shape_; }
  const std::vector<Scalar>& values() const { return values_; }

 private:
  Shape shape_;
  std::vector<Scalar> values_;
};

/// A handle to an n-dimensional array: a shape and strides over storage that handles share. Copying a Tensor
/// copies the handle, not the elements; clone() copies those. Tensors know nothing of gradients: see
/// Variable.
class Tensor {
 public:
  /// Undefined: no shape, no elements. Every op refuses it.
  Tensor() = default;

  /// A number as a tensor of no axes (bool, i64, f32 or f64), so that `x * 2` works. In an op with a tensor
  /// it takes that tensor's element type unless its kind is higher (bool < integer < real): f32 tensor * 0.5
  /// is f32, f64 tensor * 0.5 is f64, i64 tensor * 0.5 is f32; an integer that the tensor's type cannot hold
  /// makes both i64. It may meet tensors of any device. What arithmetic and comparisons make of numbers alone
  /// is a number again; to(dtype) makes it a tensor of that type.
  template <class T>
  requires std::is_arithmetic_v<T> Tensor(T value)
      : Tensor(Number{}, Scalar(value), std::is_same_v<T, float> ? DType::f32 : DType::f64) {}

  /// From numbers: Tensor{1.0, 2.0} has shape [2], Tensor{{1, 2}, {3, 4}} shape [2, 2]. The element type
  /// is f32 where one is real (write `.to(DType::f64)` for more), else i64, and bool where all are bool.
  /// @throws ShapeError  the rows differ in length
  Tensor(std::initializer_list<NestedValues> values);

  /// A view of `storage`. For those who build ops; no check but that the shape is one.
  Tensor(std::shared_ptr<Storage> storage, DType dtype, const Shape& shape, const Strides& strides,
         std::int64_t offset);

  bool defined() const { return storage_ != nullptr; }
  const Shape& shape() const { return shape_; }
  /// In elements; never negative, 0 along a broadcast axis.
  const Strides& strides() const { return strides_; }
  /// Where the first element lies in the storage, in elements.
  std::int64_t offset() const { return offset_; }
  DType dtype() const { return dtype_; }
  Device device() const { return storage_ ? storage_->device() : Device::cpu(); }
  int rank() const { return shape_.size(); }
  std::int64_t numel() const { return numel_; }
  /// The length of an axis; negative ones count from the end.
  /// @throws ShapeError  no such axis
  std::int64_t size(int axis) const;
  /// Row-major without gaps.
  bool is_contiguous() const;
  /// Made from one C++ number, whose element type yields to the other operand's.
  bool is_weakly_typed() const { return weakly_typed_; }
  /// Makes the result of an op on numbers a number. For those who build ops.
  void set_weakly_typed(bool on) { weakly_typed_ = on; }

  /// The first element. On a CUDA tensor it is an address on that device.
  /// @throws DTypeError  T is not this tensor's element type
  template <Element T>
  const T* data() const {
    require_dtype(dtype_of<T>);
    return static_cast<const T*>(raw_data());
  }
  template <Element T>
  T* data() {
    require_dtype(dtype_of<T>);
    return static_cast<T*>(raw_data());
  }
  void* raw_data() { return storage_ ? storage_->data() + byte_offset() : nullptr; }
  const void* raw_data() const { return storage_ ? storage_->data() + byte_offset() : nullptr; }

  /// The only element, as a T; waits for the device.
  /// @throws ShapeError  there is not exactly one
  template <Element T = float>
  T item() const;

  /// The elements in row-major order, as T; waits for the device.
  template <Element T = float>
  std::vector<T> to_vector() const;

  /// The same elements on another device or in another type (see convert()); shares storage with this tensor
  /// if nothing changes.
  /// @throws DeviceError, DTypeError
  Tensor to(Device device) const;
  Tensor to(DType dtype) const;
  Tensor to(Options options) const;

  /// The storage behind this view; shared with the views of the same elements.
  const std::shared_ptr<Storage>& storage() const { return storage_; }
  /// The count of in-place changes to the storage.
  std::uint64_t version() const { return storage_ ? storage_->version() : 0; }

 private:
  struct Number {};
  Tensor(Number, Scalar value, DType real_dtype);

  std::size_t byte_offset() const { return static_cast<std::size_t>(offset_) * size_of(dtype_); }
  void require_dtype(DType wanted) const;

  std::shared_ptr<Storage> storage_;
  Shape shape_;
  Strides strides_;
  std::int64_t offset_ = 0;
  std::int64_t numel_ = 0;
  DType dtype_ = DType::f32;
  bool weakly_typed_ = false;
};

/// As NumPy prints: rows in brackets, columns aligned, eight digits, the middle left out past 1000 elements.
std::string to_string(const Tensor& x);
std::ostream& operator<<(std::ostream& out, const Tensor& x);

/// True for the types that code written once for both modes works on: Tensor and Variable.
template <class T>
inline constexpr bool is_tensor_like = false;
template <>
inline constexpr bool is_tensor_like<Tensor> = true;

template <class T>
concept TensorLike = is_tensor_like<T>;

/// The Tensor behind either, for code written once for both modes.
inline const Tensor& value_of(const Tensor& x) { return x; }

}  // namespace tinytorch
