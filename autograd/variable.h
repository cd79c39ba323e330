#pragma once

#include <functional>
#include <iosfwd>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/tensor.h"

namespace tinytorch {

class Node;

/// The options of a backward pass.
struct BackwardOptions {
  bool retain_graph = false;  ///< keep the saved tensors, so that backward() can run again
  /// Record the computation of the gradients, for higher derivatives; implies retain_graph. A leaf's gradient
  /// then refers to the graph, which refers to the leaf: zero_grad() breaks the cycle. gradients() makes
  /// none.
  bool create_graph = false;
};

/// A tensor with automatic differentiation: a handle to a value and, if it requires a gradient, to its node
/// in the graph. Copies of a leaf are the same leaf: they share its value and its gradient. Ops on Variables
/// compute as those on Tensors, and record a gradient rule if an operand requires a gradient.
/// ```cpp
/// const Variable x = variable({1.0, 2.0, 3.0});
/// const Variable loss = sum(x * x);
/// loss.backward();
/// std::cout << x.grad();  // [2. 4. 6.]
/// ```
class Variable {
 public:
  /// An undefined constant.
  Variable() = default;
  /// A constant, which gets no gradient. Tensors and scalars convert to Variables implicitly.
  Variable(const Tensor& value) : value_(value) {}
  Variable(Tensor&& value) : value_(std::move(value)) {}
  template <class T>
  requires std::is_arithmetic_v<T> Variable(T value) : value_(value) {}
  /// The result of a recorded op; see record() in autograd/tape.h.
  Variable(const Tensor& value, std::shared_ptr<Node> node) : value_(value), node_(std::move(node)) {}
  Variable(Tensor&& value, std::shared_ptr<Node> node) : value_(std::move(value)), node_(std::move(node)) {}

  bool defined() const { return value().defined(); }
  /// The value as a Tensor; shares storage.
  const Tensor& value() const { return node_ == nullptr || value_.defined() ? value_ : leaf_value(); }
  const Shape& shape() const { return value().shape(); }
  DType dtype() const { return value().dtype(); }
  Device device() const { return value().device(); }
  int rank() const { return value().rank(); }
  std::int64_t numel() const { return value().numel(); }
  std::int64_t size(int axis) const { return value().size(axis); }
  /// The only element: see Tensor::item().
  template <Element T = float>
  T item() const {
    return value().template item<T>();
  }

  /// True if backward() computes a gradient of this variable: for leaves, and results computed from them.
  bool requires_grad() const { return node_ != nullptr; }
  /// True for constants and leaves of variable(); false for the results of recorded ops.
  bool is_leaf() const;

  /// The gradient that backward() accumulated; undefined before. Only leaves store one, and results on which
  /// retain_grad() was called.
  const Tensor& grad() const;
  /// grad() as a Variable; after backward({.create_graph = true}) it can be differentiated again.
  const Variable& grad_variable() const;
  /// Makes grad() undefined.
  /// @throws ValueError  this is a constant
  void zero_grad();
  /// Replaces the gradient, for gradient clipping, say. The tensor is copied if its storage is shared.
  /// @throws ValueError  this is a constant, or an op's result without retain_grad(); or `grad` is undefined
  /// @throws ShapeError, DTypeError, DeviceError  the shape, dtype or device differs from that of the value
  void set_grad(Tensor grad);
  /// Makes an op's result store its gradient, as leaves do.
  /// @throws ValueError  this is a constant
  void retain_grad() const;

  /// Replaces the value of a leaf and all its copies, as Module::to() does, and makes grad() undefined.
  /// Results that were computed from the old value can no longer be differentiated.
  /// @throws ValueError  this is not a leaf that requires a gradient
  /// @throws DTypeError  `value` is not floating
  void set_value(Tensor value);

  /// Adds d(this)/d(leaf) to the gradient of each leaf that this was computed from.
  /// @param seed  the gradient with respect to this variable (PyTorch: `gradient`); 1 if left out, which
  ///              requires this to have one element
  /// @throws ValueError  this requires no gradient, or has more than one element and no seed is given; the
  ///                     graph was freed by an earlier backward(); a saved tensor was changed in place or a
  ///                     leaf's value replaced since
  /// @throws ShapeError, DTypeError, DeviceError  the shape, dtype or device of the seed, or of the result of
  ///          a rule or hook, differs from that of its value
  void backward(BackwardOptions options = {}) const;
  void backward(const Variable& seed, BackwardOptions options = {}) const;

  /// The same value as a constant.
  Variable detach() const { return Variable(value()); }

  /// Registers a function that backward() calls with the complete gradient of this variable, before it is
  /// stored or propagated. If the result is defined, it replaces the gradient.
  /// ```cpp
  /// const Variable x = variable({3.0, 4.0});
  /// x.register_hook([](const Variable& grad) { return grad * 0.5; });
  /// ```
  /// @throws ValueError  this is a constant
  void register_hook(std::function<Variable(const Variable&)> hook) const;

  /// The elements on another device or in another dtype: see Tensor::to(). The gradient is converted back. A
  /// result that is not floating is a constant.
  Variable to(Options options) const;
  Variable to(Device device) const { return to(Options{.dtype = {}, .device = device}); }
  Variable to(DType dtype) const { return to(Options{.dtype = dtype, .device = this->device()}); }

  /// The node of this variable in the graph; null for a constant.
  const std::shared_ptr<Node>& node() const { return node_; }

 private:
  const Tensor& leaf_value() const;

  Tensor value_;  // undefined for a leaf that requires a gradient: its node has the value for all copies
  std::shared_ptr<Node> node_;  // null for a constant
};

template <>
inline constexpr bool is_tensor_like<Variable> = true;

inline const Tensor& value_of(const Variable& x) { return x.value(); }

/// A leaf that requires a gradient (PyTorch: requires_grad=True). The tensor is shared, not copied.
/// @throws ValueError  the tensor is undefined
/// @throws DTypeError  it is not floating
Variable variable(Tensor value);

/// d(output)/d(input) for each input, zeros if output does not depend on it. No variable's grad() is changed.
/// ```cpp
/// const Variable x = variable(3.0);
/// const Variable slope = gradients(x * x * x, std::vector{x}, {.create_graph = true})[0];
/// std::cout << gradients(slope, std::vector{x})[0].item();  // 18, the second derivative
/// ```
/// @param seed  as for backward()
/// @throws ValueError  an input requires no gradient; else as backward()
std::vector<Variable> gradients(const Variable& output, std::span<const Variable> inputs,
                                BackwardOptions options = {}, const Variable& seed = {});

/// x itself as a Variable, or its value as a Tensor: how templates for both modes read a parameter.
template <TensorLike T>
const T& as(const Variable& x) {
  if constexpr (std::is_same_v<T, Tensor>) {
    return x.value();
  } else {
    return x;
  }
}

/// The value as to_string(Tensor) formats it, followed by "(variable)" for a leaf or "(of NAME)" for the
/// result of the op NAME.
std::string to_string(const Variable& x);
/// Prints to_string(x).
std::ostream& operator<<(std::ostream& out, const Variable& x);

}  // namespace tinytorch
