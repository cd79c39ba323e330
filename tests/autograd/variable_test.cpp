#include "autograd/variable.h"

#include <gtest/gtest.h>

#include <sstream>
#include <stdexcept>
#include <thread>

#include "autograd/grad_mode.h"
#include "autograd/ops.h"
#include "core/error.h"
#include "tests/autograd/leaves.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch {
namespace {

using testing::backend;
using testing::here;
using testing::leaf;
using testing::leaf64;

TEST(Variable, OfATensorIsAConstant) {
  const Variable x = here({1.0, 2.0});
  EXPECT_FALSE(x.requires_grad());
  EXPECT_TRUE(x.is_leaf());
  EXPECT_FALSE(x.grad().defined());
  EXPECT_FALSE((x * x).requires_grad());
}

TEST(Variable, LeafSharesTheTensor) {
  const Tensor value = here({1.0, 2.0});
  const Variable x = variable(value);
  EXPECT_TRUE(x.requires_grad());
  EXPECT_TRUE(x.is_leaf());
  EXPECT_FALSE((x * 2).is_leaf());
  EXPECT_EQ(x.value().storage(), value.storage());
  EXPECT_EQ(x.shape(), Shape({2}));
  EXPECT_EQ(x.dtype(), DType::f32);
  EXPECT_EQ(x.numel(), 2);
  EXPECT_EQ(x.size(-1), 2);
  EXPECT_EQ(x.rank(), 1);
}

TEST(Variable, DefaultIsUndefined) {
  EXPECT_FALSE(Variable().defined());
  EXPECT_TRUE(Variable(1.0).defined());
  EXPECT_FALSE(Variable().requires_grad());
}

TEST(Variable, LeavesAreFloating) {
  EXPECT_ERROR(variable(Tensor{{1, 2}}), DTypeError,
               "[variable] gradients need floating elements, but this is i64 [1, 2]; convert it with "
               ".to(DType::f32)");
  EXPECT_ERROR(variable(Tensor()), ValueError,
               "[variable] the tensor is undefined; give it a shape and elements first");
}

TEST(Variable, OfAScalarIsAnF32LeafOnItsDevice) {
  for (const Tensor& scalar : {Tensor(2.0), Tensor(2.0f), Tensor(2.0).to(backend()), Tensor(1.0) + 1}) {
    const Variable x = variable(scalar);
    EXPECT_EQ(x.dtype(), DType::f32);
    EXPECT_EQ(x.device(), scalar.device());
    EXPECT_FALSE(x.value().is_weakly_typed());
    (x * x).backward();
    EXPECT_TENSOR_EQ(x.grad(), Tensor(4.0f));
    EXPECT_EQ(x.grad().device(), scalar.device());
  }
}

TEST(Variable, OfAScalarIsTrainedInAnF32Model) {
  const Variable scale = variable(Tensor(2.0).to(backend()));
  const Variable y = leaf({1.0, 2.0}) * scale;
  EXPECT_EQ(y.dtype(), DType::f32);
  sum(y).backward();
  Variable handle = scale;
  handle.set_value(0.5);
  EXPECT_EQ(scale.dtype(), DType::f32);
  EXPECT_EQ(scale.device(), backend());
  EXPECT_EQ(scale.item(), 0.5f);
  handle.set_value(3);
  EXPECT_EQ(scale.item(), 3.0f);
  const Variable exact = variable(full({}, 2, {.dtype = DType::f64, .device = backend()}));
  EXPECT_EQ((leaf({1.0}) * exact).dtype(), DType::f64);
}

TEST(Variable, TakesScalarsAsGradients) {
  Variable x = variable(full({}, 3, {.dtype = DType::f32, .device = backend()}));
  x.set_grad(0.25);
  EXPECT_TENSOR_EQ(x.grad(), Tensor(0.25f));
  EXPECT_EQ(x.grad().device(), backend());
  x.zero_grad();
  x.register_hook([](const Variable&) { return Variable(7); });
  (x * x).backward(Variable(2.0));
  EXPECT_TENSOR_EQ(x.grad(), Tensor(7.0f));
}

TEST(Variable, CopiesAreTheSameLeaf) {
  const Variable x = leaf({3.0});
  const Variable copy = x;
  (copy * copy).backward();
  EXPECT_TENSOR_EQ(x.grad(), {6.0});
}

TEST(Variable, IntegerResultsAreConstants) {
  const Variable x = leaf({1.5, 2.5});
  EXPECT_FALSE(x.to(DType::i64).requires_grad());
  EXPECT_TRUE(x.to(DType::f64).requires_grad());
}

TEST(Variable, ConversionConvertsTheGradientBack) {
  const Variable x = leaf({1.5, 2.5}), y = x.to(DType::f64);
  EXPECT_EQ(y.dtype(), DType::f64);
  sum(y * y).backward();
  EXPECT_TENSOR_EQ(x.grad(), {3.0, 5.0});
  const Variable z = leaf({1.5}).to(Device::cpu());
  EXPECT_EQ(z.device(), Device::cpu());
}

TEST(Variable, MixesWithTensorsAndScalars) {
  const Variable x = leaf({1.0, 2.0});
  const Tensor t = here({3.0, 4.0});
  const Variable y = 2 * x * t + t / x - t * 1.0 + (1 - x);
  sum(y).backward();
  EXPECT_EQ(y.dtype(), DType::f32);
  EXPECT_TENSOR_NEAR(y, {6.0, 13.0});
  EXPECT_TENSOR_NEAR(x.grad(), {2.0, 6.0});
}

TEST(Variable, MixedTypesGiveEachOperandItsOwn) {
  const Variable x = leaf({1.0, 2.0}), y = leaf64({3.0, 4.0});
  const Tensor integers = here({5, 6});
  const Variable z = x * y * integers;
  EXPECT_EQ(z.dtype(), DType::f64);
  sum(z).backward();
  EXPECT_TENSOR_EQ(x.grad(), {15.0, 24.0});
  EXPECT_TENSOR_EQ(y.grad(), Tensor{5.0, 12.0}.to(DType::f64));
}

TEST(Variable, ComparisonsGiveTensors) {
  const Variable x = leaf({1.0, 2.0}), y = leaf({2.0, 2.0});
  EXPECT_TENSOR_EQ(x == y, {false, true});
  EXPECT_TENSOR_EQ(x != y, {true, false});
  EXPECT_TENSOR_EQ(x < y, {true, false});
  EXPECT_TENSOR_EQ(x <= y, {true, true});
  EXPECT_TENSOR_EQ(x > y, {false, false});
  EXPECT_TENSOR_EQ(x >= 2, {false, true});
  EXPECT_TENSOR_EQ(argmax(x), Tensor(std::int64_t{1}));
  EXPECT_TENSOR_EQ(argmin(x, 0, true), {0});
}

TEST(Variable, DetachCutsTheGraph) {
  const Variable x = leaf({3.0}), y = x * x;
  const Variable constant = y.detach();
  EXPECT_FALSE(constant.requires_grad());
  EXPECT_EQ(constant.value().storage(), y.value().storage());
  (constant * x).backward();
  EXPECT_TENSOR_EQ(x.grad(), {9.0});
}

TEST(Variable, ZeroGradRemovesTheGradient) {
  Variable x = leaf({3.0});
  (x * x).backward();
  x.zero_grad();
  EXPECT_FALSE(x.grad().defined());
  (x * 2).backward();
  EXPECT_TENSOR_EQ(x.grad(), {2.0});
}

TEST(Variable, ResultsStoreAGradientOnRequest) {
  const Variable x = leaf({3.0}), y = x * x, z = y * y;
  y.retain_grad();
  z.backward({.retain_graph = true});
  EXPECT_TENSOR_EQ(y.grad(), {18.0});
  EXPECT_FALSE(z.grad().defined());
  z.backward();
  EXPECT_TENSOR_EQ(y.grad(), {36.0});
  Variable(y).zero_grad();
  EXPECT_FALSE(y.grad().defined());
}

TEST(Variable, AStoredGradientSharesNoStorage) {
  const Variable x = leaf({3.0}), y = x + 0;
  y.retain_grad();
  y.backward();
  Tensor grad = y.grad();
  grad += 1;
  EXPECT_TENSOR_EQ(x.grad(), {1.0});
}

TEST(Variable, SetGradReplaces) {
  Variable x = leaf({3.0, 4.0});
  sum(x).backward();
  Tensor grad = here({7.0, 8.0});
  x.set_grad(grad);
  grad += 1;
  EXPECT_TENSOR_EQ(x.grad(), {7.0, 8.0});
  sum(x).backward();
  EXPECT_TENSOR_EQ(x.grad(), {8.0, 9.0});
}

TEST(Variable, SetGradErrors) {
  Variable x = leaf({3.0, 4.0}), y = x * 2, constant = here({1.0});
  EXPECT_ERROR(x.set_grad(here({1.0})), ShapeError,
               "[set_grad] the gradient is [1], but the value is [2]; the shapes must be equal");
  EXPECT_ERROR(x.set_grad(here({1, 2})), DTypeError,
               "[set_grad] the gradient is i64, but the value is f32; convert it with .to(DType::f32)");
  EXPECT_ERROR(x.set_grad(Tensor()), ValueError,
               "[set_grad] the gradient is undefined; zero_grad() removes one");
  EXPECT_ERROR(y.set_grad(here({1.0, 2.0})), ValueError,
               "[set_grad] the result of mul keeps no gradient; call retain_grad() first");
  EXPECT_ERROR(
      constant.set_grad(here({1.0})), ValueError,
      "[set_grad] a constant has no gradient; make it, or what it is computed from, with variable()");
}

TEST(Variable, ConstantsHaveNoGradientToHandle) {
  Variable x = here({1.0});
  EXPECT_ERROR(
      x.zero_grad(), ValueError,
      "[zero_grad] a constant has no gradient; make it, or what it is computed from, with variable()");
  EXPECT_ERROR(
      x.retain_grad(), ValueError,
      "[retain_grad] a constant has no gradient; make it, or what it is computed from, with variable()");
  EXPECT_ERROR(
      x.register_hook([](const Variable& grad) { return grad; }), ValueError,
      "[register_hook] a constant has no gradient; make it, or what it is computed from, with variable()");
}

TEST(Variable, RefusesAnEmptyHook) {
  EXPECT_ERROR(variable(here({1.0})).register_hook(nullptr), ValueError,
               "[register_hook] the hook is empty; pass a function to call");
}

TEST(Variable, SetValueReachesAllCopies) {
  Variable x = leaf({3.0});
  const Variable copy = x;
  (x * x).backward();
  x.set_value(here({1.0, 2.0}).to(DType::f64));
  EXPECT_TENSOR_EQ(copy, Tensor{1.0, 2.0}.to(DType::f64));
  EXPECT_FALSE(copy.grad().defined());
  sum(copy * copy).backward();
  EXPECT_TENSOR_EQ(x.grad(), Tensor{2.0, 4.0}.to(DType::f64));
}

TEST(Variable, SetValueErrors) {
  Variable x = leaf({3.0}), y = x * x, constant = here({1.0});
  EXPECT_ERROR(y.set_value(here({1.0})), ValueError,
               "[set_value] only what variable() made has a value to replace, and this is the result of mul");
  EXPECT_ERROR(constant.set_value(here({1.0})), ValueError,
               "[set_value] only what variable() made has a value to replace, and this is a constant");
  EXPECT_ERROR(x.set_value(here({1})), DTypeError,
               "[set_value] gradients need floating elements, but this is i64 [1]; convert it with "
               ".to(DType::f32)");
  x.set_value(here({5.0}));
  EXPECT_ERROR(y.backward(), ValueError,
               "[backward] set_value() replaced a variable after mul was computed from it; compute it again");
  EXPECT_FALSE(x.grad().defined());
}

TEST(Variable, IsReadInBothModes) {
  const Variable x = leaf({3.0});
  EXPECT_EQ(as<Tensor>(x).storage(), x.value().storage());
  EXPECT_EQ(as<Variable>(x).node(), x.node());
}

TEST(Variable, PrintsItsValueAndOrigin) {
  const Variable x = leaf({1.0, 2.0});
  std::ostringstream out;
  out << x * x;
  EXPECT_EQ(out.str(), to_string((x * x).value()) + " (of mul)");
  EXPECT_EQ(to_string(x), to_string(x.value()) + " (variable)");
  EXPECT_EQ(to_string(x.detach()), to_string(x.value()));
}

TEST(NoGrad, GivesConstants) {
  const Variable x = leaf({3.0});
  const NoGrad guard;
  const Variable y = x * x;
  EXPECT_FALSE(y.requires_grad());
  EXPECT_TENSOR_EQ(y, {9.0});
}

TEST(NoGrad, Nests) {
  EXPECT_TRUE(grad_enabled());
  {
    const NoGrad outer;
    {
      const NoGrad inner;
      EXPECT_FALSE(grad_enabled());
      const GradModeGuard on(true);
      EXPECT_TRUE(grad_enabled());
    }
    EXPECT_FALSE(grad_enabled());
  }
  EXPECT_TRUE(grad_enabled());
}

TEST(NoGrad, EndsWithAnException) {
  const auto fails = [] {
    const NoGrad guard;
    throw std::runtime_error("stop");
  };
  EXPECT_THROW(fails(), std::runtime_error);
  EXPECT_TRUE(grad_enabled());
}

TEST(NoGrad, IsOfThisThreadOnly) {
  const NoGrad guard;
  bool there = false;
  std::thread([&there] { there = grad_enabled(); }).join();
  EXPECT_TRUE(there);
  EXPECT_FALSE(grad_enabled());
}

TEST(NoGrad, LeavesBackwardOfWhatWasRecordedAlone) {
  const Variable x = leaf({3.0}), y = x * x;
  const NoGrad guard;
  y.backward();
  EXPECT_TENSOR_EQ(x.grad(), {6.0});
  EXPECT_FALSE(grad_enabled());
}

TEST(Freezing, MakesAConstantOfAllCopies) {
  Variable w = leaf(Tensor{2.0});
  const Variable copy = w, x = leaf(Tensor{3.0});
  sum(w * x).backward();
  w.set_trainable(false);
  EXPECT_FALSE(copy.requires_grad());
  EXPECT_FALSE(copy.grad().defined());
  EXPECT_TRUE(copy.is_leaf());
  EXPECT_FALSE((copy * copy).requires_grad());
  sum(w * x + w).backward();
  EXPECT_TENSOR_EQ(x.grad(), {4.0});  // twice 2
  EXPECT_FALSE(w.grad().defined());
  EXPECT_EQ(to_string(w), "[2.] (frozen variable)");
  w.set_value(here(Tensor{5.0}));
  EXPECT_FALSE(w.requires_grad());
  w.set_trainable(true);
  sum(copy * x).backward();
  EXPECT_TENSOR_EQ(w.grad(), {3.0});
}

TEST(Freezing, AfterTheForwardPassGivesNoGradient) {
  Variable w = leaf(Tensor{2.0});
  const Variable x = leaf(Tensor{3.0}), y = sum(w * x);
  w.set_trainable(false);
  y.backward();
  EXPECT_FALSE(w.grad().defined());
  EXPECT_TENSOR_EQ(x.grad(), {2.0});
}

TEST(Freezing, SaysWhatCannotBeFrozen) {
  Variable w = leaf(Tensor{2.0}), constant = here(Tensor{1.0}), result = w * 2;
  EXPECT_ERROR(constant.set_trainable(false), ValueError,
               "[set_trainable] only what variable() made can be frozen or thawed, and this is a constant");
  EXPECT_ERROR(result.set_trainable(false), ValueError,
               "[set_trainable] only what variable() made can be frozen or thawed, and this is the result of "
               "mul");
  w.set_trainable(false);
  EXPECT_ERROR(w.set_grad(here(Tensor{1.0})), ValueError,
               "[set_grad] this parameter is frozen; call set_trainable(true) first");
  EXPECT_THROW(w.backward(), ValueError);
  EXPECT_THROW(gradients(result, std::vector{w}), ValueError);
  w.zero_grad();
}

}  // namespace
}  // namespace tinytorch
