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
  /// record the computation of the gradients, for higher derivatives; implies retain_graph. With backward(),
  /// the gradient of a leaf then refers to the graph, which refers to the leaf; call zero_grad() to break the
  /// cycle. gradients() makes no cycle.
  bool create_graph = false;
};

/// A tensor with automatic differentiation: a handle to a value and, if it requires a gradient, to a node of
/// the graph. Copies of a leaf share its value and its gradient. Ops on Variables compute the same as ops on
/// Tensors, and record a gradient rule if an operand requires a gradient.
/// ```cpp
/// const Variable x = variable({1.0, 2.0, 3.0});
/// const Variable loss = sum(x * x);
/// loss.backward();
/// std::cout << x.grad();  // [2. 4. 6.]
/// ```
///
/// Threads may share leaves: each may compute with them, run backward(), and call grad(), zero_grad() and
/// set_grad(). Gradients are added one after another, in an order that depends on timing; none is lost. If
/// the threads use different streams, each waits for the one that wrote the gradient last. What changes the
/// value (set_value(), an optimizer's step(), an in-place op) or registers a hook must not run while another
/// thread uses the leaf. Threads that differentiate one graph, or graphs with a common part, pass
/// retain_graph.
///
/// The function variable() makes a leaf, which gets a gradient; the constructor makes a constant.
/// ```cpp
/// const Variable weight = variable(ones({3}));  // a leaf: a parameter (PyTorch: requires_grad=True)
/// const Variable input = Variable(ones({3}));   // a constant: data, targets
/// sum(weight * input).backward();
/// std::cout << weight.grad().defined() << input.grad().defined();  // 10
/// ```
class Variable {
 public:
  /// An undefined Variable.
  Variable() = default;
  /// A constant, which gets no gradient. Tensors and C++ scalars convert to constants implicitly.
  Variable(const Tensor& value) : value_(value) {}
  Variable(Tensor&& value) : value_(std::move(value)) {}
  template <class T>
  requires std::is_arithmetic_v<T> Variable(T value) : value_(value) {}
  /// The result of a recorded op; see record() in autograd/tape.h.
  Variable(const Tensor& value, std::shared_ptr<Node> node) : value_(value), node_(std::move(node)) {}
  Variable(Tensor&& value, std::shared_ptr<Node> node) : value_(std::move(value)), node_(std::move(node)) {}

  bool defined() const { return value().defined(); }
  /// The value as a Tensor, which shares storage with this.
  const Tensor& value() const { return node_ == nullptr || value_.defined() ? value_ : leaf_value(); }
  const Shape& shape() const { return value().shape(); }
  DType dtype() const { return value().dtype(); }
  Device device() const { return value().device(); }
  int rank() const { return value().rank(); }
  std::int64_t numel() const { return value().numel(); }
  std::int64_t size(int axis) const { return value().size(axis); }
  /// The only element, converted to T, which is float by default: item<double>() reads f64 without rounding.
  template <Element T = float>
  T item() const {
    return value().template item<T>();
  }

  /// True if backward() computes a gradient of this variable: for leaves of variable() that are not frozen,
  /// and results computed from them.
  bool requires_grad() const;
  /// True for constants and leaves of variable(); false for the results of recorded ops.
  bool is_leaf() const;

  /// The gradient that backward() accumulated; undefined before the first backward pass. Only leaves store a
  /// gradient, and results on which retain_grad() was called. Later backward passes do not change the tensor
  /// that was returned.
  Tensor grad() const { return grad_variable().value(); }
  /// grad() as a Variable, which can be differentiated again after backward({.create_graph = true}).
  Variable grad_variable() const;
  /// Makes grad() undefined.
  /// @throws ValueError  this is a constant
  void zero_grad();
  /// Replaces the gradient, for example to clip it. The tensor is copied if its storage is shared. A C++
  /// scalar takes the dtype and the device of the value, as in set_value() and as a seed.
  /// @throws ValueError  this is a constant, frozen, or the result of an op without retain_grad(); or `grad`
  ///                     is undefined
  /// @throws ShapeError, DTypeError, DeviceError  `grad` has another shape, dtype or device than the value
  void set_grad(Tensor grad);
  /// Makes the result of an op store its gradient, as leaves do.
  /// @throws ValueError  this is a constant
  void retain_grad() const;

