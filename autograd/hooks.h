#pragma once

#include <cstddef>
#include <vector>

#include "core/hook.h"
#include "core/tensor.h"

/// Functions of the backward pass that a plug-in can replace by its own; see core/plugin.h. Without one the
/// hook is empty, and the framework's own rules compute. Where the backward pass itself is recorded, for
/// second derivatives, hooks of gradients are not called; and an undefined result leaves the gradient to the
/// framework's rule, as for a dtype that the hook does not know.
namespace tinytorch::hooks {

/// The gradient of input 0 or 1 of matmul(a, b), for matrices.
inline Hook<Tensor(const Tensor& a, const Tensor& b, const Tensor& grad, int input)> matmul_gradient{
    "matmul_gradient", nullptr};
/// The gradient of an operand of this shape that was broadcast, from the gradient of what it was broadcast
/// to: sum_to().
inline Hook<Tensor(const Tensor& grad, const Shape& shape)> broadcast_gradient{"broadcast_gradient", nullptr};

/// The order in which backward() visits the nodes of a graph: those that `output` was computed from and
/// itself, each once, and before all its inputs. inputs[i] has the nodes that node i was computed from.
inline Hook<std::vector<std::size_t>(const std::vector<std::vector<std::size_t>>& inputs, std::size_t output)>
    backward_order{"backward_order", nullptr};

}  // namespace tinytorch::hooks
