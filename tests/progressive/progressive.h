#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "autograd/ops.h"
#include "autograd/variable.h"
#include "core/ops/random.h"
#include "core/tensor.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

// What the progressive tests of the course share. They run on the modules of TINYTORCH_PLUGINS: the module
// whose name their suite has, and those before it. What students write computes in f32, and the framework
// computes f64 itself: so each function in f32 is compared with the same function in f64.
namespace tinytorch::testing {

/// Tests of a module.
class ProgressiveTest : public ::testing::Test {
 protected:
  /// @param module  "03_activations", which must have replaced a kernel or a hook
  explicit ProgressiveTest(std::string module) : module_(std::move(module)) {}

  /// Fails if the module is not in the framework, which would be tested alone.
  void SetUp() override;

 private:
  std::string module_;
};

/// The names of the kernel slots and hooks that a plug-in has replaced.
std::vector<std::string> replaced_by(const std::string& plugin);

/// Numbers from the standard normal distribution, f64 on the backend.
inline Tensor normal(const Shape& shape, std::uint64_t seed) {
  Generator generator(seed);
  return randn(shape, {.dtype = DType::f64}, generator).to(backend());
}

inline std::vector<Tensor> in_f32(const std::vector<Tensor>& inputs) {
  std::vector<Tensor> converted;
  for (const Tensor& input : inputs) converted.push_back(input.to(DType::f32));
  return converted;
}

/// The value of f on variables, and the gradients of a random weighting of it.
template <class F>
std::vector<Tensor> value_and_gradients(const F& f, const std::vector<Tensor>& inputs) {
  std::vector<Variable> variables;
  for (const Tensor& input : inputs) variables.push_back(variable(input));
  const Variable value = f(variables);
  sum(value * normal(value.shape(), 99).to(value.dtype())).backward();
  std::vector<Tensor> results{value.value()};
  for (const Variable& each : variables) results.push_back(each.grad());
  return results;
}

/// Expects that f computes the same in f32 and in f64, with Tensors and with Variables, and that so are the
/// gradients.
/// @param f       of a vector of Tensors or Variables
/// @param inputs  in f64
template <class F>
void expect_as_in_f64(const F& f, const std::vector<Tensor>& inputs, double tolerance = 1e-4) {
  EXPECT_TENSOR_NEAR(f(in_f32(inputs)).to(DType::f64), f(inputs), tolerance);
  const std::vector<Tensor> expected = value_and_gradients(f, inputs),
                            actual = value_and_gradients(f, in_f32(inputs));
  for (std::size_t i = 0; i < expected.size(); ++i) {
    SCOPED_TRACE(i == 0 ? "the value" : "the gradient of input " + std::to_string(i - 1));
    EXPECT_TENSOR_NEAR(actual[i].to(DType::f64), expected[i], tolerance);
  }
}

}  // namespace tinytorch::testing