  /// Replaces the value of a leaf and of all its copies, and makes grad() undefined. Results that were
  /// computed from the old value can no longer be differentiated. Module::to() uses it to move parameters.
  /// @throws ValueError  this is not a leaf that requires a gradient
  /// @throws DTypeError  `value` is not floating
  void set_value(Tensor value);

  /// Freezes a leaf and all its copies (false), or thaws them (PyTorch: requires_grad_()). A frozen leaf is a
  /// constant in what is computed from it. Its gradient is discarded, and backward() gives it no other, so
  /// that optimizers skip it; they keep its moments.
  /// ```cpp
  /// Variable weight = variable({2.0});
  /// weight.set_trainable(false);
  /// std::cout << (weight * weight).requires_grad();  // 0
  /// ```
  /// @throws ValueError  this is not a leaf made by variable()
  void set_trainable(bool on);

  /// Runs a backward pass: adds d(this)/d(leaf) to the gradient of each leaf from which this was computed. If
  /// it throws, no gradient is changed; but the graph may be freed, so compute this again before you retry.
  /// @param seed  the gradient with respect to this variable (PyTorch: `gradient`); by default 1, if this has
  ///              one element
  /// @throws ValueError  this is undefined or requires no gradient; the seed is left out and this has several
  ///                     elements; an earlier backward() freed the graph; or since an op was recorded, a
  ///                     tensor that it saved was changed in place, or the value of a leaf was replaced
  /// @throws ShapeError, DTypeError, DeviceError  the seed, or the result of a rule or hook, has another
  ///          shape, dtype or device than the value whose gradient it is
  void backward(BackwardOptions options = {}) const;
  void backward(const Variable& seed, BackwardOptions options = {}) const;

  /// The same value as a constant.
  Variable detach() const { return Variable(value()); }

  /// Registers a function that backward() calls with the complete gradient of this variable, before it stores
  /// or propagates the gradient. If the function's result is defined, it replaces the gradient. It runs on
  /// the thread of the backward pass: where threads share a leaf, several may call it at once.
  /// ```cpp
  /// const Variable x = variable({3.0, 4.0});
  /// x.register_hook([](const Variable& grad) { return grad * 0.5; });
  /// ```
  /// @throws ValueError  this is a constant, or the hook is empty
  void register_hook(std::function<Variable(const Variable&)> hook) const;

  /// A copy on another device or in another dtype; see Tensor::to(). Its gradient is converted back. A result
  /// that is not floating is a constant.
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

/// Makes a leaf that requires a gradient (PyTorch: requires_grad=True). It shares storage with the tensor. Of
/// a C++ scalar, it makes an f32 leaf of shape [], as torch.tensor(1.0) is; variable(full({}, 1, {.dtype =
/// DType::f64})) is f64.
/// @throws ValueError  the tensor is undefined
/// @throws DTypeError  the tensor is not floating
Variable variable(Tensor value);

/// The derivatives d(output)/d(input), one for each input; zeros if the output does not depend on it. grad()
/// of all variables is unchanged.
/// ```cpp
/// const Variable x = variable(3.0);
/// const Variable slope = gradients(x * x * x, std::vector{x}, {.create_graph = true})[0];
/// std::cout << gradients(slope, std::vector{x})[0].item();  // 18, the second derivative
/// ```
/// @param seed  as for Variable::backward()
/// @throws as Variable::backward()
/// @throws ValueError  an input requires no gradient
std::vector<Variable> gradients(const Variable& output, std::span<const Variable> inputs,
                                BackwardOptions options = {}, const Variable& seed = {});

/// Reads a parameter in a template over TensorLike: x itself as a Variable, or its value as a Tensor.
template <TensorLike T>
const T& as(const Variable& x) {
  if constexpr (std::is_same_v<T, Tensor>) {
    return x.value();
  } else {
    return x;
  }
}

/// The value as to_string(Tensor) formats it, followed by "(variable)" for a leaf, "(frozen variable)" for a
/// frozen one, or by "(of NAME)" for the result of the op NAME.
std::string to_string(const Variable& x);
/// Prints to_string(x).
std::ostream& operator<<(std::ostream& out, const Variable& x);

}  // namespace tinytorch
