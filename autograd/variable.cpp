#include "autograd/variable.h"

#include "autograd/internal/scalar.h"
#include "autograd/tape.h"
#include "core/internal/format.h"

#include <ostream>

namespace tinytorch {
namespace {

/// The node of a leaf; it has the value for all copies of the leaf.
class Leaf final : public Node {
 public:
  explicit Leaf(Tensor value) : Node("variable", value), value_(std::move(value)) {
    grad = std::make_unique<StoredGradient>();
  }

  Gradients apply(const Variable&) const override { return Gradients(); }
  void release() override {}
  Tensor* leaf_value() override { return &value_; }

 private:
  Tensor value_;
};

/// The value as a leaf stores it. A scalar becomes an f32 tensor, as its dtype must not yield to other
/// operands'.
Tensor checked_leaf_value(const char* op, Tensor value) {
  const OpScope scope(op);
  if (!value.defined()) fail<ValueError>(op, "the tensor is undefined; give it a shape and elements first");
  if (!is_floating(value.dtype())) {
    fail<DTypeError>(op,
                     "gradients need floating elements, but this is {} {}; convert it with .to(DType::f32)",
                     value.dtype(), value.shape());
  }
  if (value.is_weakly_typed()) return ordinary(value, {.dtype = DType::f32, .device = value.device()});
  return value;
}

void require_node(const char* op, const Variable& x) {
  if (x.node() != nullptr) return;
  fail<ValueError>(op, "a constant has no gradient; make it, or what it is computed from, with variable()");
}

/// What a variable that is no leaf is, for messages.
std::string constant_or_result(const Node* node) {
  return node == nullptr ? "a constant" : fmt::format("the result of {}", node->name);
}

}  // namespace

bool Variable::requires_grad() const { return node_ != nullptr && !node_->frozen; }

bool Variable::is_leaf() const { return node_ == nullptr || node_->leaf_value() != nullptr; }

const Tensor& Variable::leaf_value() const { return *node_->leaf_value(); }

Variable Variable::grad_variable() const {
  if (node_ == nullptr || node_->grad == nullptr) return {};
  return node_->grad->read();
}

void Variable::zero_grad() {
  require_node("zero_grad", *this);
  if (node_->grad != nullptr) node_->grad->replace({});
}

void Variable::retain_grad() const {
  require_node("retain_grad", *this);
  if (node_->grad == nullptr) node_->grad = std::make_unique<StoredGradient>();
}

void Variable::set_trainable(bool on) {
  if (node_ == nullptr || !is_leaf()) {
    fail<ValueError>("set_trainable", "only what variable() made can be frozen or thawed, and this is {}",
                     constant_or_result(node_.get()));
  }
  if (!on) zero_grad();
  node_->frozen = !on;
}

void Variable::set_value(Tensor value) {
  const OpScope scope("set_value");
  if (node_ == nullptr || !is_leaf()) {
    fail<ValueError>("set_value", "only what variable() made has a value to replace, and this is {}",
                     constant_or_result(node_.get()));
  }
  if (value.is_weakly_typed()) value = ordinary(value, {.dtype = dtype(), .device = device()});
  value = checked_leaf_value("set_value", std::move(value));
  node_->shape = value.shape();
  node_->dtype = value.dtype();
  node_->device = value.device();
  node_->sequence = Node::next_sequence();
  node_->grad->replace({});
  *node_->leaf_value() = std::move(value);
}

void Variable::register_hook(std::function<Variable(const Variable&)> hook) const {
  require_node("register_hook", *this);
  if (!hook) fail<ValueError>("register_hook", "the hook is empty; pass a function to call");
  node_->hooks.push_back(std::move(hook));
}

Variable variable(Tensor value) {
  value = checked_leaf_value("variable", std::move(value));
  return Variable(Tensor(), Node::own(new Leaf(std::move(value))));
}

std::string to_string(const Variable& x) {
  std::string text = to_string(x.value());
  if (x.node() == nullptr) return text;
  if (!x.requires_grad()) return text + " (frozen variable)";
  return text + (x.is_leaf() ? " (variable)" : fmt::format(" (of {})", x.node()->name));
}

std::ostream& operator<<(std::ostream& out, const Variable& x) { return out << to_string(x); }

}  // namespace tinytorch
