#include "core/ops/internal/convolution.h"

#include "autograd/ops.h"
#include "autograd/tape.h"

// y = conv2d(x, w) is linear in x and in w. So are the two transposes, and the rule of each of the three is
// made of the other two.
namespace tinytorch {

Variable conv2d(const Variable& x, const Variable& weight, const Variable& bias,
                const Conv2dOptions& options) {
  return record("conv2d", conv2d(x.value(), weight.value(), bias.value(), options), {x, weight, bias},
                [x = Saved(x, weight.requires_grad()), weight = Saved(weight, x.requires_grad()), options](
                    const RuleArguments& at, InputGradient dx, InputGradient dweight, InputGradient dbias) {
                  const auto bias_gradient = [&] { return sum(at.grad, {0, 2, 3}); };
                  return Gradients(
                      dx([&] { return conv2d_input_gradient(at.grad, *weight, dx.shape(), options); }),
                      dweight([&] { return conv2d_weight_gradient(at.grad, *x, dweight.shape(), options); }),
                      dbias(bias_gradient));
                });
}

Variable conv2d_input_gradient(const Variable& grad, const Variable& weight, const Shape& input,
                               const Conv2dOptions& options) {
  return record("conv2d_input_gradient", conv2d_input_gradient(grad.value(), weight.value(), input, options),
                {grad, weight},
                [grad = Saved(grad, weight.requires_grad()), weight = Saved(weight, grad.requires_grad()),
                 options](const RuleArguments& at, InputGradient dgrad, InputGradient dweight) {
                  return Gradients(dgrad([&] { return conv2d(at.grad, *weight, {}, options); }), dweight([&] {
                                     return conv2d_weight_gradient(*grad, at.grad, dweight.shape(), options);
                                   }));
                });
}

Variable conv2d_weight_gradient(const Variable& grad, const Variable& x, const Shape& weight,
                                const Conv2dOptions& options) {
  return record(
      "conv2d_weight_gradient", conv2d_weight_gradient(grad.value(), x.value(), weight, options), {grad, x},
      [grad = Saved(grad, x.requires_grad()), x = Saved(x, grad.requires_grad()), options](
          const RuleArguments& at, InputGradient dgrad, InputGradient dx) {
        return Gradients(dgrad([&] { return conv2d(*x, at.grad, {}, options); }),
                         dx([&] { return conv2d_input_gradient(*grad, at.grad, dx.shape(), options); }));
      });
}

TINYTORCH_INSTANTIATE_CONVOLUTION(Variable);

}  // namespace tinytorch
