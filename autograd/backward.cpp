#include "autograd/ops.h"
#include "autograd/tape.h"
#include "core/internal/format.h"

#include <algorithm>
#include <limits>
#include <map>
#include <unordered_map>
#include <unordered_set>

namespace tinytorch {
namespace {

/// Checks that `grad` has the shape, dtype and device of the node's value.
/// @param what  returns the name of the gradient for messages
/// @throws ShapeError, DTypeError, DeviceError
template <class What>
void require_fit(const char* op, const Variable& grad, const Node& node, const What& what) {
  if (grad.shape() != node.shape) {
    fail<ShapeError>(op, "{} is {}, but the value is {}; the shapes must be equal", what(), grad.shape(),
                     node.shape);
  }
  if (grad.dtype() != node.dtype) {
    fail<DTypeError>(op, "{} is {}, but the value is {}; convert it with .to(DType::{})", what(),
                     grad.dtype(), node.dtype, node.dtype);
  }
  if (grad.device() != node.device) {
    fail<DeviceError>(op, "{} is on {}, but the value is on {}; move it with .to()", what(), grad.device(),
                      node.device);
  }
}

/// True if writing to x changes no other tensor.
bool has_one_owner(const Tensor& x) { return x.is_contiguous() && x.storage().use_count() == 1; }

/// The gradient as a variable stores it: contiguous, in storage that nothing else shares.
Variable owned(Variable grad) {
  if (has_one_owner(grad.value())) return grad;
  return grad.value().is_contiguous() ? clone(grad) : contiguous(grad);
}

/// One backward pass. The gradients of nodes that are still to be visited are in a map ordered by sequence
/// number, newest first: when a node is visited, all nodes that were computed from it have been, so that its
/// gradient is complete.
class BackwardPass {
 public:
  /// @param stop_at_captured  captured nodes are not differentiated
  explicit BackwardPass(BackwardOptions options, bool stop_at_captured = false)
      : stop_at_captured_(stop_at_captured),
        retain_(options.retain_graph || options.create_graph),
        create_graph_(options.create_graph),
        mode_(options.create_graph) {}

  /// Captures this node's gradient for captured_gradients(). Once a node is captured, no node's own gradient
  /// is changed.
  void capture(const Node& node) {
    captured_.try_emplace(&node);
    oldest_captured_ = std::min(oldest_captured_, node.sequence);
  }

  /// If it throws, no stored gradient is changed; the graph may be freed in part.
  void run(const Variable& output, Variable&& seed) {
    add_pending(output.node(), std::move(seed));
    while (!pending_.empty()) {
      const auto newest = pending_.extract(pending_.begin());
      visit(newest.mapped().node, newest.mapped().grad);
    }
    store_completed();
  }

  /// The captured gradients of the inputs; zeros for an input that got none. Called once.
  std::vector<Variable> captured_gradients(std::span<const Variable> inputs) {
    std::vector<Variable> grads;
    grads.reserve(inputs.size());
    for (const Variable& input : inputs) grads.push_back(captured_.at(input.node().get()));
    captured_.clear();
    for (std::size_t i = 0; i < grads.size(); ++i) {
      grads[i] = grads[i].defined() ? owned(std::move(grads[i])) : zeros_like(inputs[i]);
    }
    return grads;
  }

 private:
  /// A node that is still to be visited, with its gradient so far.
  struct Pending {
    Pending(std::shared_ptr<Node> node, Variable&& grad) : node(std::move(node)), grad(std::move(grad)) {}
    std::shared_ptr<Node> node;
    Variable grad;
  };

  /// The complete gradient of a node that stores its gradient.
  struct Completed {
    std::shared_ptr<Node> node;
    Variable grad;
  };

