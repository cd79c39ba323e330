// What autograd can do, one thing at a time. Read the source beside the output.

#include <tinytorch/tinytorch.h>

#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include "examples/common/program.h"

using namespace tinytorch;

namespace {

void title(const std::string& text) { std::cout << "\n-- " << text << '\n'; }

void gradients_of_a_function(Device device) {
  title("A variable records what is computed from it; backward() follows the record back");
  const Variable x = variable(Tensor{1.0, 2.0, 3.0}.to(device));
  const Variable y = sum(x * x);
  y.backward();
  std::cout << "y = sum(x²) = " << y.value() << ", dy/dx = 2 x = " << x.grad() << '\n';
  sum(x * x).backward();
  std::cout << "a second pass adds: " << x.grad() << '\n';
}

void nothing_recorded(Device device) {
  title("Nothing is recorded for Tensors, for constants, and under NoGrad");
  const Variable x = variable(Tensor{2.0}.to(device));
  const NoGrad no_grad;
  std::cout << "x * x requires a gradient: " << std::boolalpha << (x * x).requires_grad() << '\n';
}

void frozen(Device device) {
  title("A frozen variable is a constant until it is thawed");
  Variable weight = variable(Tensor{3.0}.to(device));
  const Variable x = variable(Tensor{2.0}.to(device));
  weight.set_trainable(false);
  sum(weight * x).backward();
  std::cout << "dx = " << x.grad() << ", dweight is defined: " << weight.grad().defined() << '\n';
}

void hooks(Device device) {
  title("A hook sees a gradient, and may replace it");
  const Variable x = variable(Tensor{1.0, -4.0}.to(device));
  x.register_hook([](const Variable& grad) { return clamp(grad, -1.0, 1.0); });
  sum(x * x * x).backward();
  std::cout << "clipped: " << x.grad() << '\n';
}

void second_derivative(Device device) {
  title("A gradient that is recorded has a gradient");
  const Variable x = variable(Tensor{2.0}.to(device));
  sum(x * x * x).backward({.create_graph = true});
  const Variable first = x.grad_variable();
  std::cout << "x³ at 2: first derivative " << first.value();
  const std::vector<Variable> second = gradients(sum(first), std::vector{x});
  std::cout << ", second " << second[0].value() << '\n';
}

void whole_matrices(Device device) {
  title("Jacobians, Hessians and products with them");
  const Tensor at = Tensor{1.0, 2.0}.to(device);
  const auto squares = [](const Variable& x) { return x * x; };
  const auto sum_of_cubes = [](const Variable& x) { return sum(x * x * x); };
  std::cout << "Jacobian of x²:\n" << jacobian(squares, at) << '\n';
  std::cout << "Hessian of sum(x³):\n" << hessian(sum_of_cubes, at) << '\n';
  const Function f = [&](const std::vector<Variable>& in) { return squares(in[0]); };
  std::cout << "Jacobian times (1, 0): " << jvp(f, {at}, {Tensor{1.0, 0.0}.to(device)}).tangent << '\n';
}

/// x³ with a gradient rule of its own.
Variable cube(const Variable& x) {
  return record("cube", pow(x.value(), 3), {x},
                [x = Saved(x)](const RuleArguments& at) { return Gradients(at.grad * 3 * square(*x)); });
}

void own_op(Device device) {
  title("An op of your own, and gradcheck(), which compares its rule with differences of its values");
  const Function f = [](const std::vector<Variable>& in) { return cube(in[0]); };
  const GradcheckResult result = gradcheck(f, {Tensor{0.5, -1.5}.to(DType::f64).to(device)});
  std::cout << "cube: " << (result.ok ? "right" : result.message) << '\n';
}

void less_memory(Device device) {
  title("checkpoint() keeps the inputs of a block only, and computes the rest again");
  const Variable x = variable(Tensor{{0.5, 1.0}}.to(device)),
                 weight = variable(ones({2, 2}, {.device = device}));
  const auto block = [](const std::vector<Variable>& in) { return tanh(matmul(in[0], in[1])); };
  sum(checkpoint(block, {x, weight})).backward();
  std::cout << "dweight =\n" << weight.grad() << '\n';
}

int tour(Device device) {
  const std::vector<std::function<void(Device)>> stops{
      gradients_of_a_function, nothing_recorded, frozen, hooks,
      second_derivative,       whole_matrices,   own_op, less_memory};
  for (const auto& stop : stops) stop(device);
  std::cout << std::flush;
  return std::cout ? examples::kDone : examples::kFailed;
}

}  // namespace

int main(int argc, char** argv) {
  examples::Program program("autograd_tour", "Shows what autograd can do, one thing at a time.");
  return program.run(argc, argv, [&] { return tour(program.device); });
}
