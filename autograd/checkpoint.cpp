#include "autograd/checkpoint.h"

#include "autograd/grad_mode.h"
#include "autograd/tape.h"
#include "core/internal/format.h"
#include "core/random.h"

#include <algorithm>
#include <unordered_set>

namespace tinytorch {
namespace {

/// A generator, where it stood.
struct RandomState {
  Generator* generator;  // null: the default generator of the thread that runs
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

/// Sets generators back to their states while it lives.
class GeneratorGuard {
 public:
  explicit GeneratorGuard(const std::vector<RandomState>& states) {
    for (const RandomState& state : states) {
      before_.push_back({state.generator, state.target().state()});
      state.target().set_state(state.stream);
    }
  }
  ~GeneratorGuard() {
    // In reverse, as one that is named twice has its own state first.
    for (std::size_t i = before_.size(); i-- > 0;) before_[i].target().set_state(before_[i].stream);
  }
  GeneratorGuard(const GeneratorGuard&) = delete;
  GeneratorGuard& operator=(const GeneratorGuard&) = delete;

 private:
  std::vector<RandomState> before_;
};

/// Refuses what f reads besides its inputs: their gradients would get lost.
/// @param begin  the sequence number from which on nodes were made by f
void check_sources(const Variable& y, const std::vector<Variable>& inputs, std::uint64_t begin) {
  std::unordered_set<const Node*> seen;
  for (const Variable& input : inputs) seen.insert(input.node().get());
  std::vector<const Node*> waiting;
  const auto reach = [&](const Node* node) {
    if (node != nullptr && seen.insert(node).second) waiting.push_back(node);
  };
  reach(y.node().get());
  while (!waiting.empty()) {
    const Node* node = waiting.back();
    waiting.pop_back();
    if (node->sequence < begin) {
      fail<ValueError>("checkpoint",
                       "the function uses a variable {} that needs a gradient and is not among the inputs; "
                       "pass it too (see inputs_of() for a module's parameters)",
                       node->shape);
    }
    for (const auto& input : node->inputs) reach(input.get());
  }
}

/// f's value, computed on the tape to see what it depends on; what that saved is gone when this returns.
Tensor checked_value(const Function& f, const std::vector<Variable>& inputs) {
  const std::uint64_t begin = Node::next_sequence();
  const Variable y = f(inputs);
  if (grad_enabled()) check_sources(y, inputs, begin);
  return y.value();
}

}  // namespace

Variable checkpoint(const Function& f, const std::vector<Variable>& inputs,
                    const std::vector<Generator*>& generators) {
  std::vector<Saved> saved;
  saved.reserve(inputs.size());
  for (const Variable& input : inputs) saved.emplace_back(input);
  std::vector<RandomState> random = states_of(generators);
  Tensor value = checked_value(f, inputs);
  return record("checkpoint", std::move(value), std::span(inputs),
                [f, saved = std::move(saved), random = std::move(random)](const RuleArguments& at) {
                  const GeneratorGuard set_back(random);
                  const RecomputingGuard once_more;
                  const bool recording = grad_enabled();
                  std::vector<Variable> again;
                  again.reserve(saved.size());
                  for (const Saved& input : saved) again.push_back(*input);
                  const GradModeGuard mode(true);
                  return Gradients(partial_gradients(f(again), again, {.create_graph = recording}, at.grad));
                });
}

}  // namespace tinytorch
