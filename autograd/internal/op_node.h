#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "autograd/tape.h"

// Internal: the nodes that record() and record_with_output() make.
namespace tinytorch::detail {

/// The type of the i-th InputGradient: a name for it that depends on i, which nvcc needs to repeat it.
template <std::size_t i>
struct InputGradientAt {
  using Type = InputGradient;
};

/// Calls a rule with as many InputGradients as it takes.
template <class Rule, std::size_t... i>
Gradients call_rule(const Rule& rule, const RuleArguments& at, std::index_sequence<i...>) {
  if constexpr (std::is_invocable_v<const Rule&, const RuleArguments&,
                                    typename InputGradientAt<i>::Type...>) {
    return rule(at, InputGradient(at, i)...);
  } else if constexpr (sizeof...(i) < 8) {
    return call_rule(rule, at, std::make_index_sequence<sizeof...(i) + 1>());
  } else {
    static_assert(sizeof...(i) < 8,
                  "a rule takes RuleArguments, and an InputGradient for each input or none");
  }
}

/// A recorded op. It holds its rule, so that recording allocates once.
template <class Rule>
class OpNode : public Node {
 public:
  OpNode(const char* name, const Tensor& value, Inputs& inputs, Rule& rule)
      : Node(name, value), rule_(std::move(rule)) {
    this->inputs = inputs.release_nodes();
  }

  void release() override {
    rule_.reset();
    inputs.clear();
    hooks.clear();
  }

  std::optional<AxisRange> range() const override {
    if constexpr (requires(const Rule& rule) { rule.range; }) {
      if (rule_) return rule_->range;
    }
    return std::nullopt;
  }

 protected:
  Gradients apply(const Variable& grad) const override {
    if (!rule_) this->fail_released();
    return call_rule(*rule_, RuleArguments(grad, *this), std::index_sequence<>());
  }

 private:
  std::optional<Rule> rule_;
};

/// A recorded op that saves its result for its rule.
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
    // Saved without its node, which would own itself.
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
  std::shared_ptr<Node> node = Node::own(new NodeType(name, value, inputs, rule));
  return Variable(std::move(value), std::move(node));
}

}  // namespace tinytorch::detail

namespace tinytorch {

template <class Rule>
Variable record(const char* name, Tensor value, Inputs inputs, Rule rule) {
  return detail::record_as<detail::OpNode<Rule>>(name, value, inputs, rule);
}

template <class Rule>
Variable record_with_output(const char* name, Tensor value, Inputs inputs, Rule rule) {
  return detail::record_as<detail::OpNodeWithOutput<Rule>>(name, value, inputs, rule);
}

}  // namespace tinytorch
