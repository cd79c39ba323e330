#pragma once

#include <vector>

#include "autograd/functional.h"
#include "core/random.h"

namespace tinytorch {

/// f(inputs), without keeping what f's ops save for their gradients: backward() computes f once more (Chen et
/// al. 2016, "Training deep nets with sublinear memory cost"). So a chain of n such parts needs the memory of
/// its n results and of one part, for one more forward pass. Random numbers from default_generator(), and
/// from the generators named, are the same both times. While f runs again recomputing() is true.
///
///     x = checkpoint([&](const auto& in) { return block(in[0]); }, inputs_of(block, x));
///
/// @param inputs  all variables that f depends on and that need a gradient: the parameters that it reads too
/// @param generators  others from which f draws random numbers, of a Dropout, say; they outlive the result
/// @throws ValueError  f uses a variable that needs a gradient and is not among the inputs; a generator is
/// null
Variable checkpoint(const Function& f, const std::vector<Variable>& inputs,
                    const std::vector<Generator*>& generators = {});

/// `x` and then a module's parameters: the inputs of a checkpoint() of it.
template <class Module>
std::vector<Variable> inputs_of(const Module& module, const Variable& x) {
  std::vector<Variable> inputs{x};
  for (const Variable& parameter : module.parameters()) inputs.push_back(parameter);
  return inputs;
}

}  // namespace tinytorch
