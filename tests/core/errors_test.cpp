// The error messages of the ops, word for word. Those of a class or a source file are in its own test.
#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/ops/activation.h"
#include "core/ops/comparison.h"
#include "core/ops/composite.h"
#include "core/ops/creation.h"
#include "core/ops/math.h"
#include "core/ops/matmul.h"
#include "tests/core/ones_of.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

TEST(Errors, OfTypes) {
  const Tensor truth = ones_of({2}, DType::boolean), integer = ones_of({2}, DType::i64);
  const std::pair<const char*, Tensor (*)(const Tensor&)> functions[] = {
      {"exp", exp},
      {"exp2", exp2},
      {"expm1", expm1},
      {"log", log},
      {"log2", log2},
      {"log10", log10},
      {"log1p", log1p},
      {"sqrt", sqrt},
      {"rsqrt", rsqrt},
      {"sin", sin},
      {"cos", cos},
      {"tan", tan},
      {"asin", asin},
      {"acos", acos},
      {"atan", atan},
      {"sinh", sinh},
      {"cosh", cosh},
      {"tanh", tanh},
      {"erf", erf},
      {"silu", silu},
      {"hardswish", hardswish},
      {"relu6", relu6},
      {"logsigmoid", logsigmoid},
      {"hardsigmoid", hardsigmoid},
      {"softsign", softsign},
      {"selu", selu},
      {"mish", mish},
      {"gelu", [](const Tensor& x) { return gelu(x); }},
      {"gelu", [](const Tensor& x) { return gelu(x, GeluForm::tanh); }},
      {"leaky_relu", [](const Tensor& x) { return leaky_relu(x); }},
      {"elu", [](const Tensor& x) { return elu(x); }},
      {"softplus", [](const Tensor& x) { return softplus(x); }}};
  for (const auto& entry : functions) {
    const auto op = entry.second;
    const std::string name = entry.first;
    EXPECT_ERROR(op(integer), DTypeError,
                 "[" + name + "] takes floating tensors, but x is i64; convert it with .to(DType::f32)");
  }
  EXPECT_ERROR(relu(truth), DTypeError,
               "[relu] takes floating tensors, but x is bool; convert it with .to(DType::f32)");
  EXPECT_ERROR(sigmoid(integer), DTypeError,
               "[sigmoid] takes floating tensors, but x is i64; convert it with .to(DType::f32)");
  EXPECT_ERROR(softmax(integer), DTypeError,
               "[softmax] takes floating tensors, but x is i64; convert it with .to(DType::f32)");
  EXPECT_ERROR(log_softmax(integer), DTypeError,
               "[log_softmax] takes floating tensors, but x is i64; convert it with .to(DType::f32)");
  const std::pair<const char*, Tensor (*)(const Tensor&)> roundings[] = {
      {"floor", floor}, {"ceil", ceil}, {"trunc", trunc}, {"round", round}};
  for (const auto& entry : roundings) {
    const auto op = entry.second;
    const std::string name = entry.first;
    EXPECT_ERROR(
        op(truth), DTypeError,
        "[" + name + "] takes numbers, but x is bool; convert it with .to(DType::i64) or use logical ops");
  }
  const std::pair<const char*, Tensor (*)(const Tensor&, const Tensor&)> pairs[] = {
      {"atan2", atan2}, {"remainder", remainder}, {"floor_divide", floor_divide}};
  for (const auto& entry : pairs) {
    const auto op = entry.second;
    const std::string name = entry.first;
    EXPECT_ERROR(
        op(truth, truth), DTypeError,
        "[" + name + "] takes numbers, but both operands are bool; convert one with .to(DType::i64)");
  }
  EXPECT_ERROR(
      masked_fill(ones_of({2}), integer, 1), DTypeError,
      "[masked_fill] the condition must be bool, but is i64; compare it, for example condition != 0");
  EXPECT_ERROR(-truth, DTypeError,
               "[neg] takes numbers, but x is bool; convert it with .to(DType::i64) or use logical ops");
  EXPECT_ERROR(abs(truth), DTypeError,
               "[abs] takes numbers, but x is bool; convert it with .to(DType::i64) or use logical ops");
  EXPECT_ERROR(sign(truth), DTypeError,
               "[sign] takes numbers, but x is bool; convert it with .to(DType::i64) or use logical ops");
  EXPECT_ERROR(truth - truth, DTypeError,
               "[sub] takes numbers, but both operands are bool; convert one with .to(DType::i64)");
  EXPECT_ERROR(truth / truth, DTypeError,
               "[div] takes numbers, but both operands are bool; convert one with .to(DType::i64)");
  EXPECT_ERROR(pow(truth, true), DTypeError,
               "[pow] takes numbers, but both operands are bool; convert one with .to(DType::i64)");
  EXPECT_ERROR(matmul(ones_of({2, 2}, DType::u8), ones_of({2, 2}, DType::u8)), DTypeError,
               "[matmul] takes i32, i64, f32 and f64, but a is u8 and b is u8");
  EXPECT_ERROR(where(integer, 1, 2), DTypeError,
               "[where] the condition must be bool, but is i64; compare it, for example condition != 0");
  EXPECT_ERROR(zeros({2}, {.dtype = DType::f16}), DTypeError,
               "[zeros] f16 tensors are not supported yet; use f32");
  EXPECT_ERROR(integer.to(DType::bf16), DTypeError, "[to] bf16 tensors are not supported yet; use f32");
}

