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

/// Checks that `grad` is a gradient for the node's value; `what` gives its name for the message.
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

/// Whether no other tensor sees what is written to x.
bool has_one_owner(const Tensor& x) { return x.is_contiguous() && x.storage().use_count() == 1; }

/// The gradient, contiguous and in storage that nothing else shares: what a variable keeps.
Variable owned(Variable grad) {
  if (has_one_owner(grad.value())) return grad;
  return grad.value().is_contiguous() ? clone(grad) : contiguous(grad);
}

/// One run over the tape. Gradients that wait for their node stand in an ordered map, newest node first: when
/// a node is taken, all that was computed from it has been done, and its gradient is whole.
class Sweep {
 public:
  /// @param ends_at_captured  what was captured is not followed further back
  explicit Sweep(BackwardOptions options, bool ends_at_captured = false)
      : ends_at_captured_(ends_at_captured),
        retain_(options.retain_graph || options.create_graph),
        create_graph_(options.create_graph),
        mode_(options.create_graph) {}

  /// Catches this node's gradient for take() and from then on leaves all nodes' own alone.
  void capture(const Node& node) {
    captured_.try_emplace(&node);
    oldest_captured_ = std::min(oldest_captured_, node.sequence);
  }

  void run(const Variable& output, Variable&& seed) {
    add(output.node(), std::move(seed));
    while (!waiting_.empty()) {
      const auto first = waiting_.extract(waiting_.begin());
      visit(*first.mapped().node, first.mapped().grad);
    }
  }

  /// What was captured for the inputs; zeros where none came.
  std::vector<Variable> take(std::span<const Variable> inputs) {
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
  struct Waiting {
    Waiting(std::shared_ptr<Node> node, Variable&& grad) : node(std::move(node)), grad(std::move(grad)) {}
    std::shared_ptr<Node> node;
    Variable grad;
  };

  void visit(Node& node, Variable& grad) {
    for (std::size_t i = 0; i < node.hooks.size(); ++i) run_hook(node, i, grad);
    Variable* place = place_for(node);
    if (node.leaf_value() != nullptr) {
      if (place != nullptr) keep(*place, std::move(grad));
      return;
    }
    if (place != nullptr) keep(*place, grad);
    // What was asked for lies no further back.
    if (place != nullptr && ends_at_captured_) return;
    if (!captured_.empty() && node.sequence <= oldest_captured_) return;
    Gradients gradients = node.differentiate(grad);
    if (gradients.size() != node.inputs.size()) {
      fail<ValueError>("backward", "the rule of {} gave {} gradients for {} inputs; give one an input",
                       node.name, gradients.size(), node.inputs.size());
    }
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      if (node.inputs[i] != nullptr) pass_on(node, i, std::move(gradients[i]));
    }
    if (!retain_) node.release();
  }

  void run_hook(const Node& node, std::size_t i, Variable& grad) {
    const Node::Hook hook = node.hooks[i];  // a copy: the hook may register another
    Variable other = hook(grad);
    if (!other.defined()) return;
    require_fit("backward", other, node,
                [&] { return fmt::format("the gradient from a hook on {}", node.name); });
    grad = std::move(other);
  }

  /// Where the node's gradient is to be kept; null for nowhere.
  Variable* place_for(Node& node) {
    if (captured_.empty()) return node.grad.get();
    const auto place = captured_.find(&node);
    return place == captured_.end() ? nullptr : &place->second;
  }

  void keep(Variable& place, Variable grad) const {
    // A seed, a hook or a rule may have given something that was recorded.
    if (!create_graph_ && grad.requires_grad()) grad = grad.detach();
    if (place.defined()) {
      accumulate(place, grad);
    } else {
      place = owned(std::move(grad));
    }
  }

  void pass_on(const Node& node, std::size_t i, Variable&& grad) {
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
    // What is older than all that is captured was not computed from it.
    if (captured_.empty() || input->sequence >= oldest_captured_) add(input, std::move(grad));
  }

  void add(const std::shared_ptr<Node>& node, Variable&& grad) {
    const auto [place, is_new] = waiting_.try_emplace(node->sequence, node, std::move(grad));
    if (!is_new) accumulate(place->second.grad, grad);  // and grad was not moved from
  }

  void accumulate(Variable& sum, const Variable& grad) const {
    if (create_graph_ || sum.requires_grad() || !has_one_owner(sum.value())) {
      sum = sum + grad;
    } else {
      Tensor buffer = sum.value();
      buffer += grad.value();
    }
  }

  const bool ends_at_captured_;
  const bool retain_;
  const bool create_graph_;
  const GradModeGuard mode_;
  std::map<std::uint64_t, Waiting, std::greater<>> waiting_;
  std::unordered_map<const Node*, Variable> captured_;
  std::uint64_t oldest_captured_ = std::numeric_limits<std::uint64_t>::max();
};

/// What a sweep from `output` starts with.
Variable checked_seed(const char* op, const Variable& output, const Variable& seed) {
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
  // A number stands for a tensor of the type that is wanted.
  Variable typed =
      seed.value().is_weakly_typed() ? full({}, seed.value().to(DType::f64).item<double>(), like) : seed;
  require_fit(op, typed, *output.node(), [] { return "the seed"; });
  return typed;
}

}  // namespace

void Variable::backward(BackwardOptions options) const { backward(Variable(), options); }

void Variable::backward(const Variable& seed, BackwardOptions options) const {
  Variable start = checked_seed("backward", *this, seed);
  Sweep(options).run(*this, std::move(start));
}

std::vector<Variable> gradients(const Variable& output, std::span<const Variable> inputs,
                                BackwardOptions options, const Variable& seed) {
  Variable start = checked_seed("gradients", output, seed);
  Sweep sweep(options);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs[i].requires_grad()) {
      fail<ValueError>("gradients",
                       "input {} {} requires no gradient; make it, or what it is computed from, with "
                       "variable()",
                       i, inputs[i].shape());
    }
    sweep.capture(*inputs[i].node());
  }
  if (inputs.empty()) return {};
  sweep.run(output, std::move(start));
  return sweep.take(inputs);
}

std::vector<Variable> partial_gradients(const Variable& output, std::span<const Variable> inputs,
                                        BackwardOptions options, const Variable& seed) {
  Variable start = checked_seed("partial_gradients", output, seed);
  Sweep sweep(options, /*ends_at_captured=*/true);
  std::vector<Variable> wanted;
  for (const Variable& input : inputs) {
    if (!input.requires_grad()) continue;
    sweep.capture(*input.node());
    wanted.push_back(input);
  }
  sweep.run(output, std::move(start));
  const std::vector<Variable> taken = sweep.take(wanted);
  std::vector<Variable> result;
  std::unordered_set<const Node*> given;
  std::size_t next = 0;
  for (const Variable& input : inputs) {
    if (!input.requires_grad()) {
      result.emplace_back();
      continue;
    }
    // An input that is given twice has its whole gradient at its first place.
    const bool first = given.insert(input.node().get()).second;
    result.push_back(first ? taken[next] : zeros_like(input));
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
  if (!grad.defined()) fail<ValueError>("set_grad", "the gradient is undefined; zero_grad() forgets one");
  Variable fitting(std::move(grad));
  require_fit("set_grad", fitting, *node_, [] { return "the gradient"; });
  const NoGrad guard;
  *node_->grad = owned(std::move(fitting));
}

}  // namespace tinytorch
