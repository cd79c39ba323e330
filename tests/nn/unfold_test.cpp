#include "nn/unfold.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "core/ops/creation.h"
#include "core/ops/random.h"
#include "tests/nn/layer_checks.h"

namespace tinytorch::testing {
namespace {

TEST(Unfold, GivesWhatAWindowSees) {
  const Tensor x = here(Tensor{{{{1.0, 2.0, 3.0}}}});
  EXPECT_TENSOR_EQ(nn::Unfold({.kernel = {1, 2}})(x), {{{1.0, 2.0}, {2.0, 3.0}}});
}

TEST(Fold, AddsUpWhatUnfoldGave) {
  const Window window{.kernel = {1, 2}};
  const Tensor x = here(Tensor{{{{1.0, 2.0, 3.0}}}});
  EXPECT_TENSOR_EQ(nn::Fold({1, 3}, window)(nn::Unfold(window)(x)), {{{{1.0, 4.0, 3.0}}}});
}

TEST(UnfoldAndFold, BothModesAgree) {
  const Window window{.kernel = 3, .stride = 2, .padding = 1};
  const Tensor x = randn({2, 3, 7, 5}, {.device = backend()});
  expect_modes_agree(nn::Unfold(window), x);
  expect_modes_agree(nn::Fold({7, 5}, window), nn::Unfold(window)(x));
}

TEST(UnfoldAndFold, DescribeThemselves) {
  const Window window{.kernel = {3, 2}, .padding = 1};
  EXPECT_EQ(nn::Unfold(window).description(), "Unfold(kernel [3, 2], stride 1, padding 1)");
  EXPECT_EQ(nn::Fold(8, window).description(), "Fold(8, kernel [3, 2], stride 1, padding 1)");
}

TEST(UnfoldAndFold, RefuseWhatTheirOpsRefuse) {
  EXPECT_ERROR(nn::Unfold({.kernel = 2})(zeros({3, 3})), ShapeError,
               "[unfold] input is [3, 3]; wanted [batch, channels, height, width]");
}

}  // namespace
}  // namespace tinytorch::testing