TEST(Errors, OfShapes) {
  EXPECT_ERROR(
      ones_of({2, 3}) + ones_of({2}), ShapeError,
      "[add] shapes [2, 3] and [2] do not broadcast: axis -1 is 3 and 2; lengths must be equal or 1");
  EXPECT_ERROR(ones_of({2}) < ones_of({3}), ShapeError,
               "[lt] shapes [2] and [3] do not broadcast: axis -1 is 2 and 3; lengths must be equal or 1");
  EXPECT_ERROR(where(ones_of({2}, DType::boolean), ones_of({3}), 1), ShapeError,
               "[where] shapes [2] and [3] do not broadcast: axis -1 is 2 and 3; lengths must be equal or 1");
  EXPECT_ERROR(matmul(ones_of({2, 3}), ones_of({4, 5})), ShapeError,
               "[matmul] inner dimensions differ: a is [2, 3], b is [4, 5]; a's last (3) must equal b's "
               "second-to-last (4)");
  EXPECT_ERROR(
      matmul(ones_of({3}), ones_of({4})), ShapeError,
      "[matmul] inner dimensions differ: a is [3], b is [4]; a's last (3) must equal b's only one (4)");
  EXPECT_ERROR(matmul(ones_of({}), ones_of({2})), ShapeError,
               "[matmul] a is [], b is [2]; an operand without axes is no matrix, use mul");
  EXPECT_ERROR(
      matmul(ones_of({2, 3, 4}), ones_of({3, 4, 5})), ShapeError,
      "[matmul] shapes [2] and [3] do not broadcast: axis -1 is 2 and 3; lengths must be equal or 1");
  EXPECT_ERROR(permute(ones_of({2, 3}), {0}), ShapeError,
               "[permute] axes [0] are not a permutation of the 2 axes of shape [2, 3]");
  EXPECT_ERROR(permute(ones_of({2, 3}), {0, 0}), ShapeError, "[permute] axis 0 is named twice in [0, 0]");
  EXPECT_ERROR(transpose(ones_of({2})), ShapeError,
               "[transpose] axis -2 is out of range for a tensor with 1 axis; use -1 to 0");
  EXPECT_ERROR(expand(ones_of({2, 1}), {2}), ShapeError,
               "[expand] shape [2, 1] does not expand to [2]; only axes of length 1 do");
  EXPECT_ERROR(expand(ones_of({2, 3}), {1, 3}), ShapeError,
               "[expand] shape [2, 3] does not expand to [1, 3]; only axes of length 1 do");
  EXPECT_ERROR(squeeze(ones_of({2, 3}), 1), ShapeError,
               "[squeeze] axis 1 of shape [2, 3] has length 3, not 1");
  EXPECT_ERROR(unsqueeze(ones_of({2}), 3), ShapeError,
               "[unsqueeze] axis 3 is out of range for a tensor with 2 axes; use -2 to 1");
  EXPECT_ERROR(flatten(ones_of({2, 3, 4}), 2, 1), ShapeError,
               "[flatten] axis 1 is before axis 2 in shape [2, 3, 4]; exchange them");
  EXPECT_ERROR(flatten(ones_of({2}), 1), ShapeError,
               "[flatten] axis 1 is out of range for a tensor with 1 axis; use -1 to 0");
  EXPECT_ERROR(concat(std::vector<Tensor>()), ShapeError, "[concat] no tensors were given");
  EXPECT_ERROR(concat({ones_of({2, 3}), ones_of({3, 4})}), ShapeError,
               "[concat] shapes [2, 3] and [3, 4] differ at another axis than 0");
  EXPECT_ERROR(concat({ones_of({2}), ones_of({2, 1})}), ShapeError,
               "[concat] shapes [2] and [2, 1] differ at another axis than 0");
  EXPECT_ERROR(concat({ones_of({}), ones_of({})}), ShapeError,
               "[concat] axis 0 of a tensor that has no axes");
  EXPECT_ERROR(stack(std::vector<Tensor>()), ShapeError, "[stack] no tensors were given");
  EXPECT_ERROR(sum(ones_of({2}), {1}), ShapeError,
               "[sum] axis 1 is out of range for a tensor with 1 axis; use -1 to 0");
  EXPECT_ERROR(sum(ones_of({2}), {0, -1}), ShapeError, "[sum] axis 0 is named twice in [0, -1]");
  EXPECT_ERROR(max(ones_of({2, 0}), {1}), ShapeError,
               "[max] axis 1 of shape [2, 0] has no elements to choose from");
  EXPECT_ERROR(min(ones_of({0})), ShapeError, "[min] axis 0 of shape [0] has no elements to choose from");
  EXPECT_ERROR(argmax(ones_of({2, 0}), 1), ShapeError,
               "[argmax] axis 1 of shape [2, 0] has no elements to choose from");
  EXPECT_ERROR(softmax(ones_of({})), ShapeError, "[softmax] axis -1 of a tensor that has no axes");
  EXPECT_ERROR(sum_to(ones_of({2, 3}), {2}), ShapeError, "[sum_to] shape [2] does not broadcast to [2, 3]");
  EXPECT_ERROR(linear(ones_of({2, 3}), ones_of({4, 5}), ones_of({4})), ShapeError,
               "[linear] x is [2, 3], weight [4, 5], bias [4]; wanted [..., in], [out, in] and [out]");
  EXPECT_ERROR(zeros({2, -1}), ShapeError, "[zeros] negative length in shape [2, -1]");
  EXPECT_ERROR(from_values(std::vector<float>{1, 2, 3}, {2, 2}), ShapeError,
               "[from_values] 3 values do not fill shape [2, 2], which has 4 elements");
}

