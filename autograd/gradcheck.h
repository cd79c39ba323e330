#pragma once

#include <string>
#include <vector>

#include "autograd/functional.h"

namespace tinytorch {

/// The options of gradcheck().
struct GradcheckOptions {
  double step = 1e-6;        ///< the step of the central differences
  double relative = 1e-5;    ///< tolerance of |analytic - numeric| / max(|analytic|, |numeric|)
  double absolute = 1e-6;    ///< tolerance of |analytic - numeric|
  bool second_order = true;  ///< also check the gradient of the gradient
  bool each_element = true;  ///< false: check one random direction of each input, which takes two calls of f
};

/// The result of gradcheck().
struct GradcheckResult {
  bool ok = true;
  std::string message;  ///< the first difference: the input, the element and both derivatives
  explicit operator bool() const { return ok; }
};

/// Compares the gradients of a function with central finite differences. It checks the derivatives of a fixed
/// random weighting of the outputs, by default with respect to each element of the inputs. A difference is
/// accepted if it is within one of the two tolerances.
/// ```cpp
/// const auto f = [](const std::vector<Variable>& in) { return tanh(in[0]) * in[0]; };
/// std::cout << gradcheck(f, {Tensor{0.5, -1.0}.to(DType::f64)}).ok;  // 1
/// ```
/// @param f       a function of f64 variables that gives the same result in each call
/// @param inputs  the point to check: f64, contiguous, away from points where f is not differentiable
/// @throws DTypeError  an input or the result is not f64
/// @throws ValueError  f is empty, there are no inputs, or an input or the result is undefined
GradcheckResult gradcheck(const Function& f, const std::vector<Tensor>& inputs,
                          GradcheckOptions options = {});

}  // namespace tinytorch
