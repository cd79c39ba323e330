#include "autograd/anomaly.h"
#include "autograd/hooks.h"
#include "autograd/internal/joined_slices.h"
#include "autograd/internal/scalar.h"
#include "autograd/ops.h"
#include "autograd/tape.h"
#include "core/internal/fork.h"
#include "core/internal/format.h"
#include "core/profile_scope.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace tinytorch {
namespace {

/// Checks that `grad` has the shape, dtype and device of the node's value. A weakly typed scalar takes them
/// on.
/// @param what  returns the name of the gradient for messages
/// @throws ShapeError, DTypeError, DeviceError
template <class What>
void fit(const char* op, Variable& grad, const Node& node, const What& what) {
  if (grad.value().is_weakly_typed()) {
    grad = ordinary(grad.value(), {.dtype = node.dtype, .device = node.device});
  }
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
/// Not said of empty tensors, which count as contiguous even if they are expanded.
bool has_one_owner(const Tensor& x) {
  return x.numel() > 0 && x.is_contiguous() && x.storage().use_count() == 1;
}

/// The gradient as a variable stores it: contiguous, in storage that nothing else shares.
Variable owned(Variable grad) {
  if (has_one_owner(grad.value())) return grad;
  return grad.value().is_contiguous() ? clone(grad) : contiguous(grad);
}

bool has_nan(const Tensor& x) { return is_floating(x.dtype()) && any(isnan(x)).item<bool>(); }

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
    const ProfileScope scope("backward pass", ScopeKind::op);
    add_pending(output.node(), std::move(seed));
    if (hooks::backward_order) {
      visit_by_hook(output.node());
    } else {
      while (!pending_.empty()) visit_pending(pending_.begin());
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
  /// A node that is still to be visited, with its gradient so far. Many gradients, as those of the weights of
  /// a recurrent layer, are added in blocks of kBlock, and the sums of blocks pairwise, so that rounding
  /// errors do not grow with their number.
  struct Pending {
    static constexpr std::uint64_t kBlock = 48;

    explicit Pending(std::shared_ptr<Node> node) : node(std::move(node)) {}
    std::shared_ptr<Node> node;
    detail::JoinedSlices slices;  // until there is a gradient
    Variable grad;                // the sum of the last block
    std::uint64_t n = 1;
    PoolVector<Variable>
        blocks;  // the sums of 2^i earlier blocks, for each bit i of their number, largest first
  };

  /// The complete gradient of a node that stores its gradient.
  struct Completed {
    std::shared_ptr<Node> node;
    Variable grad;
    std::optional<Stream> stream = {};  // the one that writes the sum
  };

  using PendingNodes = std::map<std::uint64_t, Pending, std::greater<>,
                                PoolAllocator<std::pair<const std::uint64_t, Pending>>>;

  void visit_pending(PendingNodes::iterator at) {
    const auto taken = pending_.extract(at);
    Pending& pending = taken.mapped();
    add_blocks(pending);
    visit(pending.node, pending.grad);
  }

  /// Visits the nodes in the order of a plug-in.
  void visit_by_hook(const std::shared_ptr<Node>& output) {
    std::vector<std::shared_ptr<Node>> nodes{output};
    std::unordered_map<const Node*, std::size_t> index_of{{output.get(), 0}};
    std::vector<std::vector<std::size_t>> inputs;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      inputs.emplace_back();
      const std::shared_ptr<Node> node = nodes[i];
      for (const std::shared_ptr<Node>& input : node->inputs) {
        if (input == nullptr) continue;
        const auto [entry, is_new] = index_of.try_emplace(input.get(), nodes.size());
        if (is_new) nodes.push_back(input);
        inputs[i].push_back(entry->second);
      }
    }
    for (const std::size_t i : hooks::backward_order(inputs, 0)) {
      if (i >= nodes.size())
        fail<ValueError>("backward", "the hook backward_order names node {} of {}", i, nodes.size());
      // One that no gradient reached is passed over.
      if (const auto found = pending_.find(nodes[i]->sequence); found != pending_.end()) visit_pending(found);
    }
    if (!pending_.empty())
      fail<ValueError>("backward", "the hook backward_order left nodes out, or named them too early");
  }

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
    if (!add_slice(node, grad)) propagate(node, grad);
    if (!retain_) node.release();
  }

