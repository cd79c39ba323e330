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

/// The dtype and the device of a new or converted tensor. By default, a new tensor is f32, or has the dtype
/// of the given values, and is on the CPU. A converted tensor keeps the dtype or device that is left out.
/// ```cpp
/// const Tensor x = zeros({2, 3}, {.dtype = DType::f64, .device = Device::cpu()});
/// ```
struct Options {
  std::optional<DType> dtype = {};
  std::optional<Device> device = {};
};

/// The values in nested braces, for Tensor{{1, 2}, {3, 4}}.
class NestedValues {
 public:
  template <class T>
  requires std::is_arithmetic_v<T> NestedValues(T value) : values_{value} {}
  /// @throws ShapeError  the rows differ in shape
  NestedValues(std::initializer_list<NestedValues> rows);

  const Shape& shape() const { return shape_; }
  /// The values in row-major order.
  const std::vector<Scalar>& values() const { return values_; }

 private:
  Shape shape_;
  std::vector<Scalar> values_;
};

/// An n-dimensional array: a handle with a shape and strides over shared storage. Copying a Tensor copies the
/// handle; clone() copies the elements. Ops are free functions; select(), slice() and the ops of
/// core/ops/indexing.h stand in for `x[i]`. For gradients, see Variable.
/// ```cpp
/// const Tensor a{{1.0, 2.0}, {3.0, 4.0}};
/// const Tensor b = matmul(a, transpose(a)) + 0.5;
/// std::cout << b << b.shape() << b.dtype();  // [[ 5.5 11.5] [11.5 25.5]] [2, 2] f32
/// std::cout << sum(b).item();                // 54
/// ```
class Tensor {
 public:
  /// An undefined tensor, which has no elements. It stands for an optional operand that is left out; all
  /// other uses in ops throw ValueError.
  Tensor() = default;

  /// Converts a C++ scalar to a tensor of shape [] (bool, i64, f32 or f64), so that `x * 2` works. The scalar
  /// is weakly typed: in an op with a tensor, it adopts the tensor's dtype unless its own kind is higher
  /// (bool < integer < floating). For example, 0.5 times an f32 tensor is f32, times an f64 tensor f64, and
  /// times an i64 tensor f32. If an integer scalar does not fit the tensor's integer dtype, the op computes
  /// in i64. The tensor can be on any device, and so can the scalar. Arithmetic and comparisons of weakly
  /// typed scalars alone give weakly typed scalars; to(dtype) makes an ordinary tensor of one.
  template <class T>
  requires std::is_arithmetic_v<T> Tensor(T value)
      : Tensor(WeaklyTyped{}, Scalar(value), std::is_same_v<T, float> ? DType::f32 : DType::f64) {}

  /// A tensor of the given values, on the CPU: Tensor{1.0, 2.0} has shape [2], Tensor{{1, 2}, {3, 4}} shape
  /// [2, 2]. The dtype is f32 if any value is floating, bool if all are bool, and otherwise i64. For another
  /// dtype, use to() or from_values().
  /// @throws ShapeError  the rows differ in shape
  Tensor(std::initializer_list<NestedValues> values);

  /// A view of `storage`, for the implementation of ops. Only the shape is checked.
  /// @param offset  the position of the first element in the storage, in elements
  /// @throws ShapeError  a length is negative, or the number of elements does not fit into 63 bits
  Tensor(std::shared_ptr<Storage> storage, DType dtype, const Shape& shape, const Strides& strides,
         std::int64_t offset);

  /// False for a default-constructed tensor.
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
  /// @throws ShapeError  the axis is out of range
  std::int64_t size(int axis) const;
  /// True if the elements are contiguous in row-major order.
  bool is_contiguous() const;
  /// True for a scalar that adopts the dtype of the other operand; see Tensor(T).
  bool is_weakly_typed() const { return weakly_typed_; }
  /// Sets is_weakly_typed() of a result, for the implementation of ops.
  void set_weakly_typed(bool on) { weakly_typed_ = on; }

  /// The address of the first element, on device().
  /// @throws DTypeError  T is not the C++ type of dtype()
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
  /// data() without a type; null if the tensor is undefined.
  void* raw_data() { return storage_ ? storage_->data() + byte_offset() : nullptr; }
  const void* raw_data() const { return storage_ ? storage_->data() + byte_offset() : nullptr; }

  /// The only element, converted to T, which is float by default: item<double>() reads f64, and
  /// item<std::int64_t>() integers, without rounding. Waits for the device.
  /// @throws ShapeError  the tensor does not have exactly one element
  /// @throws ValueError  the tensor is undefined; to_vector() and to() throw it, too
  template <Element T = float>
  T item() const;

  /// The elements in row-major order, converted to T as item() does. Waits for the device.
  template <Element T = float>
  std::vector<T> to_vector() const;

  /// A copy of this tensor on another device or in another dtype; elements are converted by convert(). If
  /// nothing changes, the result shares storage with this tensor.
  /// @throws DeviceError  the device is not available
  /// @throws DTypeError   the dtype is f16 or bf16
  Tensor to(Device device) const;
  Tensor to(DType dtype) const;
  Tensor to(Options options) const;

  /// The storage of the elements, shared with other views.
  const std::shared_ptr<Storage>& storage() const { return storage_; }
  /// The version of the storage, which each in-place change increments.
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

/// The elements as NumPy prints them: rows in brackets, columns aligned, up to eight digits after the point.
/// Tensors of more than 1000 elements are summarized. Waits for the device.
std::string to_string(const Tensor& x);
/// Prints to_string(x).
std::ostream& operator<<(std::ostream& out, const Tensor& x);

/// True for Tensor and Variable.
template <class T>
inline constexpr bool is_tensor_like = false;
template <>
inline constexpr bool is_tensor_like<Tensor> = true;

/// Tensor or Variable. A template over TensorLike works in both modes, with and without gradients.
/// ```cpp
/// template <TensorLike T>
/// T standardize(const T& x) {
///   return (x - mean(x)) / sqrt(mean(square(x - mean(x))));
/// }
/// ```
template <class T>
concept TensorLike = is_tensor_like<T>;

/// The value of a Tensor or Variable as a Tensor, for templates over TensorLike.
inline const Tensor& value_of(const Tensor& x) { return x; }

}  // namespace tinytorch
