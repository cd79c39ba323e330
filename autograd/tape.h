#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "autograd/grad_mode.h"
#include "autograd/variable.h"
#include "core/internal/object_pool.h"
#include "core/ops/internal/shape.h"
#include "core/stream.h"

/// The graph that record() builds and backward() traverses. Include this header to define your own ops.
/// ```cpp
/// // x³; the gradient with respect to x is grad * 3 * x².
/// Variable cube(const Variable& x) {
///   return record("cube", pow(x.value(), 3), {x}, [x = Saved(x)](const RuleArguments& at) {
///     return Gradients(at.grad * 3 * *x * *x);
///   });
/// }
/// ```
/// An op for templates over TensorLike also needs an overload of the same name for Tensors. Without it, a
/// Tensor converts to a Variable, and the result is a Variable.
namespace tinytorch {

/// The gradients that a rule returns: one for each input, in order. The gradient of an input that needs none
/// is undefined.
class Gradients {
 public:
  template <class... V>
  requires(std::is_convertible_v<V, Variable>&&...) explicit Gradients(V&&... gradients) {
    items_.reserve(sizeof...(V));
    (items_.emplace_back(std::forward<V>(gradients)), ...);
  }
  explicit Gradients(std::vector<Variable> gradients)
      : items_(std::make_move_iterator(gradients.begin()), std::make_move_iterator(gradients.end())) {}

  /// Appends the gradient of the next input.
  void push_back(Variable gradient) { items_.push_back(std::move(gradient)); }

  std::size_t size() const { return items_.size(); }
  Variable& operator[](std::size_t i) { return items_[i]; }

 private:
  PoolVector<Variable> items_;
};

/// The arguments of a gradient rule.
class RuleArguments {
 public:
  RuleArguments(const Variable& grad, const Node& node) : grad(grad), node_(node) {}

  const Variable& grad;  ///< the gradient with respect to the op's result, of its shape and dtype

  /// True if input i needs a gradient. A rule of several inputs skips the work for an input that does not.
  bool wants(std::size_t i) const;
  /// The shape of input i, which must need a gradient.
  const Shape& shape(std::size_t i) const;
  /// The op's result, in rules of record_with_output().
  /// @throws ValueError  the result was changed in place since, or the op was recorded by record()
  Variable output() const;

  /// The gradient of input i: the result of `compute()`, summed over the axes along which the input was
  /// broadcast, and converted to the input's dtype. If input i needs no gradient, `compute` is not called,
  /// and the result is undefined.
  template <class Compute>
  Variable gradient(std::size_t i, const Compute& compute) const {
    return wants(i) ? fitted(i, compute()) : Variable();
  }

 private:
  Variable fitted(std::size_t i, Variable&& gradient) const;

  const Node& node_;
};

/// An optional argument of a rule: makes the gradient of one input. A rule of several inputs takes one for
/// each.
/// ```cpp
/// Variable multiply(const Variable& a, const Variable& b) {
///   const auto rule = [a = Saved(a), b = Saved(b)](const RuleArguments& at, InputGradient da,
///                                                  InputGradient db) {
///     return Gradients(da([&] { return at.grad * *b; }), db([&] { return at.grad * *a; }));
///   };
///   return record("multiply", a.value() * b.value(), {a, b}, rule);
/// }
/// ```
class InputGradient {
 public:
  InputGradient(const RuleArguments& at, std::size_t i) : at_(&at), i_(i) {}

  /// True if the input needs a gradient.
  bool wanted() const { return at_->wants(i_); }
  /// The shape of the input, which must need a gradient.
  const Shape& shape() const { return at_->shape(i_); }
  /// RuleArguments::gradient() of this input.
  template <class Compute>
  Variable operator()(const Compute& compute) const {
    return at_->gradient(i_, compute);
  }

 private:
  const RuleArguments* at_;
  std::size_t i_;
};

/// A variable that is saved for a gradient rule. Reading it checks that it was not changed in place since it
/// was saved. If nothing is recorded, nothing is saved.
class Saved {
 public:
  /// @param needed  false if the rule will not read the variable; then nothing is saved
  explicit Saved(const Variable& x, bool needed = true);
  /// The saved variable.
  /// @throws ValueError  it was changed in place since
  const Variable& operator*() const {
    if (variable_.value().version() != version_) fail_changed();
    return variable_;
  }
  const Variable* operator->() const { return &**this; }

 private:
  [[noreturn]] void fail_changed() const;

  Variable variable_;  // with its value at that time, also if it is a leaf, whose value can be replaced
  std::uint64_t version_ = 0;
};

/// The gradient that a node stores. Several threads may run backward passes that end in one leaf and read its
/// gradient, each in a stream of its own.
struct StoredGradient {
  /// Guards all stored gradients, because a backward pass changes those of all its leaves at once.
  static inline constinit std::mutex mutex;

