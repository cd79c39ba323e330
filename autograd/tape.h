#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "autograd/grad_mode.h"
#include "autograd/variable.h"

/// The tape: what record() writes and backward() reads. Users need it to define ops of their own:
///
///     Variable cube(const Variable& x) {
///       return record("cube", pow(x.value(), 3), {x}, [x = Saved(x)](const RuleArguments& at) {
///         return Gradients(at.grad * 3 * *x * *x);
///       });
///     }
namespace tinytorch {

/// The gradients that a rule returns, one an input in their order; undefined for an input that wants none.
class Gradients {
 public:
  template <class... V>
  requires(std::is_convertible_v<V, Variable>&&...) explicit Gradients(V&&... gradients) {
    items_.reserve(sizeof...(V));
    (items_.emplace_back(std::forward<V>(gradients)), ...);
  }
  explicit Gradients(std::vector<Variable> gradients) : items_(std::move(gradients)) {}

  std::size_t size() const { return items_.size(); }
  Variable& operator[](std::size_t i) { return items_[i]; }

 private:
  std::vector<Variable> items_;
};

/// What a gradient rule is given.
class RuleArguments {
 public:
  RuleArguments(const Variable& grad, const Node& node) : grad(grad), node_(node) {}

  const Variable& grad;  ///< the gradient of the op's result, of its shape and type

  /// Whether input i needs a gradient; a rule of several inputs skips the work for one that does not.
  bool wants(std::size_t i) const;
  /// The shape of input i, which wants a gradient.
  const Shape& shape(std::size_t i) const;
  /// The op's result, for rules given to record_with_output().
  /// @throws ValueError  it was changed in place since
  Variable output() const;

  /// What `compute` gives as the gradient of input i: summed over the axes along which that was broadcast and
  /// in its element type. Undefined, and `compute` not called, where it wants none.
  template <class Compute>
  Variable gradient(std::size_t i, const Compute& compute) const {
    return wants(i) ? fitted(i, compute()) : Variable();
  }

 private:
  Variable fitted(std::size_t i, Variable&& gradient) const;

  const Node& node_;
};

/// The gradient of one input, for rules that name theirs:
///     [a = Saved(a), b = Saved(b)](const RuleArguments& at, InputGradient da, InputGradient db) {
///       return Gradients(da([&] { return at.grad * *b; }), db([&] { return at.grad * *a; }));
///     }
class InputGradient {
 public:
  InputGradient(const RuleArguments& at, std::size_t i) : at_(&at), i_(i) {}

  bool wanted() const { return at_->wants(i_); }
  /// The shape of the input, which wants a gradient.
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

/// A variable that a rule will read, with a check that nobody changed it in place in between. Empty where
/// nothing is being recorded.
class Saved {
 public:
  /// @param needed  false leaves it empty: no rule will read it
  explicit Saved(const Variable& x, bool needed = true);
  /// @throws ValueError  it was changed in place since
  const Variable& operator*() const {
    if (variable_.value().version() != version_) fail_changed();
    return variable_;
  }
  const Variable* operator->() const { return &**this; }

 private:
  [[noreturn]] void fail_changed() const;

  Variable variable_;  // of a leaf too with the value that it had then
  std::uint64_t version_ = 0;
};

/// One recorded op, or a leaf. Sequence numbers grow along every path of the tape, so a sweep in descending
/// order meets a node only after all that was computed from it.
class Node : public std::enable_shared_from_this<Node> {
 public:
  using Hook = std::function<Variable(const Variable&)>;

  Node(const char* name, const Tensor& value);
  virtual ~Node() = default;
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  /// Runs the rule. @throws ValueError  it was released, or what it saved was changed in place
  Gradients differentiate(const Variable& grad) const;
  /// Frees what the rule saved and the way to its inputs.
  virtual void release() = 0;
  /// A leaf's value; null for a recorded op.
  virtual Tensor* leaf_value() { return nullptr; }
  /// The op's result. @throws ValueError  it was changed in place since, or not recorded
  virtual Variable output() const;

  const char* const name;
  std::uint64_t sequence;  ///< of a leaf whose value was replaced: a new one
  // What a gradient of this node's value must look like.
  Shape shape;
  DType dtype;
  Device device;

  std::vector<std::shared_ptr<Node>> inputs;  ///< null for an input that needs no gradient
  std::vector<Hook> hooks;
  std::unique_ptr<Variable> grad;  ///< null where none is kept: ops, unless retain_grad() was called

  /// The next sequence number.
  static std::uint64_t next_sequence();
  /// Deletes nodes one after another instead of recursively: a chain may be longer than the stack is deep.
  static void dispose(Node* node);

