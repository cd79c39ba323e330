// Times what PyTorch has for TinyTorch's rows: answers requests for them (./tito benchmark --compare torch).
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <stdexcept>

#include "tests/benchmarks/torch/calls.h"

namespace benchmarks {
namespace {

torch::Tensor tensor_of(const Operand& x, std::uint64_t number) {
  if (x.dtype == "f64")
    return torch::tensor(drawn_values<double>(x, number), torch::kFloat64).reshape(x.shape);
  if (x.dtype == "f32") return torch::tensor(drawn_values<float>(x, number)).reshape(x.shape);
  const torch::Tensor values = torch::tensor(drawn_values<std::int64_t>(x, number)).reshape(x.shape);
  if (x.dtype == "i64") return values;
  if (x.dtype == "i32") return values.to(torch::kInt32);
  if (x.dtype == "u8") return values.to(torch::kUInt8);
  if (x.dtype == "bool") return values.to(torch::kBool);
  throw std::invalid_argument("no dtype is named " + x.dtype);
}

/// As mean_magnitude() of TinyTorch's program.
double mean_magnitude(const torch::Tensor& x) {
  const torch::Tensor values = x.detach().to(torch::kFloat64).abs();
  const torch::Tensor finite = values.masked_select(values.isfinite());
  return finite.numel() == 0 ? 0 : finite.mean().item<double>();
}

Prepared prepared_forward(const OpCall& call, const Tensors& operands) {
  return {.call =
              [call, operands] {
                const torch::NoGradGuard no_grad;
                const torch::Tensor y = call(operands);
              },
          .digest =
              [call, operands] {
                const torch::NoGradGuard no_grad;
                return mean_magnitude(call(operands));
              }};
}

Prepared prepared_backward(const OpCall& call, Tensors operands, const std::vector<Operand>& described) {
  Tensors leaves;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    if (described[i].differentiated) leaves.push_back(operands[i].requires_grad_());
  }
  const torch::Tensor seed = torch::ones_like(call(operands).detach());
  const auto run = [=] {
    torch::Tensor y = call(operands);
    y.backward(seed);
    // TinyTorch's gradients share memory with nothing; those of views may be the seed here.
    for (const torch::Tensor& leaf : leaves) {
      torch::Tensor& grad = leaf.mutable_grad();
      if (grad.defined() && grad.is_alias_of(seed)) grad = grad.clone();
    }
    return y;
  };
  const auto clear = [leaves] {
    for (const torch::Tensor& leaf : leaves) leaf.mutable_grad().reset();
  };
  return {.call =
              [=] {
                run();
                clear();
              },
          .digest =
              [=] {
                double sum = mean_magnitude(run());
                for (const torch::Tensor& leaf : leaves) {
                  if (leaf.grad().defined()) sum += mean_magnitude(leaf.grad());
                }
                clear();
                return sum;
              }};
}

Prepared prepare(const Row& row) {
  if (const auto step = step_calls().find(row.call); step != step_calls().end()) return step->second();
  const auto op = op_calls().find(row.call);
  if (op == op_calls().end()) return {};
  Tensors operands;
  for (std::size_t i = 0; i < row.operands.size(); ++i) operands.push_back(tensor_of(row.operands[i], i));
  return row.backward ? prepared_backward(op->second, std::move(operands), row.operands)
                      : prepared_forward(op->second, operands);
}

}  // namespace
}  // namespace benchmarks

/// The only argument is the number of threads.
int main(int argc, char** argv) {
  try {
    if (argc != 2) throw std::invalid_argument("usage: torch_benchmarks THREADS");
    torch::set_num_threads(std::stoi(argv[1]));
    return benchmarks::serve(benchmarks::prepare);
  } catch (const std::exception& error) {
    std::cerr << "torch_benchmarks: " << error.what() << '\n';
    return 2;
  }
}
