#pragma once

#include <functional>
#include <span>
#include <vector>

#include "autograd/variable.h"

/// Derivatives of functions. A function takes Variables and gives one; it computes the same each time it is
/// called. The results are Tensors; no variable's grad() is touched.
namespace tinytorch {

using Function = std::function<Variable(const std::vector<Variable>&)>;

struct Vjp {
  Tensor value;
  std::vector<Tensor> gradients;  ///< one an input, of its shape
};

/// f at the inputs, and seedᵀ J for each input, J being the matrix of derivatives of f by it: one backward
/// sweep. `seed` is of f's shape; 1 where left out, which needs f to give one element.
/// @throws ValueError  no inputs, no function or an undefined result (as all here), or no seed for several
/// elements. ShapeError  the seed has another shape. DTypeError  an input is not floating; else as backward()
Vjp vjp(const Function& f, const std::vector<Tensor>& inputs, const Tensor& seed = {});

struct Jvp {
  Tensor value;
  Tensor tangent;  ///< of the value's shape
};

/// f at the inputs, and the sum of J tangent over the inputs: how f changes where they move along their
/// tangents. By two backward sweeps, as the first one's result is linear in its seed (Townsend 2017).
/// @throws ValueError  no inputs, or not one tangent an input. ShapeError, DTypeError, DeviceError  a tangent
/// does not fit its input
Jvp jvp(const Function& f, const std::vector<Tensor>& inputs, const std::vector<Tensor>& tangents);

/// All derivatives of f by one input: f's shape followed by the input's. A backward sweep an element of f.
/// @throws ShapeError  the two shapes have more than 8 axes together. DTypeError  the input is not floating
Tensor jacobian(const std::function<Variable(const Variable&)>& f, const Tensor& input);

/// All second derivatives of an f that gives one element: the input's shape twice. A backward sweep an
/// element of the input.
/// @throws ShapeError  f gives not one element, or the input has more than 4 axes. DTypeError  it is not
/// floating
Tensor hessian(const std::function<Variable(const Variable&)>& f, const Tensor& input);

}  // namespace tinytorch