 protected:
  virtual Gradients apply(const Variable& grad) const = 0;
  [[noreturn]] void fail_released() const;
  [[noreturn]] void fail_output_changed() const;

 private:
  Node* next_disposed_ = nullptr;
};

/// The inputs of an op that is to be recorded: `{a, b}`, or a span. Empty where nothing is being recorded.
class Inputs {
 public:
  Inputs(std::initializer_list<std::reference_wrapper<const Variable>> inputs);
  Inputs(std::span<const Variable> inputs);

  /// Whether any of them needs a gradient and this thread records.
  bool recording() const { return !nodes_.empty(); }
  std::vector<std::shared_ptr<Node>> take_nodes() { return std::move(nodes_); }

 private:
  std::vector<std::shared_ptr<Node>> nodes_;
};

/// Makes the result of an op a Variable: `value` as a constant if it is not floating or no input needs a
/// gradient, else with a node that holds `rule`, a function from RuleArguments to Gradients, which may take
/// an InputGradient for each input besides. Written with ops on Variables, a rule can be differentiated
/// again.
template <class Rule>
Variable record(const char* name, Tensor value, Inputs inputs, Rule rule);

/// The same for a rule that reads the op's result, RuleArguments::output().
template <class Rule>
Variable record_with_output(const char* name, Tensor value, Inputs inputs, Rule rule);

/// For rules that run ops of their own: d(output)/d(input) for each input as if none of them were computed
/// from another, and undefined for those that require no gradient. The sweep goes no further back than them.
std::vector<Variable> partial_gradients(const Variable& output, std::span<const Variable> inputs,
                                        BackwardOptions options, const Variable& seed);

// Definitions of the templates.

namespace detail {

/// Calls a rule with as many InputGradients as it takes.
template <class Rule, std::size_t... i>
Gradients call_rule(const Rule& rule, const RuleArguments& at, std::index_sequence<i...>) {
  if constexpr (std::is_invocable_v<const Rule&, const RuleArguments&, decltype(InputGradient(at, i))...>) {
    return rule(at, InputGradient(at, i)...);
  } else {
    static_assert(sizeof...(i) < 8,
                  "a rule takes RuleArguments, and an InputGradient for each input or none");
    return call_rule(rule, at, std::make_index_sequence<sizeof...(i) + 1>());
  }
}

/// A recorded op with the rule that is its own.
template <class Rule>
class OpNode : public Node {
 public:
  OpNode(const char* name, const Tensor& value, Inputs& inputs, Rule& rule)
      : Node(name, value), rule_(std::move(rule)) {
    this->inputs = inputs.take_nodes();
  }

  void release() override {
    rule_.reset();
    inputs.clear();
    hooks.clear();
  }

 protected:
  Gradients apply(const Variable& grad) const override {
    if (!rule_) this->fail_released();
    return call_rule(*rule_, RuleArguments(grad, *this), std::index_sequence<>());
  }

 private:
  std::optional<Rule> rule_;
};

template <class Rule>
class OpNodeWithOutput final : public OpNode<Rule> {
 public:
  OpNodeWithOutput(const char* name, const Tensor& value, Inputs& inputs, Rule& rule)
      : OpNode<Rule>(name, value, inputs, rule), output_(value), version_(value.version()) {}

  void release() override {
    OpNode<Rule>::release();
    output_ = Tensor();
  }

  Variable output() const override {
    if (output_.version() != version_) this->fail_output_changed();
    // Kept without its node, which would own itself.
    if (!grad_enabled()) return Variable(output_);
    return Variable(output_, std::const_pointer_cast<Node>(this->shared_from_this()));
  }

 private:
  Tensor output_;
  std::uint64_t version_;
};

template <class NodeType, class Rule>
Variable record_as(const char* name, Tensor& value, Inputs& inputs, Rule& rule) {
  if (!inputs.recording() || !is_floating(value.dtype())) return Variable(std::move(value));
  std::shared_ptr<Node> node(new NodeType(name, value, inputs, rule), &Node::dispose);
  return Variable(std::move(value), std::move(node));
}

}  // namespace detail

template <class Rule>
Variable record(const char* name, Tensor value, Inputs inputs, Rule rule) {
  return detail::record_as<detail::OpNode<Rule>>(name, value, inputs, rule);
}

template <class Rule>
Variable record_with_output(const char* name, Tensor value, Inputs inputs, Rule rule) {
  return detail::record_as<detail::OpNodeWithOutput<Rule>>(name, value, inputs, rule);
}

}  // namespace tinytorch
