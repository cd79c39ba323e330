#pragma once

#include <vector>

#include "autograd/functional.h"
#include "core/random.h"

namespace tinytorch {

/// Computes f(inputs) without saving the tensors that the gradients of f's ops need; backward() computes f
/// again (Chen et al. 2016, "Training deep nets with sublinear memory cost"). A chain of n checkpoints needs
/// the memory of its n results and of one checkpoint, and the time of one more forward pass. The random
/// numbers of default_generator() and of the given generators are the same both times. During the
/// recomputation, recomputing() is true.
/// ```cpp
/// const auto block = [](const std::vector<Variable>& in) { return tanh(matmul(in[0], in[1])); };
/// const Variable x = variable(ones({2, 3})), weight = variable(ones({3, 3}));
/// sum(checkpoint(block, {x, weight})).backward();
/// std::cout << weight.grad().shape();  // [3, 3]
/// ```
/// @param inputs      all variables that f depends on and that require a gradient, including parameters; see
///                    inputs_of()
/// @param generators  other generators that f uses, for example that of a Dropout; they must outlive the
///                    result, and no other thread may use them during checkpoint() and backward()
/// @throws ValueError  f is empty, there are no inputs, the result of f is undefined, f uses a variable that
///                     requires a gradient and is not among the inputs, or a generator is null
Variable checkpoint(const Function& f, const std::vector<Variable>& inputs,
                    const std::vector<Generator*>& generators = {});

/// The inputs of a checkpoint() of a module: `x`, followed by the parameters of the module.
/// ```cpp
/// const nn::Dense layer(3, 2);
/// const Variable x = variable(ones({4, 3}));
/// const Variable y = checkpoint([&](const auto& in) { return layer(in[0]); }, inputs_of(layer, x));
/// std::cout << y.shape();  // [4, 2]
/// ```
template <class Module>
std::vector<Variable> inputs_of(const Module& module, const Variable& x) {
  std::vector<Variable> inputs{x};
  for (const Variable& parameter : module.parameters()) inputs.push_back(parameter);
  return inputs;
}

}  // namespace tinytorch