  /// Passes the gradient of a node to its inputs.
  void propagate(const Node& node, const Variable& grad) {
    Gradients gradients = node.differentiate(grad);
    if (gradients.size() != node.inputs.size()) {
      fail<ValueError>("backward", "the rule of {} gave {} gradients for {} inputs; give one for each input",
                       node.name, gradients.size(), node.inputs.size());
    }
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      if (node.inputs[i] != nullptr) propagate(node, i, std::move(gradients[i]));
    }
  }

  /// Adds the gradient of a slice to that range of its input's gradient, without making a tensor of the
  /// input's size.
  /// @return  false where that is not possible
  bool add_slice(const Node& node, const Variable& grad) {
    const std::optional<AxisRange> range = node.range();
    if (!range || create_graph_ || grad.requires_grad() || DetectAnomaly::enabled()) return false;
    const std::shared_ptr<Node>& input = node.inputs[0];
    if (input->frozen || input->sequence > node.sequence ||
        (!captured_.empty() && input->sequence < oldest_captured_))
      return false;
    const auto [entry, is_new] = pending_.try_emplace(input->sequence, input);
    Pending& pending = entry->second;
    if (is_new || !pending.slices.empty()) {
      if (pending.slices.add(*range, grad)) return true;
      if (is_new) pending_.erase(entry);
      return false;
    }
    if (pending.n % Pending::kBlock == 0 || !is_own(pending.grad)) return false;
    Tensor sum = slice(pending.grad.value(), range->axis, range->start, range->stop, range->step);
    sum += grad.value();
    ++pending.n;
    return true;
  }

  void run_hook(const Node& node, std::size_t i, Variable& grad) {
    const Node::Hook hook = node.hooks[i];  // a copy: the hook may register another
    Variable replacement = hook(grad);
    if (!replacement.defined()) return;
    fit("backward", replacement, node,
        [&] { return fmt::format("the gradient from a hook on {}", node.name); });
    grad = std::move(replacement);
  }

  /// Keeps the complete gradient of a node that is captured or, if none is, of one that stores its gradient.
  /// @return  true if the node is captured
  template <class Grad>
  bool complete(const std::shared_ptr<Node>& node, Grad&& grad) {
    if (captured_.empty()) {
      if (node->grad != nullptr)
        completed_.push_back({.node = node, .grad = stored_form(std::forward<Grad>(grad))});
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
    const ForkSafeLock<StoredGradient::mutex> lock;
    for (Completed& completed : completed_) {
      const StoredGradient& stored = *completed.node->grad;
      completed.stream = stored.stream_after(completed.node->device);
      if (!stored.value.defined()) continue;
      accumulate(completed.grad, stored.value);
      // A handle to the old gradient may be destroyed in its stream, which must not reuse the memory too
      // early.
      if (stored.stream && *stored.stream != *completed.stream) Event(*completed.stream).wait(*stored.stream);
    }
    // The old gradients are destroyed with this pass, after the mutex is released: a graph may end with one.
    for (Completed& completed : completed_) {
      StoredGradient& stored = *completed.node->grad;
      std::swap(stored.value, completed.grad);
      stored.stream = std::move(completed.stream);
    }
  }

  /// Passes the gradient of input i, which the rule of `node` computed, to the input.
  void propagate(const Node& node, std::size_t i, Variable&& grad) {
    const std::shared_ptr<Node>& input = node.inputs[i];
    if (input->frozen) return;  // since the op was recorded
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
    fit("backward", grad, *input, [&] { return fmt::format("{}'s gradient for input {}", node.name, i); });
    if (DetectAnomaly::enabled() && has_nan(grad.value())) {
      fail<ValueError>("backward", "{}'s gradient for input {} is NaN in a tensor of shape {}", node.name, i,
                       grad.shape());
    }
    // A node older than all captured ones was not computed from them.
    if (captured_.empty() || input->sequence >= oldest_captured_) add_pending(input, std::move(grad));
  }

  /// Adds a gradient to that of a node that is still to be visited.
  void add_pending(const std::shared_ptr<Node>& node, Variable&& grad) {
    const auto [entry, is_new] = pending_.try_emplace(node->sequence, node);
    Pending& pending = entry->second;
    if (is_new) {
      pending.grad = std::move(grad);
      return;
    }
    join_slices(pending);
    if (pending.n % Pending::kBlock == 0) {
      pending.blocks.push_back(std::move(pending.grad));
      for (std::uint64_t blocks = pending.n / Pending::kBlock; blocks % 2 == 0; blocks /= 2)
        add_last(pending.blocks);
      pending.grad = std::move(grad);
    } else {
      accumulate(pending.grad, grad);
    }
    ++pending.n;
  }

  /// Adds the last of these variables to the one before it.
  void add_last(PoolVector<Variable>& sums) const {
    const Variable last = std::move(sums.back());
    sums.pop_back();
    accumulate(sums.back(), last);
  }

  static void join_slices(Pending& pending) {
    if (!pending.slices.empty()) pending.grad = pending.slices.join(pending.node->shape);
  }

  /// Makes the gradient complete.
  void add_blocks(Pending& pending) const {
    join_slices(pending);
    if (pending.blocks.empty()) return;
    pending.blocks.push_back(std::move(pending.grad));
    while (pending.blocks.size() > 1) add_last(pending.blocks);
    pending.grad = std::move(pending.blocks.front());
  }

  void accumulate(Variable& sum, const Variable& grad) const {
    // Another thread may have just released its copy of the sum. The copy of the handle below orders its
    // reads before the writes, because it increments the same counter.
    if (is_own(sum)) {
      Tensor buffer = sum.value();
      buffer += grad.value();
    } else {
      sum = sum + grad;
    }
  }

  /// True if the sum can be changed in place.
  bool is_own(const Variable& sum) const {
    return !create_graph_ && !sum.requires_grad() && has_one_owner(sum.value());
  }

  const bool stop_at_captured_;
  const bool retain_;
  const bool create_graph_;
  const GradModeGuard mode_;
  PendingNodes pending_;
  PoolVector<Completed> completed_;
  std::unordered_map<const Node*, Variable> captured_;
  std::uint64_t oldest_captured_ = std::numeric_limits<std::uint64_t>::max();
};

