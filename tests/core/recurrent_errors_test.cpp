// The error messages of the gates of recurrent cells, word for word.
#include <gtest/gtest.h>

#include "core/error.h"
#include "core/ops/creation.h"
#include "core/ops/recurrent.h"
#include "tests/core/ones_of.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

TEST(RecurrentErrors, OfShapes) {
  EXPECT_ERROR(lstm_gates(ones_of({2, 8}), ones_of({2, 8}), ones_of({2, 3})), ShapeError,
               "[lstm_gates] from_input is [2, 8], from_hidden [2, 8], the state [2, 3]; wanted [..., 4 H] "
               "twice and [..., H]");
  EXPECT_ERROR(gru_gates(ones_of({2, 6}), ones_of({1, 6}), ones_of({2, 2})), ShapeError,
               "[gru_gates] from_input is [2, 6], from_hidden [1, 6], the state [2, 2]; wanted [..., 3 H] "
               "twice and [..., H]");
  EXPECT_ERROR(
      gru_gates(ones_of({}), ones_of({}), ones_of({})), ShapeError,
      "[gru_gates] from_input is [], from_hidden [], the state []; wanted [..., 3 H] twice and [..., "
      "H]");
}

TEST(RecurrentErrors, OfTypes) {
  EXPECT_ERROR(lstm_gates(ones_of({8}), ones_of({8}), ones_of({2}, DType::i32)), DTypeError,
               "[lstm_gates] takes floating tensors, but the state is i32; convert it with .to(DType::f32)");
  EXPECT_ERROR(gru_gates(ones_of({6}), ones_of({6}, DType::f64), ones_of({2})), DTypeError,
               "[gru_gates] from_input is f32, from_hidden f64, the state f32; convert them with .to(dtype)");
}

}  // namespace
}  // namespace tinytorch::testing
