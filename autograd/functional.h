#pragma once

#include <functional>
#include <span>
#include <vector>

#include "autograd/variable.h"

/// Derivatives of functions. A function maps Variables to one Variable and gives the same result in each
/// call. The derivatives are Tensors; no variable's grad() is changed.
/// ```cpp
/// const Function f = [](const std::vector<Variable>& in) { return sum(in[0] * in[1]); };
/// const std::vector<Tensor> at{Tensor{1.0, 2.0}, Tensor{3.0, 4.0}};
/// std::cout << vjp(f, at).gradients[0];  // [3. 4.]
/// std::cout << jvp(f, at, {Tensor{1.0, 0.0}, Tensor{0.0, 0.0}}).tangent.item();  // 3
/// const auto cube = [](const Variable& x) { return sum(x * x * x); };
/// std::cout << hessian(cube, Tensor{1.0, 2.0});  // [[ 6. 0.] [ 0. 12.]]
/// ```
namespace tinytorch {

using Function = std::function<Variable(const std::vector<Variable>&)>;

/// The result of vjp().
struct Vjp {
  Tensor value;
  std::vector<Tensor> gradients;  ///< one for each input, of its shape
};

/// The vector-Jacobian product: the value of f, and seedᵀ J for each input, where J is the Jacobian of f with
/// respect to it. Takes one backward pass.
/// @param seed  of the shape of f's value; 1 if left out, which requires f to give one element
/// @throws ValueError  no inputs, no function or an undefined result (as all functions of this header); no
///                     seed for several elements
/// @throws ShapeError  the seed has another shape
/// @throws DTypeError  an input is not floating; else as backward()
Vjp vjp(const Function& f, const std::vector<Tensor>& inputs, const Tensor& seed = {});

/// The result of jvp().
struct Jvp {
  Tensor value;
  Tensor tangent;  ///< of the value's shape
};

/// The Jacobian-vector product: the value of f, and the sum of J tangent over the inputs, the derivative of f
/// along the tangents. Takes two backward passes, since the result of the first is linear in its seed
/// (Townsend 2017).
/// @param tangents  one for each input, of its shape, dtype and device
/// @throws ValueError  no inputs, or another number of tangents
/// @throws ShapeError, DTypeError, DeviceError  the shape, dtype or device of a tangent differs from its
///          input's
Jvp jvp(const Function& f, const std::vector<Tensor>& inputs, const std::vector<Tensor>& tangents);

/// The Jacobian of f. Takes one backward pass for each element of f's value.
/// @return  the derivatives, of the shape of f's value followed by that of the input
/// @throws ShapeError  the two shapes have more than kMaxRank axes together
/// @throws DTypeError  the input is not floating
Tensor jacobian(const std::function<Variable(const Variable&)>& f, const Tensor& input);

/// The Hessian of a function whose value has one element. Takes one backward pass for each element of the
/// input.
/// @return  the second derivatives, of the input's shape twice
/// @throws ShapeError  the value has not one element, or the input has more than kMaxRank / 2 axes
/// @throws DTypeError  the input is not floating
Tensor hessian(const std::function<Variable(const Variable&)>& f, const Tensor& input);

}  // namespace tinytorch