  void visit(const std::shared_ptr<Node>& visited, Variable& grad) {
    Node& node = *visited;
    for (std::size_t i = 0; i < node.hooks.size(); ++i) run_hook(node, i, grad);
    if (node.leaf_value() != nullptr) {
      complete(visited, std::move(grad));
      return;
    }
    const bool is_captured = complete(visited, grad);
    if (is_captured && stop_at_captured_) return;
    if (!captured_.empty() && node.sequence <= oldest_captured_) return;
    Gradients gradients = node.differentiate(grad);
    if (gradients.size() != node.inputs.size()) {
      fail<ValueError>("backward", "the rule of {} gave {} gradients for {} inputs; give one for each input",
                       node.name, gradients.size(), node.inputs.size());
    }
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      if (node.inputs[i] != nullptr) propagate(node, i, std::move(gradients[i]));
    }
    if (!retain_) node.release();
  }

  void run_hook(const Node& node, std::size_t i, Variable& grad) {
    const Node::Hook hook = node.hooks[i];  // a copy: the hook may register another
    Variable replacement = hook(grad);
    if (!replacement.defined()) return;
    require_fit("backward", replacement, node,
                [&] { return fmt::format("the gradient from a hook on {}", node.name); });
    grad = std::move(replacement);
  }

  /// Keeps the complete gradient of a node that is captured or, if none is, of one that stores its gradient.
  /// @return  true if the node is captured
  template <class Grad>
  bool complete(const std::shared_ptr<Node>& node, Grad&& grad) {
    if (captured_.empty()) {
      if (node->grad != nullptr) completed_.push_back({node, stored_form(std::forward<Grad>(grad))});
      return false;
    }
    const auto captured = captured_.find(node.get());
    if (captured == captured_.end()) return false;
    captured->second = stored_form(std::forward<Grad>(grad));
    return true;
  }

  /// A complete gradient as it is stored.
  Variable stored_form(Variable grad) const {
    // The result of a seed, a hook or a rule may have been recorded.
    if (!create_graph_ && grad.requires_grad()) grad = grad.detach();
    return owned(std::move(grad));
  }

  /// Adds the complete gradients to the stored ones. The sums are made in the memory of the new gradients, so
  /// that the old ones remain if one of them fails.
  void store_completed() {
    for (Completed& completed : completed_) {
      const Variable& stored = *completed.node->grad;
      if (stored.defined()) accumulate(completed.grad, stored);
    }
    for (Completed& completed : completed_) *completed.node->grad = std::move(completed.grad);
  }

  /// Passes the gradient of input i, which the rule of `node` computed, to the input.
  void propagate(const Node& node, std::size_t i, Variable&& grad) {
    const std::shared_ptr<Node>& input = node.inputs[i];
    if (input->sequence > node.sequence) {
      fail<ValueError>("backward",
                       "set_value() replaced a variable after {} was computed from it; compute it again",
                       node.name);
    }
    if (!grad.defined()) {
      fail<ValueError>("backward",
                       "the rule of {} gave no gradient for input {}, which wants one; give zeros if it is 0",
                       node.name, i);
    }
    require_fit("backward", grad, *input,
                [&] { return fmt::format("{}'s gradient for input {}", node.name, i); });
    // A node older than all captured ones was not computed from them.
    if (captured_.empty() || input->sequence >= oldest_captured_) add_pending(input, std::move(grad));
  }

  /// Adds a gradient to that of a node that is still to be visited.
  void add_pending(const std::shared_ptr<Node>& node, Variable&& grad) {
    const auto [entry, is_new] = pending_.try_emplace(node->sequence, node, std::move(grad));
    if (!is_new) accumulate(entry->second.grad, grad);  // try_emplace() did not move grad
  }

  void accumulate(Variable& sum, const Variable& grad) const {
    if (create_graph_ || sum.requires_grad() || !has_one_owner(sum.value())) {
      sum = sum + grad;
    } else {
      Tensor buffer = sum.value();
      buffer += grad.value();
    }
  }

