#include "autograd/tape.h"

#include "autograd/ops.h"
#include "autograd/rules/hooked.h"
#include "core/internal/fork.h"
#include "core/internal/format.h"
#include "core/profile_scope.h"

#include <algorithm>
#include <atomic>

namespace tinytorch {
namespace {

// Without destructors, so that they can be used while the thread or the process ends.
thread_local constinit Node* disposed = nullptr;  // a list of nodes to delete, linked by next_disposed_
thread_local constinit bool disposing = false;

// The name of the op whose rule this thread runs, for the errors of Saved.
thread_local constinit const char* differentiated_op = "an op";

/// The nodes of a range of variables, or none if nothing is recorded.
/// @param variable_of  the Variable of an item of the range
template <class Range, class VariableOf>
PoolVector<std::shared_ptr<Node>> nodes_of(const Range& range, const VariableOf& variable_of) {
  PoolVector<std::shared_ptr<Node>> nodes;
  const auto needs = [&](const auto& item) { return variable_of(item).requires_grad(); };
  if (!grad_enabled() || std::none_of(range.begin(), range.end(), needs)) return nodes;
  nodes.reserve(range.size());
  for (const auto& item : range) nodes.push_back(needs(item) ? variable_of(item).node() : nullptr);
  return nodes;
}

/// The current stream of a device; none on the CPU.
std::optional<Stream> current_stream(Device device) {
  return device.type == DeviceType::cpu ? std::nullopt : std::optional(Stream::current(device));
}

}  // namespace

bool RuleArguments::wants(std::size_t i) const { return node_.inputs[i] != nullptr; }

const Shape& RuleArguments::shape(std::size_t i) const { return node_.inputs[i]->shape; }

Variable RuleArguments::output() const { return node_.output(); }

Variable RuleArguments::fitted(std::size_t i, Variable&& gradient) const {
  const Node& input = *node_.inputs[i];
  if (gradient.shape() != input.shape) {
    gradient = by_hook(
        hooks::broadcast_gradient, [&] { return sum_to(gradient, input.shape); }, gradient.value(),
        input.shape);
    if (gradient.shape() != input.shape) {
      fail<ShapeError>("backward", "the hook broadcast_gradient gave {} for an operand {}", gradient.shape(),
                       input.shape);
    }
  }
  if (gradient.dtype() != input.dtype) gradient = gradient.to(input.dtype);
  return std::move(gradient);
}

Saved::Saved(const Variable& x, bool needed) {
  if (!needed || !grad_enabled()) return;
  variable_ = Variable(x.value(), x.node());
  version_ = x.value().version();
}

void Saved::fail_changed() const {
  fail<ValueError>("backward",
                   "a tensor {} that {} saved for its gradient was changed in place since (by an optimizer "
                   "step, for example); change a clone() of it, or run {} after the change",
                   variable_.shape(), differentiated_op, differentiated_op);
}

Variable StoredGradient::read() const {
  const ForkSafeLock<mutex> lock;
  if (value.defined()) stream_after(value.device());
  return value;
}

void StoredGradient::replace(Variable next) {
  std::optional<Stream> writer = next.defined() ? current_stream(next.device()) : std::nullopt;
  // The old value is destroyed after the mutex is released, because a graph may end with it.
  const ForkSafeLock<mutex> lock;
  std::swap(value, next);
  std::swap(stream, writer);
}

std::optional<Stream> StoredGradient::stream_after(Device device) const {
  std::optional<Stream> current = current_stream(device);
  if (current && value.defined() && stream && *stream != *current) Event(*stream).wait(*current);
  return current;
}

Node::Node(const char* name, const Tensor& value)
    : name(name),
      sequence(next_sequence()),
      shape(value.shape()),
      dtype(value.dtype()),
      device(value.device()) {}

Gradients Node::differentiate(const Variable& grad) const {
  // A rule can run backward() itself.
  struct Restore {
    const char* outer = differentiated_op;
    ~Restore() { differentiated_op = outer; }
  } const restore;
  differentiated_op = name;
  const ProfileScope scope(name, ScopeKind::backward);
  return apply(grad);
}

std::uint64_t Node::next_sequence() {
  static constinit std::atomic<std::uint64_t> next{0};
  return next.fetch_add(1, std::memory_order_relaxed);
}

Variable Node::output() const {
  fail<ValueError>("backward",
                   "the rule of {} asks for the op's result, which was not kept; record it with "
                   "record_with_output()",
                   name);
}

void Node::fail_released() const {
  fail<ValueError>(
      "backward",
      "the graph through {} was freed by an earlier backward; pass {{.retain_graph = true}} to that "
      "one to run another, or detach() what was computed before it, such as a recurrent state",
      name);
}

void Node::fail_output_changed() const {
  fail<ValueError>("backward",
                   "the result {} of {} is needed for its gradient, but was changed in place since; change a "
                   "clone() of it",
                   shape, name);
}

void Node::dispose(Node* node) {
  node->next_disposed_ = disposed;
  disposed = node;
  if (disposing) return;
  disposing = true;
  while (disposed != nullptr) {
    Node* next = disposed;
    disposed = next->next_disposed_;
    delete next;  // may call dispose() for its inputs
  }
  disposing = false;
}

Inputs::Inputs(std::initializer_list<std::reference_wrapper<const Variable>> inputs)
    : nodes_(nodes_of(inputs, [](const auto& x) -> const Variable& { return x.get(); })) {}

Inputs::Inputs(std::span<const Variable> inputs)
    : nodes_(nodes_of(inputs, [](const Variable& x) -> const Variable& { return x; })) {}

}  // namespace tinytorch
