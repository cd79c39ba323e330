// Each op of the table on operands without elements: nothing to compute is no error, and neither is it in a
// second backward pass, which adds to a gradient without elements.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/ops/copy.h"
#include "tests/conformance/op_table.h"
#include "tests/conformance/operands.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::conformance {
namespace {

bool has_length(const Shape& shape, std::int64_t length) {
  return std::find(shape.begin(), shape.end(), length) != shape.end();
}

/// The row's shapes with the axes of one length cut to 0, because lengths that are equal often have to be. An
/// internal op checks no operands, so for those it is a length that each operand has.
std::vector<Shapes> emptied_shapes(const Row& row) {
  std::vector<Shapes> result;
  std::set<std::string> seen;
  for (const Shapes& shapes : small_shapes(row)) {
    std::set<std::int64_t> lengths;
    for (const Shape& shape : shapes) lengths.insert(shape.begin(), shape.end());
    for (const std::int64_t length : lengths) {
      const bool in_all = std::ranges::all_of(shapes, [&](const Shape& x) { return has_length(x, length); });
      if (!row.throws_dtype_errors && !in_all) continue;
      Shapes emptied = shapes;
      for (Shape& shape : emptied) std::replace(shape.begin(), shape.end(), length, std::int64_t{0});
      if (!is_large(emptied) && seen.insert(text(emptied)).second) result.push_back(emptied);
    }
  }
  return result;
}

/// What a call gives: a result, or the message with which it refuses the shapes.
template <class T>
struct Outcome {
  T result;
  std::string refusal;
};

template <class T, class F>
Outcome<T> outcome_of(const F& call) {
  try {
    return {call(), ""};
  } catch (const ShapeError& error) {
    return {{}, error.what()};
  } catch (const ValueError& error) {
    return {{}, error.what()};
  }
}

/// Two backward passes add the same gradient twice.
void expect_the_gradients_twice(const Variable& y, const std::vector<Variable>& operands) {
  const Variable total = sum(y);
  total.backward({.retain_graph = true});
  std::vector<Tensor> once;
  for (const Variable& x : operands) {
    const Tensor gradient = x.grad();
    once.push_back(gradient.defined() ? clone(gradient) : gradient);  // a handle would be a second owner
  }
  total.backward();
  for (std::size_t i = 0; i < operands.size(); ++i) {
    ASSERT_EQ(operands[i].grad().defined(), once[i].defined());
    if (!once[i].defined()) continue;
    EXPECT_TENSOR_EQ(operands[i].grad(), once[i] * 2);
  }
}

using EmptyOperands = ::testing::TestWithParam<const Row*>;

TEST_P(EmptyOperands, GiveTheSameInBothModesAndGradientsTwice) {
  const Row& row = *GetParam();
  for (const Shapes& shapes : emptied_shapes(row)) {
    SCOPED_TRACE(text(shapes));
    Operands drawn =
        draw(row, {row.accepted_dtypes.back()}, {Layout::contiguous}, shapes, row.name, testing::backend());
    const std::vector<Tensor> tensors = drawn.tensors();
    std::vector<Variable> variables;
    for (const Tensor& x : tensors) variables.push_back(is_floating(x.dtype()) ? variable(x) : Variable(x));
    const auto expected = outcome_of<Tensor>([&] { return row.call(tensors); });
    if (!row.variable_call) continue;
    const auto actual = outcome_of<Variable>([&] { return row.variable_call(variables); });
    ASSERT_EQ(actual.refusal, expected.refusal);
    if (!expected.result.defined()) continue;
    EXPECT_TENSOR_EQ(actual.result.value(), expected.result);
    if (actual.result.requires_grad()) expect_the_gradients_twice(actual.result, variables);
  }
}

std::vector<const Row*> rows_with_shapes() {
  std::vector<const Row*> rows;
  for (const Row& row : op_table()) {
    if (!emptied_shapes(row).empty()) rows.push_back(&row);
  }
#ifdef __SANITIZE_THREAD__
  rows.resize(1);  // nothing runs at once where there are no elements
#endif
  return rows;
}

INSTANTIATE_TEST_SUITE_P(Ops, EmptyOperands, ::testing::ValuesIn(rows_with_shapes()),
                         [](const auto& info) { return info.param->name; });

}  // namespace
}  // namespace tinytorch::conformance