  const bool stop_at_captured_;
  const bool retain_;
  const bool create_graph_;
  const GradModeGuard mode_;
  std::map<std::uint64_t, Pending, std::greater<>> pending_;
  std::vector<Completed> completed_;
  std::unordered_map<const Node*, Variable> captured_;
  std::uint64_t oldest_captured_ = std::numeric_limits<std::uint64_t>::max();
};

/// The gradient of `output` that a backward pass starts with.
Variable checked_seed(const char* op, const Variable& output, const Variable& seed) {
  if (!output.defined()) fail<ValueError>(op, "the tensor is undefined; compute it from variables first");
  if (!output.requires_grad()) {
    fail<ValueError>(op,
                     "nothing that this tensor {} was computed from requires a gradient; call the model on "
                     "Variable(x), or make inputs with variable(), outside NoGrad",
                     output.shape());
  }
  const Options like{.dtype = output.dtype(), .device = output.device()};
  if (!seed.defined()) {
    if (output.numel() != 1) {
      fail<ValueError>(
          op,
          "without a seed a gradient starts from one element, but this is {}; take its sum() or mean(), "
          "or pass a seed of its shape",
          output.shape());
    }
    return full(output.shape(), 1, like);
  }
  // A weakly typed scalar takes the dtype of the output.
  Variable typed =
      seed.value().is_weakly_typed() ? full({}, seed.value().to(DType::f64).item<double>(), like) : seed;
  require_fit(op, typed, *output.node(), [] { return "the seed"; });
  return typed;
}

}  // namespace

void Variable::backward(BackwardOptions options) const { backward(Variable(), options); }

void Variable::backward(const Variable& seed, BackwardOptions options) const {
  Variable start = checked_seed("backward", *this, seed);
  BackwardPass(options).run(*this, std::move(start));
}

std::vector<Variable> gradients(const Variable& output, std::span<const Variable> inputs,
                                BackwardOptions options, const Variable& seed) {
  Variable start = checked_seed("gradients", output, seed);
  BackwardPass pass(options);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs[i].requires_grad()) {
      fail<ValueError>("gradients",
                       "input {} {} requires no gradient; make it, or what it is computed from, with "
                       "variable()",
                       i, inputs[i].shape());
    }
    pass.capture(*inputs[i].node());
  }
  if (inputs.empty()) return {};
  pass.run(output, std::move(start));
  return pass.captured_gradients(inputs);
}

std::vector<Variable> partial_gradients(const Variable& output, std::span<const Variable> inputs,
                                        BackwardOptions options, const Variable& seed) {
  Variable start = checked_seed("partial_gradients", output, seed);
  BackwardPass pass(options, /*stop_at_captured=*/true);
  std::vector<Variable> differentiable;
  for (const Variable& input : inputs) {
    if (!input.requires_grad()) continue;
    pass.capture(*input.node());
    differentiable.push_back(input);
  }
  pass.run(output, std::move(start));
  const std::vector<Variable> grads = pass.captured_gradients(differentiable);
  std::vector<Variable> result;
  std::unordered_set<const Node*> seen;
  std::size_t next = 0;
  for (const Variable& input : inputs) {
    if (!input.requires_grad()) {
      result.emplace_back();
      continue;
    }
    // The whole gradient of an input that is given twice is at its first position.
    const bool first = seen.insert(input.node().get()).second;
    result.push_back(first ? grads[next] : zeros_like(input));
    ++next;
  }
  return result;
}

void Variable::set_grad(Tensor grad) {
  if (!requires_grad()) {
    fail<ValueError>("set_grad",
                     "a constant has no gradient; make it, or what it is computed from, with variable()");
  }
  if (node_->grad == nullptr) {
    fail<ValueError>("set_grad", "the result of {} keeps no gradient; call retain_grad() first", node_->name);
  }
  if (!grad.defined()) fail<ValueError>("set_grad", "the gradient is undefined; zero_grad() removes one");
  Variable fitting(std::move(grad));
  require_fit("set_grad", fitting, *node_, [] { return "the gradient"; });
  const NoGrad guard;
  *node_->grad = owned(std::move(fitting));
}

}  // namespace tinytorch
