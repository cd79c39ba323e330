#pragma once

#include <functional>
#include <span>
#include <vector>

#include "autograd/variable.h"

/// Derivatives of functions. A function maps Variables to one Variable, and must give the same result in each
/// call. The derivatives are Tensors; grad() of all variables is unchanged. For PyTorch's autograd.grad(),
/// see gradients() in autograd/variable.h.
/// ```cpp
/// const Function f = [](const std::vector<Variable>& in) { return sum(in[0] * in[1]); };
/// const std::vector<Tensor> at{Tensor{1.0, 2.0}, Tensor{3.0, 4.0}};
/// std::cout << vjp(f, at).gradients[0];  // [3. 4.]
/// std::cout << jvp(f, at, {Tensor{1.0, 0.0}, Tensor{0.0, 0.0}}).tangent.item();  // 3
/// const auto cube = [](const Variable& x) { return sum(x * x * x); };
/// std::cout << hessian(cube, Tensor{1.0, 2.0});  // [[ 6. 0.] [ 0. 12.]]
/// ```
namespace tinytorch {

/// A function of several Variables.
using Function = std::function<Variable(const std::vector<Variable>&)>;

/// The result of vjp().
struct Vjp {
  Tensor value;                   ///< f(inputs)
  std::vector<Tensor> gradients;  ///< one for each input, of its shape
};

/// The vector-Jacobian product: the value of f, and for each input seedᵀ J, where J is the Jacobian of f with
/// respect to the input. It takes one backward pass.
/// @param seed  of the shape of f's value; by default 1, if the value has one element
/// @throws ValueError  there are no inputs, f is empty or its result is undefined (all functions of this
///                     header throw these errors); or the seed is left out and the value has several elements
/// @throws ShapeError  the seed has another shape than the value
/// @throws DTypeError  an input is not floating
/// @throws as backward()
Vjp vjp(const Function& f, const std::vector<Tensor>& inputs, const Tensor& seed = {});

/// The result of jvp().
struct Jvp {
  Tensor value;    ///< f(inputs)
  Tensor tangent;  ///< the derivative along the tangents, of the value's shape
};

/// The Jacobian-vector product: the value of f, and its derivative along the tangents, which is the sum of J
/// tangent over the inputs. It takes two backward passes: the result of the first is linear in its seed, and
/// the second differentiates it (Townsend 2017).
/// @param tangents  one for each input, of its shape, dtype and device
/// @throws ValueError  the numbers of inputs and tangents differ
/// @throws ShapeError, DTypeError, DeviceError  a tangent has another shape, dtype or device than its input
Jvp jvp(const Function& f, const std::vector<Tensor>& inputs, const std::vector<Tensor>& tangents);

/// The Jacobian of f. It takes one backward pass for each element of f's value.
/// @return  a tensor whose shape is that of f's value followed by that of the input
/// @throws ShapeError  the two shapes have more than kMaxRank axes together
/// @throws DTypeError  the input is not floating
Tensor jacobian(const std::function<Variable(const Variable&)>& f, const Tensor& input);

/// The Hessian of a function whose value has one element. It takes one backward pass for each element of the
/// input.
/// @return  a tensor whose shape is that of the input twice
/// @throws ShapeError  the value does not have exactly one element, or the input has more than kMaxRank / 2
///                     axes
/// @throws DTypeError  the input is not floating
Tensor hessian(const std::function<Variable(const Variable&)>& f, const Tensor& input);

}  // namespace tinytorch