TEST(Errors, OfValues) {
  EXPECT_ERROR(select(ones_of({2, 3}), 1, 3), ValueError,
               "[select] index 3 is out of range for axis 1 of shape [2, 3]; indices are -3 to 2");
  EXPECT_ERROR(select(ones_of({2, 3}), 1, -4), ValueError,
               "[select] index -4 is out of range for axis 1 of shape [2, 3]; indices are -3 to 2");
  EXPECT_ERROR(select(ones_of({0}), 0, 0), ValueError, "[select] index 0, but axis 0 of shape [0] is empty");
  EXPECT_ERROR(slice(ones_of({2}), 0, 0, 2, 0), ValueError, "[slice] step is 0; it must be at least 1");
  EXPECT_ERROR(slice(ones_of({2}), 0, 0, 2, -1), ValueError, "[slice] step is -1; it must be at least 1");
  EXPECT_ERROR(softplus(ones_of({2}), 0), ValueError, "[softplus] beta is 0; it must be positive");
  EXPECT_ERROR(softplus(ones_of({2}), NAN), ValueError, "[softplus] beta is nan; it must be positive");
  EXPECT_ERROR(arange(0, 1, 0), ValueError, "[arange] step is 0; it must be finite and not 0");
  EXPECT_ERROR(arange(0, INFINITY), ValueError, "[arange] start and stop must be finite, but are 0 and inf");
  EXPECT_ERROR(arange(0.0, 1e300), ValueError,
               "[arange] 0 to 1e+300 in steps of 1 is more than 2^53 elements");
  EXPECT_ERROR(linspace(0, 1, -1), ValueError, "[linspace] n is -1; it must not be negative");
}

TEST(Errors, AreAllErrors) {
  EXPECT_THROW(ones_of({2}) + ones_of({3}), Error);
  EXPECT_THROW(select(ones_of({2}), 0, 2), std::runtime_error);
}

TEST(Errors, OfDevicesAndLengthsOutOfRange) {
  EXPECT_ERROR(Device::cuda(65536), ValueError, "[device] 65536 is not a valid device index");
  const Tensor wide = expand(ones_of({1}), {std::int64_t{1} << 62});
  EXPECT_ERROR(concat({wide, wide}), ShapeError,
               "[concat] the lengths at axis 0 add up to more than 63 bits");
}

TEST(Errors, GetAContextAndKeepItInCopies) {
  ShapeError error("[op] wrong");
  error.add_context("layer 1");
  error.add_context("layer 0");
  const ShapeError copy = error;
  error.add_context("model");
  EXPECT_STREQ(copy.what(), "layer 0: layer 1: [op] wrong");
  EXPECT_STREQ(error.what(), "model: layer 0: layer 1: [op] wrong");
}

}  // namespace
}  // namespace tinytorch::testing
