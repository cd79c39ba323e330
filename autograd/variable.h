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

struct BackwardOptions {
  bool retain_graph = false;  ///< keep what the rules saved, so that backward can run again
  /// Record the gradients' own computation, for higher derivatives; implies retain_graph. A leaf's gradient
  /// then holds the graph, which holds the leaf: zero_grad() frees them. gradients() makes no such circle.
  bool create_graph = false;
};

/// A tensor in a computation whose derivative is wanted. It is a handle: a value, and for a variable that
/// needs a gradient its node on the tape. Copies of a leaf are the same leaf; they share its value and its
/// gradient. Ops on Variables compute like those on Tensors and record their gradient rule where an operand
/// needs one.
class Variable {
 public:
  Variable() = default;
  /// A constant: no gradient goes to it. A Tensor can stand wherever a Variable is wanted.
  Variable(const Tensor& value) : value_(value) {}
  Variable(Tensor&& value) : value_(std::move(value)) {}
  template <class T>
  requires std::is_arithmetic_v<T> Variable(T value) : value_(value) {}
  /// The result of a recorded op; see record() in autograd/tape.h.
  Variable(const Tensor& value, std::shared_ptr<Node> node) : value_(value), node_(std::move(node)) {}
  Variable(Tensor&& value, std::shared_ptr<Node> node) : value_(std::move(value)), node_(std::move(node)) {}

  bool defined() const { return value().defined(); }
  /// The way back to Tensors; shares storage.
  const Tensor& value() const { return node_ == nullptr || value_.defined() ? value_ : leaf_value(); }
  const Shape& shape() const { return value().shape(); }
  DType dtype() const { return value().dtype(); }
  Device device() const { return value().device(); }
  int rank() const { return value().rank(); }
  std::int64_t numel() const { return value().numel(); }
  std::int64_t size(int axis) const { return value().size(axis); }
  template <Element T = float>
  T item() const {
    return value().template item<T>();
  }

  /// True where backward() brings a gradient here or through here.
  bool requires_grad() const { return node_ != nullptr; }
  /// True for constants and for what variable() made: nothing that an op computed.
  bool is_leaf() const;

  /// The gradient that backward() summed up here; undefined before. Only leaves keep one, and what
  /// retain_grad() was called on.
  const Tensor& grad() const;
  /// The same as a Variable; after backward({.create_graph = true}) it can be differentiated again.
  const Variable& grad_variable() const;
  /// Forgets the gradient. @throws ValueError  a constant
  void zero_grad();
  /// Puts a gradient in place of the one there, for clipping and the like; copied where something else shares
  /// it.
  /// @throws ValueError  a constant, or an op's result that keeps no gradient
  /// @throws ShapeError, DTypeError, DeviceError  it does not fit the value
  void set_grad(Tensor grad);
  /// Makes an op's result keep its gradient, as leaves do. @throws ValueError  a constant
  void retain_grad() const;

  /// Replaces a leaf's value in all its copies, as Module::to() does; forgets the gradient. What was computed
  /// from the old value can no longer be differentiated.
  /// @throws ValueError  not a leaf that requires a gradient. DTypeError  not floating
  void set_value(Tensor value);

  /// Adds d(this)/d(leaf) to the gradient of each leaf that this was computed from. `seed` is the gradient of
  /// what is finally wanted by this; 1 where left out, which needs this to have one element.
  /// @throws ValueError  no gradient required, more than one element without a seed, graph freed by an
  /// earlier
  ///                     backward, a saved tensor was changed in place or a leaf's value replaced since
  /// @throws ShapeError, DTypeError, DeviceError  seed, or what a rule or a hook gave, does not fit its value
  void backward(BackwardOptions options = {}) const;
  void backward(const Variable& seed, BackwardOptions options = {}) const;

  /// The same value as a constant.
  Variable detach() const { return Variable(value()); }

  /// Calls `hook` with this variable's whole gradient each time backward() reaches it, before it is stored or
  /// passed on; a defined result of the same shape takes its place. @throws ValueError  a constant
  void register_hook(std::function<Variable(const Variable&)> hook) const;

  /// The same elements elsewhere or in another type; the gradient goes back the same way. Integers are
  /// constants.
  Variable to(Options options) const;
  Variable to(Device device) const { return to(Options{.dtype = {}, .device = device}); }
  Variable to(DType dtype) const { return to(Options{.dtype = dtype, .device = this->device()}); }

  /// The op that computed this, or the leaf; null for a constant.
  const std::shared_ptr<Node>& node() const { return node_; }

 private:
  const Tensor& leaf_value() const;

  Tensor value_;  // of a leaf that requires a gradient: undefined, its node holds the value for all copies
  std::shared_ptr<Node> node_;  // null for a constant
};

template <>
inline constexpr bool is_tensor_like<Variable> = true;

inline const Tensor& value_of(const Variable& x) { return x.value(); }

/// A leaf whose gradient is wanted. The tensor is shared, not copied.
/// @throws DTypeError  not floating
Variable variable(Tensor value);

/// d(output)/d(input) for each input, without touching any variable's grad(): zero-filled where output does
/// not depend on it. `seed` as for backward().
/// @throws ValueError  an input requires no gradient; else as backward()
std::vector<Variable> gradients(const Variable& output, std::span<const Variable> inputs,
                                BackwardOptions options = {}, const Variable& seed = {});

/// The value as a Tensor or the Variable itself: how code written for both modes reads a parameter.
template <TensorLike T>
const T& as(const Variable& x) {
  if constexpr (std::is_same_v<T, Tensor>) {
    return x.value();
  } else {
    return x;
  }
}

std::string to_string(const Variable& x);
std::ostream& operator<<(std::ostream& out, const Variable& x);

}  // namespace tinytorch
