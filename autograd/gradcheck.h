#pragma once

#include <string>
#include <vector>

#include "autograd/functional.h"

namespace tinytorch {

struct GradcheckOptions {
  double step = 1e-6;        ///< of the central difference
  double relative = 1e-5;    ///< tolerated |analytic - numeric| / max(|analytic|, |numeric|)
  double absolute = 1e-6;    ///< tolerated in any case
  bool second_order = true;  ///< also check the gradient of the gradient
  bool each_element = true;  ///< false: move each input in one random direction, which takes two calls of f
};

struct GradcheckResult {
  bool ok = true;
  std::string message;  ///< the first difference: which input, where, both numbers
  explicit operator bool() const { return ok; }
};

/// Compares a function's gradient rules with central finite differences, element by element unless told
/// otherwise, through a fixed random weighting of its outputs.
/// @param f       a function of f64 variables that computes the same each time
/// @param inputs  where to check: f64, contiguous, away from the function's kinks
/// @throws DTypeError  an input or the result is not f64. ValueError  no inputs
GradcheckResult gradcheck(const Function& f, const std::vector<Tensor>& inputs,
                          GradcheckOptions options = {});

}  // namespace tinytorch