/// The gradient of `output` that a backward pass starts with.
Variable checked_seed(const char* op, const Variable& output, const Variable& seed) {
  const OpScope scope(op);
  if (!output.defined()) fail<ValueError>(op, "the tensor is undefined; compute it from variables first");
  if (!output.requires_grad()) {
    fail<ValueError>(
        op,
        "nothing that this tensor {} was computed from requires a gradient; call the model on "
        "Variable(x), or make inputs with variable(), outside NoGrad, and do not freeze all with "
        "set_trainable(false)",
        output.shape());
  }
  if (!seed.defined()) {
    if (output.numel() != 1) {
      fail<ValueError>(
          op,
          "without a seed a gradient starts from one element, but this is {}; take its sum() or mean(), "
          "or pass a seed of its shape",
          output.shape());
    }
    return full(output.shape(), 1, {.dtype = output.dtype(), .device = output.device()});
  }
  Variable fitting = seed;
  fit(op, fitting, *output.node(), [] { return "the seed"; });
  return fitting;
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
  if (differentiable.empty()) return std::vector<Variable>(inputs.size());
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
  const OpScope scope("set_grad");
  if (node_ != nullptr && node_->frozen)
    fail<ValueError>("set_grad", "this parameter is frozen; call set_trainable(true) first");
  if (!requires_grad()) {
    fail<ValueError>("set_grad",
                     "a constant has no gradient; make it, or what it is computed from, with variable()");
  }
  if (node_->grad == nullptr) {
    fail<ValueError>("set_grad", "the result of {} keeps no gradient; call retain_grad() first", node_->name);
  }
  if (!grad.defined()) fail<ValueError>("set_grad", "the gradient is undefined; zero_grad() removes one");
  Variable fitting(std::move(grad));
  fit("set_grad", fitting, *node_, [] { return "the gradient"; });
  const NoGrad guard;
  fitting = owned(std::move(fitting));
  node_->grad->replace(std::move(fitting));
}

}  // namespace tinytorch
