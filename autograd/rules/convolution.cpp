#include "autograd/ops.h"
#include "autograd/tape.h"

// y = conv2d(x, w) is linear in x and in w. So are the two transposes, and the rule of each of the three is
// made of the other two.
namespace tinytorch {

Variable conv2d(const Variable& x, const Variable& weight, const Variable& bias,
                const Conv2dOptions& options) {
  return record(
      "conv2d", conv2d(x.value(), weight.value(), bias.value(), options), {x, weight, bias},
      [x = Saved(x, weight.requires_grad()), weight = Saved(weight, x.requires_grad()),
       options](const RuleArguments& at) {
        return Gradients(
            at.gradient(0, [&] { return conv2d_input_gradient(at.grad, *weight, at.shape(0), options); }),
            at.gradient(1, [&] { return conv2d_weight_gradient(at.grad, *x, at.shape(1), options); }),
            at.gradient(2, [&] {
              return sum(at.grad, {0, 2, 3});
            }));
      });
}

Variable conv2d_input_gradient(const Variable& grad, const Variable& weight, const Shape& input,
                               const Conv2dOptions& options) {
  constexpr const char* kOp = "conv2d_input_gradient";
  return record(kOp, conv2d_input_gradient(grad.value(), weight.value(), input, options), {grad, weight},
                [grad = Saved(grad, weight.requires_grad()), weight = Saved(weight, grad.requires_grad()),
                 options](const RuleArguments& at) {
                  return Gradients(at.gradient(0, [&] { return conv2d(at.grad, *weight, {}, options); }),
                                   at.gradient(1, [&] {
                                     return conv2d_weight_gradient(*grad, at.grad, at.shape(1), options);
                                   }));
                });
}

Variable conv2d_weight_gradient(const Variable& grad, const Variable& x, const Shape& weight,
                                const Conv2dOptions& options) {
  constexpr const char* kOp = "conv2d_weight_gradient";
  return record(kOp, conv2d_weight_gradient(grad.value(), x.value(), weight, options), {grad, x},
                [grad = Saved(grad, x.requires_grad()), x = Saved(x, grad.requires_grad()),
                 options](const RuleArguments& at) {
                  return Gradients(at.gradient(0, [&] { return conv2d(*x, at.grad, {}, options); }),
                                   at.gradient(1, [&] {
                                     return conv2d_input_gradient(*grad, at.grad, at.shape(1), options);
                                   }));
                });
}

}  // namespace tinytorch
