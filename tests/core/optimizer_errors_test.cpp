// The error messages of the optimizers' steps, word for word.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/error.h"
#include "core/ops/composite.h"
#include "core/ops/creation.h"
#include "core/ops/optimizer.h"
#include "tests/core/ones_of.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

void sgd(ParameterUpdate update) {
  std::vector<ParameterUpdate> updates{update};
  sgd_step({.learning_rate = 1, .momentum = 0, .weight_decay = 0, .nesterov = false}, updates);
}

void adagrad(ParameterUpdate update) {
  std::vector<ParameterUpdate> updates{update};
  adagrad_step({.learning_rate = 1, .epsilon = 0, .weight_decay = 0, .initial = 0}, updates);
}

TEST(OptimizerErrors, OfTensorsThatDoNotFitEachOther) {
  const Tensor p = ones_of({2, 3});
  EXPECT_ERROR(sgd({p, ones_of({3, 2})}), ShapeError,
               "[sgd_step] a parameter is [2, 3], but its gradient [3, 2]; they must have one shape");
  EXPECT_ERROR(adagrad({p, p, ones_of({3})}), ShapeError,
               "[adagrad_step] a parameter is [2, 3], but its moment [3]; they must have one shape");
  EXPECT_ERROR(sgd({p, ones_of({2, 3}, DType::f64)}), DTypeError,
               "[sgd_step] a parameter is f32, but its gradient f64; convert one with .to(dtype)");
  EXPECT_ERROR(sgd({ones_of({2}, DType::i64), ones_of({2}, DType::i64)}), DTypeError,
               "[sgd_step] takes floating tensors, but a parameter is i64; convert it with .to(DType::f32)");
  EXPECT_ERROR(sgd({p, transpose(ones_of({3, 2}))}), ValueError,
               "[sgd_step] the gradient of a parameter [2, 3] is not contiguous; take contiguous() of it");
  EXPECT_ERROR(sgd({transpose(ones_of({3, 2})), p}), ValueError,
               "[sgd_step] a parameter [2, 3] is not contiguous; take contiguous() of it");
  EXPECT_ERROR(adagrad({p, p}), ValueError,
               "[adagrad_step] a moment is undefined (default-constructed); give it a value first");
}

}  // namespace
}  // namespace tinytorch::testing
