#include "autograd/tape.h"

#include <gtest/gtest.h>

#include <memory>
#include <span>
#include <stdexcept>
#include <vector>

#include "autograd/ops.h"
#include "core/error.h"
#include "tests/autograd/leaves.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch {
namespace {

using testing::here;
using testing::leaf;

Variable cube(const Variable& x) {
  return record("cube", pow(x.value(), 3), {x},
                [x = Saved(x)](const RuleArguments& at) { return Gradients(at.grad * 3 * *x * *x); });
}

/// An op on x whose rule is `rule`.
template <class Rule>
Variable copy_with_rule(const Variable& x, Rule rule) {
  return record("copy", clone(x.value()), {x}, rule);
}

TEST(Record, DefinesANewOp) {
  const Variable x = leaf({2.0});
  cube(x).backward();
  EXPECT_TENSOR_NEAR(x.grad(), {12.0});
  EXPECT_TENSOR_NEAR(cube(here({2.0})), {8.0});
}

TEST(Record, RulesOfOpsCanBeDifferentiated) {
  const Variable x = leaf({2.0});
  const Variable slope = gradients(cube(x), std::vector{x}, {.create_graph = true})[0];
  EXPECT_TENSOR_NEAR(gradients(slope, std::vector{x})[0], {12.0});
}

TEST(Record, GivesTheRuleItsResult) {
  const Variable x = leaf({2.0});
  const auto reciprocal = [](const Variable& of) {
    return record_with_output("reciprocal", 1 / of.value(), {of}, [](const RuleArguments& at) {
      return Gradients(-at.grad * at.output() * at.output());
    });
  };
  const Variable slope = gradients(reciprocal(x), std::vector{x}, {.create_graph = true})[0];
  EXPECT_TENSOR_NEAR(slope, {-0.25});
  EXPECT_TENSOR_NEAR(gradients(slope, std::vector{x})[0], {0.25});
}

TEST(Record, TakesASpanOfInputs) {
  const std::vector<Variable> inputs{leaf({1.0}), here({2.0}), leaf({3.0})};
  const Variable y =
      record("last", inputs[2].value(), std::span<const Variable>(inputs), [](const RuleArguments& at) {
        EXPECT_TRUE(at.wants(0));
        EXPECT_FALSE(at.wants(1));
        return Gradients(std::vector<Variable>{at.grad * 0, Variable(), at.grad});
      });
  y.backward();
  EXPECT_TENSOR_EQ(inputs[0].grad(), {0.0});
  EXPECT_TENSOR_EQ(inputs[2].grad(), {1.0});
}

TEST(Record, SkipsTheWorkForInputsThatNeedNoGradient) {
  const Variable x = leaf({2.0}), constant = here({3.0});
  int computed = 0;
  const Variable y =
      record("product", x.value() * constant.value(), {x, constant}, [&](const RuleArguments& at) {
        return Gradients(at.gradient(0, [&] { return at.grad * 3; }), at.gradient(1, [&] {
          ++computed;
          return at.grad * 2;
        }));
      });
  y.backward();
  EXPECT_EQ(computed, 0);
  EXPECT_TENSOR_EQ(x.grad(), {3.0});
}

TEST(Record, IgnoresAGradientThatIsNotWanted) {
  const Variable x = leaf({2.0}), constant = here({3.0, 4.0});
  const Variable y = record("first", clone(x.value()), {x, constant},
                            [](const RuleArguments& at) { return Gradients(at.grad, at.grad); });
  y.backward();
  EXPECT_TENSOR_EQ(x.grad(), {1.0});
}

TEST(Record, RunsRulesWithoutRecording) {
  const Variable x = leaf({2.0});
  bool recording = true;
  const auto rule = [&](const RuleArguments& at) {
    recording = grad_enabled();
    return Gradients(at.grad);
  };
  copy_with_rule(x, rule).backward();
  EXPECT_FALSE(recording);
  copy_with_rule(x, rule).backward({.create_graph = true});
  EXPECT_TRUE(recording);
}

TEST(Record, RuleErrorsNameTheRule) {
  const Variable x = leaf({2.0});
  const auto backward_with = [&](auto rule) { copy_with_rule(x, rule).backward(); };
  EXPECT_ERROR(backward_with([](const RuleArguments&) { return Gradients(); }), ValueError,
               "[backward] the rule of copy gave 0 gradients for 1 inputs; give one for each input");
  EXPECT_ERROR(
      backward_with([](const RuleArguments&) { return Gradients(Variable()); }), ValueError,
      "[backward] the rule of copy gave no gradient for input 0, which wants one; give zeros if it is 0");
  EXPECT_ERROR(
      backward_with([](const RuleArguments& at) {
        return Gradients(expand(at.grad, {3, 1}));
      }),
      ShapeError,
      "[backward] copy's gradient for input 0 is [3, 1], but the value is [1]; the shapes must be equal");
  EXPECT_ERROR(backward_with([](const RuleArguments& at) { return Gradients(at.grad.to(DType::f64)); }),
               DTypeError,
               "[backward] copy's gradient for input 0 is f64, but the value is f32; convert it with "
               ".to(DType::f32)");
  EXPECT_ERROR(backward_with([](const RuleArguments& at) { return Gradients(at.output()); }), ValueError,
               "[backward] the rule of copy asks for the op's result, which was not kept; record it with "
               "record_with_output()");
  EXPECT_FALSE(x.grad().defined());
}

TEST(Record, AnExceptionFromARuleLeavesTheRestUsable) {
  const Variable x = leaf({2.0}), y = x * x;
  bool throwing = true;
  const Variable z = copy_with_rule(y,
                                    [&](const RuleArguments& at) {
                                      if (throwing) throw std::runtime_error("stop");
                                      return Gradients(at.grad);
                                    }) *
                     3;
  EXPECT_THROW(z.backward({.retain_graph = true}), std::runtime_error);
  EXPECT_TRUE(grad_enabled());
  EXPECT_FALSE(x.grad().defined());
  throwing = false;
  z.backward();
  EXPECT_TENSOR_EQ(x.grad(), {12.0});
}

TEST(Record, AnExceptionWithoutRetainFreesOnlyWhatRan) {
  const Variable x = leaf({2.0}), y = x * x;
  const Variable z =
      copy_with_rule(y, [](const RuleArguments&) -> Gradients { throw std::runtime_error("stop"); }) * 3;
  EXPECT_THROW(z.backward(), std::runtime_error);
  EXPECT_FALSE(x.grad().defined());
  EXPECT_ERROR(
      z.backward(), ValueError,
      "[backward] the graph through mul was freed by an earlier backward; pass {.retain_graph = true} to "
      "that one to run another, or detach() what was computed before it, such as a recurrent state");
  y.backward();
  EXPECT_TENSOR_EQ(x.grad(), {4.0});
}

TEST(Record, BackwardInsideARule) {
  // As checkpoint() recomputes a function.
  const Variable x = leaf({2.0});
  const Variable y = record("again", pow(x.value(), 2), {x}, [x = Saved(x)](const RuleArguments& at) {
    const GradModeGuard on(true);
    const Variable inner = variable(x->value());
    return Gradients(gradients(inner * inner, std::vector{inner}, {}, at.grad)[0]);
  });
  (y * 3).backward();
  EXPECT_TENSOR_EQ(x.grad(), {12.0});
}

// Tensors that are saved and then changed.

TEST(Saved, ChangeInPlaceIsAnError) {
  const Variable x = leaf({2.0, 3.0}), y = sum(sin(x));
  Tensor value = x.value();
  value += 1;
  EXPECT_ERROR(y.backward(), ValueError,
               "[backward] a tensor [2] that sin saved for its gradient was changed in place since "
               "(by an optimizer step, for example); change a clone() of it, or run sin after the change");
  EXPECT_FALSE(x.grad().defined());
}

TEST(Saved, ChangeOfAConstantOperandIsAnError) {
  const Variable x = leaf({2.0, 3.0});
  Tensor weights = here({5.0, 7.0});
  const Variable y = sum(x * weights);
  fill(weights, 0);
  EXPECT_ERROR(y.backward(), ValueError,
               "[backward] a tensor [2] that mul saved for its gradient was changed in place since "
               "(by an optimizer step, for example); change a clone() of it, or run mul after the change");
}

TEST(Saved, ChangeOfAConditionIsAnError) {
  const Variable x = leaf({2.0, 3.0});
  Tensor condition = here({true, false});
  const Variable y = sum(where(condition, x, 0));
  fill(condition, true);
  EXPECT_ERROR(y.backward(), ValueError,
               "[backward] a tensor [2] that where saved for its gradient was changed in place since "
               "(by an optimizer step, for example); change a clone() of it, or run where after the change");
}

TEST(Saved, ChangeThroughAViewIsAnError) {
  const Variable x = leaf({2.0, 3.0}), y = sum(x * x);
  Tensor second = slice(x.value(), 0, 1);
  second += 1;
  EXPECT_ERROR(y.backward(), ValueError,
               "[backward] a tensor [2] that mul saved for its gradient was changed in place since "
               "(by an optimizer step, for example); change a clone() of it, or run mul after the change");
}

TEST(Saved, ChangeOfAResultThatTheRuleReadsIsAnError) {
  const Variable x = leaf({2.0, 3.0}), y = exp(x);
  const Variable z = sum(y);
  Tensor value = y.value();
  value += 1;
  EXPECT_ERROR(
      z.backward(), ValueError,
      "[backward] the result [2] of exp is needed for its gradient, but was changed in place since; change "
      "a clone() of it");
}

TEST(Saved, ChangeOfWhatNoRuleReadsIsFine) {
  const Variable x = leaf({2.0, 3.0}), y = x + 1;
  const Variable z = sum(y * 2);
  Tensor value = x.value(), result = y.value();
  value += 1;
  result += 1;
  z.backward();
  EXPECT_TENSOR_EQ(x.grad(), {2.0, 2.0});
}

TEST(Saved, ChangeOfAnOperandWhosePartnerIsConstantIsFine) {
  const Variable x = leaf({2.0, 3.0});
  const Variable y = sum(x * here({5.0, 7.0}));
  Tensor value = x.value();
  value += 1;
  y.backward();
  EXPECT_TENSOR_EQ(x.grad(), {5.0, 7.0});
}

TEST(Saved, ChangeAfterBackwardIsFine) {
  const Variable x = leaf({2.0, 3.0});
  sum(x * x).backward();
  Tensor value = x.value();
  value += 1;
  sum(x * x).backward();
  EXPECT_TENSOR_EQ(x.grad(), {10.0, 14.0});
}

TEST(Saved, IsEmptyWhereNothingIsRecorded) {
  const Variable x = leaf({2.0});
  EXPECT_TRUE(Saved(x)->defined());
  EXPECT_FALSE(Saved(x, false)->defined());
  const NoGrad guard;
  EXPECT_FALSE(Saved(x)->defined());
}

TEST(Saved, IsFreedByBackward) {
  const Variable x = leaf({2.0});
  Variable y = x * 2;
  const std::weak_ptr<Storage> storage = y.value().storage();
  const Variable z = sin(y);
  y = Variable();
  EXPECT_FALSE(storage.expired());
  z.backward();
  EXPECT_TRUE(storage.expired());
}

// Hooks.

TEST(Hooks, GetTheCompleteGradient) {
  const Variable x = leaf({2.0}), y = x * x;
  std::vector<float> of_x, of_y;
  x.register_hook([&](const Variable& grad) {
    of_x.push_back(grad.item());
    return Variable();
  });
  y.register_hook([&](const Variable& grad) {
    of_y.push_back(grad.item());
    return Variable();
  });
  (y + y * 2 + x).backward();
  EXPECT_EQ(of_y, std::vector<float>{3});
  EXPECT_EQ(of_x, std::vector<float>{13});
  EXPECT_TENSOR_EQ(x.grad(), {13.0});
}

TEST(Hooks, ReplaceTheGradientOneAfterAnother) {
  const Variable x = leaf({2.0}), y = x * x;
  y.register_hook([](const Variable& grad) { return grad * 10; });
  y.register_hook([](const Variable& grad) { return grad + 1; });
  y.retain_grad();
  x.register_hook([](const Variable& grad) { return -grad; });
  y.backward();
  EXPECT_TENSOR_EQ(y.grad(), {11.0});
  EXPECT_TENSOR_EQ(x.grad(), {-44.0});
}

TEST(Hooks, RunForEachBackward) {
  const Variable x = leaf({2.0});
  int calls = 0;
  x.register_hook([&](const Variable&) {
    ++calls;
    return Variable();
  });
  (x * 1).backward();
  (x * 1).backward();
  EXPECT_TENSOR_EQ(gradients(x * 3, std::vector{x})[0], {3.0});
  EXPECT_EQ(calls, 3);
}

TEST(Hooks, ThatKeepTheGradientKeepItAsItWas) {
  const Variable x = leaf({2.0});
  Tensor seen;
  x.register_hook([&](const Variable& grad) {
    seen = grad.value();
    return Variable();
  });
  x.backward();
  Tensor grad = x.grad();
  grad += 1;
  EXPECT_TENSOR_EQ(seen, {1.0});
}

TEST(Hooks, MayRegisterAnother) {
  const Variable x = leaf({2.0});
  x.register_hook([&x](const Variable&) {
    x.node()->hooks.resize(1);
    x.register_hook([](const Variable& grad) { return grad * 5; });
    return Variable();
  });
  x.backward();
  EXPECT_TENSOR_EQ(x.grad(), {5.0});
}

TEST(Hooks, MustKeepShapeAndType) {
  const Variable x = leaf({2.0}), y = x * x;
  y.register_hook([](const Variable& grad) { return reshape(grad, {1, 1}); });
  EXPECT_ERROR(
      y.backward(), ShapeError,
      "[backward] the gradient from a hook on mul is [1, 1], but the value is [1]; the shapes must be equal");
  const Variable z = leaf({2.0});
  z.register_hook([](const Variable& grad) { return grad.to(DType::f64); });
  EXPECT_ERROR(
      (z * 2).backward(), DTypeError,
      "[backward] the gradient from a hook on variable is f64, but the value is f32; convert it with "
      ".to(DType::f32)");
  EXPECT_FALSE(z.grad().defined());
}

TEST(Hooks, CanBeDifferentiated) {
  const Variable x = leaf({2.0}), y = x * x;
  x.register_hook([](const Variable& grad) { return grad * grad; });
  const Variable slope = gradients(y, std::vector{x}, {.create_graph = true})[0];  // (2x)²
  x.node()->hooks.clear();
  EXPECT_TENSOR_EQ(gradients(slope, std::vector{x})[0], {16.0});
}

}  // namespace
}  // namespace tinytorch
