#include "core/ops/linear_algebra.h"

#include "core/ops/einsum.h"
#include "tests/torch/calls.h"

namespace tinytorch::torch_cases {
namespace {

Call linear_with(Activation activation) {
  return [activation](const Arguments& x) { return std::vector{linear(x[0], x[1], x[2], activation)}; };
}

std::vector<Variable> einsum_call(const Arguments& x) {
  std::vector<Variable> operands;
  for (std::size_t i = 0; i < x.size(); ++i) operands.push_back(x[i]);
  return {einsum(x.text("equation"), operands)};
}

std::vector<Variable> baddbmm_call(const Arguments& x) {
  return {baddbmm(x[0], x[1], x[2], x.scalar("beta"), x.scalar("alpha"))};
}

std::vector<Variable> addmm_call(const Arguments& x) {
  return {addmm(x[0], x[1], x[2], x.scalar("beta"), x.scalar("alpha"))};
}

}  // namespace

Calls linear_algebra_calls() {
  return {
      {"matmul", binary(matmul)},
      {"linear", linear_with(Activation::none)},
      {"linear_relu", linear_with(Activation::relu)},
      {"outer", binary(outer<Variable>)},
      {"dot", binary(dot<Variable>)},
      {"bmm", binary(bmm<Variable>)},
      {"addmm", addmm_call},
      {"baddbmm", baddbmm_call},
      {"einsum", einsum_call},
  };
}

}  // namespace tinytorch::torch_cases
