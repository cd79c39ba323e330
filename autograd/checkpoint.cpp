#include "autograd/checkpoint.h"

#include "autograd/grad_mode.h"
#include "autograd/ops.h"
#include "autograd/tape.h"
#include "core/internal/format.h"
#include "core/random.h"

#include <algorithm>
#include <unordered_set>

namespace tinytorch {
namespace {

/// A generator and its state at some time.
struct RandomState {
  Generator* generator;  // null: the default generator of the thread that restores it
  RandomStream stream;

  Generator& target() const { return generator ? *generator : default_generator(); }
};

std::vector<RandomState> states_of(const std::vector<Generator*>& generators) {
  std::vector<RandomState> states{{nullptr, default_generator().state()}};
  for (Generator* generator : generators) {
    if (generator == nullptr) fail<ValueError>("checkpoint", "a generator is null; name those that f uses");
    states.push_back({generator, generator->state()});
  }
  return states;
}

/// Restores saved states of generators during its lifetime.
class GeneratorGuard {
 public:
  explicit GeneratorGuard(const std::vector<RandomState>& states) {
    previous_.reserve(states.size());  // what is set below is put back in any case
    for (const RandomState& state : states) {
      previous_.push_back({state.generator, state.target().state()});
      state.target().set_state(state.stream);
    }
  }
  ~GeneratorGuard() {
    // In reverse, since the first state of a generator that is given twice is its own.
    for (std::size_t i = previous_.size(); i-- > 0;) previous_[i].target().set_state(previous_[i].stream);
  }
  GeneratorGuard(const GeneratorGuard&) = delete;
  GeneratorGuard& operator=(const GeneratorGuard&) = delete;

 private:
  std::vector<RandomState> previous_;
};

/// Checks that y depends on no other variables than the inputs, whose gradients would be lost.
/// @param begin  the first sequence number of the nodes that f made
void check_dependencies(const Variable& y, const std::vector<Variable>& inputs, std::uint64_t begin) {
  std::unordered_set<const Node*> seen;
  for (const Variable& input : inputs) seen.insert(input.node().get());
  std::vector<const Node*> stack;
  const auto push = [&](const Node* node) {
    if (node != nullptr && seen.insert(node).second) stack.push_back(node);
  };
  if (y.requires_grad()) push(y.node().get());
  while (!stack.empty()) {
    const Node* node = stack.back();
    stack.pop_back();
    if (node->sequence < begin) {
      fail<ValueError>("checkpoint",
                       "the function uses a variable {} that needs a gradient and is not among the inputs; "
                       "pass it too (see inputs_of() for a module's parameters)",
                       node->shape);
    }
    for (const auto& input : node->inputs) push(input.get());
  }
}

/// Zeros like each input, and nothing for one that needs no gradient.
Gradients zeros_for(const std::vector<Variable>& inputs) {
  Gradients zeros;
  for (const Variable& input : inputs)
    zeros.push_back(input.requires_grad() ? zeros_like(input) : Variable());
  return zeros;
}

/// The value of f. It is recorded to find the variables that it depends on; the graph is freed on return.
Tensor checked_value(const Function& f, const std::vector<Variable>& inputs) {
  const std::uint64_t begin = Node::next_sequence();
  const Variable y = f(inputs);
  if (!y.defined())
    fail<ValueError>("checkpoint", "the function gives an undefined tensor; let it return what it computes");
  if (grad_enabled()) check_dependencies(y, inputs, begin);
  return y.value();
}

}  // namespace

Variable checkpoint(const Function& f, const std::vector<Variable>& inputs,
                    const std::vector<Generator*>& generators) {
  if (f == nullptr) fail<ValueError>("checkpoint", "the function is empty; pass one to compute");
  if (inputs.empty())
    fail<ValueError>(
        "checkpoint",
        "no inputs were given; pass the variables that the function uses (see inputs_of() for a module's)");
  std::vector<Saved> saved;
  saved.reserve(inputs.size());
  for (const Variable& input : inputs) saved.emplace_back(input);
  std::vector<RandomState> random = states_of(generators);
  Tensor value = checked_value(f, inputs);
  return record("checkpoint", std::move(value), std::span(inputs),
                [f, saved = std::move(saved), random = std::move(random)](const RuleArguments& at) {
                  const GeneratorGuard generator_guard(random);
                  const RecomputingGuard recomputing_guard;
                  const bool recording = grad_enabled();
                  std::vector<Variable> inputs;
                  inputs.reserve(saved.size());
                  for (const Saved& input : saved) inputs.push_back(*input);
                  const GradModeGuard grad_mode_guard(true);
                  const Variable y = f(inputs);
                  // f may ignore its inputs, or those that it uses were frozen since.
                  if (!y.requires_grad()) return zeros_for(inputs);
                  return Gradients(partial_gradients(y, inputs, {.create_graph = recording}, at.grad));
                });
}

}  // namespace tinytorch
