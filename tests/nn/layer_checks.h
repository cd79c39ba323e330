#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "autograd/gradcheck.h"
#include "nn/module.h"
#include "tests/support/backend.h"
#include "tests/support/gradcheck_options.h"
#include "tests/support/tensor_matchers.h"

// Checks for every layer.
namespace tinytorch::testing {

/// x on the device under test.
inline Tensor here(const Tensor& x) { return x.to(backend()); }
inline Tensor here_f64(const Tensor& x) { return x.to({.dtype = DType::f64, .device = backend()}); }

/// The layer computes the same bits on a Tensor and on a Variable, and the latter is recorded.
inline void expect_modes_agree(const nn::Module& layer, const Tensor& x) {
  const Tensor plain = layer(x);
  const Variable recorded = layer(variable(x));
  EXPECT_TRUE(recorded.requires_grad());
  EXPECT_TENSOR_EQ(recorded.value(), plain);
}

/// Replaces a module's parameters by other variables, in their order.
class ReplaceParameters : public nn::Visitor {
 public:
  explicit ReplaceParameters(std::vector<Variable> parameters) : parameters_(std::move(parameters)) {}

  void parameter(std::string_view, Variable& parameter) override {
    if (parameter.defined()) parameter = parameters_.at(next_++);
  }
  void buffer(std::string_view, Tensor&) override {}
  void child(std::string_view, nn::Module& child) override { child.visit(*this); }

 private:
  std::vector<Variable> parameters_;
  std::size_t next_ = 0;
};

/// The gradients to the input and to each parameter are those of finite differences.
inline GradcheckResult gradcheck_layer(nn::Module& layer, const Tensor& x) {
  layer.to({.dtype = DType::f64, .device = backend()});
  std::vector<Tensor> inputs{here_f64(x)};
  for (const Variable& parameter : layer.parameters()) inputs.push_back(parameter.value());
  return gradcheck(
      [&layer](const std::vector<Variable>& at) {
        ReplaceParameters replace({at.begin() + 1, at.end()});
        layer.visit(replace);
        return layer(at.front());
      },
      inputs, gradcheck_options());
}

}  // namespace tinytorch::testing
