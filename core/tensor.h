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

/// The dtype and the device of a new or converted tensor. By default a new tensor is f32, or has the dtype of
/// the given values, and is on the CPU; to() keeps what is left out.
/// ```cpp
/// const Tensor x = zeros({2, 3}, {.dtype = DType::f64, .device = Device::cpu()});
/// ```
struct Options {
  std::optional<DType> dtype = {};
  std::optional<Device> device = {};
};

/// The values of nested braces, for Tensor{{1, 2}, {3, 4}}.
class NestedValues {
 public:
  template <class T>
  requires std::is_arithmetic_v<T> NestedValues(T value) : values_{value} {}
  /// @throws ShapeError  the rows differ in shape
  NestedValues(std::initializer_list<NestedValues> rows);

  const Shape& shape() const { return shape_; }
  /// In row-major order.
  const std::vector<Scalar>& values() const { return values_; }

 private:
  Shape shape_;
  std::vector<Scalar> values_;
};

/// An n-dimensional array: a handle with a shape and strides over shared storage. Copying a Tensor copies the
/// handle; clone() copies the elements. For gradients see Variable.
/// ```cpp
/// const Tensor a{{1.0, 2.0}, {3.0, 4.0}};
/// const Tensor b = matmul(a, transpose(a)) + 0.5;
/// std::cout << b << b.shape() << b.dtype();  // [[ 5.5 11.5] [11.5 25.5]] [2, 2] f32
/// std::cout << sum(b).item();                // 54
/// ```
class Tensor {
 public:
  /// An undefined tensor, without shape and elements. Ops throw if they get one.
  Tensor() = default;

  /// A scalar as a tensor of no axes (bool, i64, f32 or f64), so that `x * 2` works. It is weakly typed: in
  /// an op with a tensor it yields to the tensor's dtype unless its kind is higher (bool < integer <
  /// floating). f32 tensor * 0.5 is f32, f64 tensor * 0.5 is f64, i64 tensor * 0.5 is f32; an integer that
  /// the tensor's dtype cannot represent makes both i64. The tensor can be on any device. Arithmetic and
  /// comparisons of weakly typed scalars alone give one again; to(dtype) gives a tensor of that dtype.
  template <class T>
  requires std::is_arithmetic_v<T> Tensor(T value)
      : Tensor(WeaklyTyped{}, Scalar(value), std::is_same_v<T, float> ? DType::f32 : DType::f64) {}

  /// A tensor of the given values: Tensor{1.0, 2.0} has shape [2], Tensor{{1, 2}, {3, 4}} shape [2, 2]. The
  /// dtype is f32 if a value is floating, bool if all are bool, else i64; from_values() makes f64 tensors.
  /// @throws ShapeError  the rows differ in shape
  Tensor(std::initializer_list<NestedValues> values);

  /// A view of `storage`, for the implementation of ops. Only the shape is checked.
  /// @throws ShapeError  a length is negative, or the number of elements does not fit into 63 bits
  Tensor(std::shared_ptr<Storage> storage, DType dtype, const Shape& shape, const Strides& strides,
         std::int64_t offset);

  /// False for the default constructor's tensor.
  bool defined() const { return storage_ != nullptr; }
  const Shape& shape() const { return shape_; }
  /// The strides in elements; never negative, 0 along a broadcast axis.
  const Strides& strides() const { return strides_; }
  /// The position of the first element in the storage, in elements.
  std::int64_t offset() const { return offset_; }
  DType dtype() const { return dtype_; }
  Device device() const { return storage_ ? storage_->device() : Device::cpu(); }
  int rank() const { return shape_.size(); }
  std::int64_t numel() const { return numel_; }
  /// The length of an axis; negative ones count from the end.
  /// @throws ShapeError  no such axis
  std::int64_t size(int axis) const;
  /// True if the elements are contiguous, in row-major order.
  bool is_contiguous() const;
  /// True for a scalar whose dtype yields to that of the other operand: see Tensor(T).
  bool is_weakly_typed() const { return weakly_typed_; }
  /// Sets is_weakly_typed() of a result, for the implementation of ops.
  void set_weakly_typed(bool on) { weakly_typed_ = on; }

  /// The address of the first element, on device().
  /// @throws DTypeError  T is not the type of the elements
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
  /// data() of any dtype; null if the tensor is undefined.
  void* raw_data() { return storage_ ? storage_->data() + byte_offset() : nullptr; }
  const void* raw_data() const { return storage_ ? storage_->data() + byte_offset() : nullptr; }

  /// The only element, converted to T; waits for the device.
  /// @throws ShapeError  the tensor has not exactly one element
  template <Element T = float>
  T item() const;

  /// The elements in row-major order, converted to T; waits for the device.
  template <Element T = float>
  std::vector<T> to_vector() const;

  /// The elements on another device or in another dtype, converted by convert(). Shares storage with this
  /// tensor if nothing changes.
  /// @throws DeviceError  the device is not available
  /// @throws DTypeError  the dtype is f16 or bf16
  Tensor to(Device device) const;
  Tensor to(DType dtype) const;
  Tensor to(Options options) const;

  /// The storage of the elements, shared with other views.
  const std::shared_ptr<Storage>& storage() const { return storage_; }
  /// The version of the storage, incremented by in-place changes.
  std::uint64_t version() const { return storage_ ? storage_->version() : 0; }

 private:
  struct WeaklyTyped {};
  Tensor(WeaklyTyped, Scalar value, DType floating_dtype);

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

/// The elements as NumPy prints them: rows in brackets, columns aligned, up to eight digits after the point;
/// tensors of more than 1000 elements are summarised. Waits for the device.
std::string to_string(const Tensor& x);
/// Prints to_string(x).
std::ostream& operator<<(std::ostream& out, const Tensor& x);

/// True for Tensor and Variable.
template <class T>
inline constexpr bool is_tensor_like = false;
template <>
inline constexpr bool is_tensor_like<Tensor> = true;

/// The types that templates for both modes, with and without gradients, accept: Tensor and Variable.
/// ```cpp
/// template <TensorLike T>
/// T standardize(const T& x) {
///   return (x - mean(x)) / sqrt(mean(square(x - mean(x))));
/// }
/// ```
template <class T>
concept TensorLike = is_tensor_like<T>;

/// The value of a Tensor or Variable, for templates for both modes.
inline const Tensor& value_of(const Tensor& x) { return x; }

}  // namespace tinytorch