  Variable value;
  std::optional<Stream> stream = {};  ///< the stream that last wrote the value; none on the CPU

  /// The value, for which the current stream waits.
  Variable read() const;
  /// Replaces the value by one that the current stream wrote.
  void replace(Variable next);
  /// The current stream of the value's device, after it was made to wait for the value; none on the CPU.
  std::optional<Stream> stream_after(Device device) const;
};

/// A node of the graph: a recorded op, or a leaf. Sequence numbers increase along every path from a leaf, so
/// that a traversal in descending order visits a node after all nodes that were computed from it.
class Node : public std::enable_shared_from_this<Node> {
 public:
  using Hook = std::function<Variable(const Variable&)>;

  Node(const char* name, const Tensor& value);
  virtual ~Node() = default;
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  /// Runs the gradient rule.
  /// @throws ValueError  the node was released, or a saved tensor was changed in place
  Gradients differentiate(const Variable& grad) const;
  /// The range of its only input that the op's result is, for a rule with a member `range`; none for others.
  virtual std::optional<AxisRange> range() const { return std::nullopt; }
  /// Frees the rule with its saved tensors, and the links to the inputs.
  virtual void release() = 0;
  /// A leaf's value; null for a recorded op.
  virtual Tensor* leaf_value() { return nullptr; }
  /// The op's result.
  /// @throws ValueError  the result was changed in place since, or was not saved
  virtual Variable output() const;

  const char* const name;  ///< the op's name
  std::uint64_t sequence;  ///< the sequence number; a leaf whose value is replaced gets a new one
  // The shape, dtype and device of the node's value and of its gradient.
  Shape shape;
  DType dtype;
  Device device;

  PoolVector<std::shared_ptr<Node>> inputs;  ///< null for an input that needs no gradient
  std::vector<Hook> hooks;
  bool frozen = false;                   ///< a leaf that gets no gradient; see Variable::set_trainable()
  std::unique_ptr<StoredGradient> grad;  ///< null if the node stores none: an op without retain_grad()

  /// The next sequence number.
  static std::uint64_t next_sequence();
  /// Takes ownership of a new node.
  static std::shared_ptr<Node> own(Node* node) {
    return std::shared_ptr<Node>(node, &dispose, PoolAllocator<Node>());
  }

  static void* operator new(std::size_t bytes) { return allocate_object(bytes); }
  static void operator delete(void* node, std::size_t bytes) { deallocate_object(node, bytes); }

 protected:
  virtual Gradients apply(const Variable& grad) const = 0;
  [[noreturn]] void fail_released() const;
  [[noreturn]] void fail_output_changed() const;

 private:
  /// Deletes a node and its inputs iteratively, because recursion along a long chain would overflow the
  /// stack.
  static void dispose(Node* node);

  Node* next_disposed_ = nullptr;
};

/// The inputs of an op for record(): `{a, b}`, or a span. It is empty if nothing is recorded.
class Inputs {
 public:
  Inputs(std::initializer_list<std::reference_wrapper<const Variable>> inputs);
  Inputs(std::span<const Variable> inputs);

  /// True if grad_enabled() and at least one input needs a gradient.
  bool recording() const { return !nodes_.empty(); }
  /// Moves the inputs' nodes out.
  PoolVector<std::shared_ptr<Node>> release_nodes() { return std::move(nodes_); }

 private:
  PoolVector<std::shared_ptr<Node>> nodes_;
};

/// Makes a Variable of the result of an op. If `value` is floating, an input needs a gradient and
/// grad_enabled(), it has a node with the gradient rule; otherwise it is a constant. A rule that computes
/// with ops on Variables can be differentiated again.
/// @param name   the op's name in error messages; not copied
/// @param value  the result of the op
/// @param rule   a function of `const RuleArguments&`, and optionally an InputGradient for each input, that
///               returns Gradients. That of an op whose result is a range of an axis of its only input may
///               have a member `AxisRange range`. The backward pass then adds the gradient to that range of
///               the input's, and calls the rule only where it cannot.
template <class Rule>
Variable record(const char* name, Tensor value, Inputs inputs, Rule rule);

/// record() for a rule that reads the op's result, by RuleArguments::output(). Unlike a Saved result, this
/// makes no reference cycle.
template <class Rule>
Variable record_with_output(const char* name, Tensor value, Inputs inputs, Rule rule);

/// The partial derivatives d(output)/d(input), as if no input were computed from another: the backward pass
/// stops at the inputs. It is for rules that recompute ops, such as checkpoint()'s. The gradient is undefined
/// for an input that requires none. If an input is given twice, its first gradient is complete and its second
/// is zero.
/// @throws ValueError  as gradients()
std::vector<Variable> partial_gradients(const Variable& output, std::span<const Variable> inputs,
                                        BackwardOptions options, const Variable& seed);

}  // namespace tinytorch

#include "autograd/internal/op_node.h"  // the definitions of record() and record_with_output()
