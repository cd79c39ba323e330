#include "nn/embedding.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "core/ops/creation.h"
#include "core/ops/random.h"
#include "tests/nn/layer_checks.h"

namespace tinytorch::testing {
namespace {

// Rows [1, 2], [3, 4], [5, 6].
nn::Embedding known_embedding(std::optional<std::int64_t> padding = {}) {
  nn::Embedding embedding(3, 2, {.padding_index = padding});
  embedding.load_state_dict({{"weight", Tensor{{1, 2}, {3, 4}, {5, 6}}}});
  embedding.to(backend());
  return embedding;
}

TEST(Embedding, LooksRowsUp) {
  const nn::Embedding embedding = known_embedding();
  EXPECT_TENSOR_EQ(embedding(here({2, 0})), {{5.0, 6.0}, {1.0, 2.0}});
  EXPECT_TENSOR_EQ(embedding(here({{1}, {2}}).to(DType::i32)), {{{3.0, 4.0}}, {{5.0, 6.0}}});
}

TEST(Embedding, BothModesAgreeAndTheVariableIsRecorded) {
  const nn::Embedding embedding = known_embedding();
  const Tensor index = here({{0, 2}, {2, 1}});
  const Variable recorded = embedding(Variable(index));
  EXPECT_TRUE(recorded.requires_grad());
  EXPECT_TENSOR_EQ(recorded, embedding(index));
}

TEST(Embedding, SumsTheGradientsOfARowThatIsLookedUpTwice) {
  const nn::Embedding embedding = known_embedding();
  embedding(Variable(here({2, 0, 2}))).backward(here({{1.0, 2.0}, {3.0, 4.0}, {5.0, 6.0}}));
  EXPECT_TENSOR_EQ(embedding.weight().grad(), {{3.0, 4.0}, {0.0, 0.0}, {6.0, 8.0}});
}

TEST(Embedding, PaddingBeginsAsZeroAndGetsNoGradient) {
  const nn::Embedding fresh(3, 2, {.padding_index = 1, .device = backend()});
  EXPECT_TENSOR_EQ(select(fresh.weight().value(), 0, 1), {0.0, 0.0});
  const nn::Embedding embedding = known_embedding(1);
  const Variable y = embedding(Variable(here({1, 2})));
  EXPECT_TENSOR_EQ(y, {{3.0, 4.0}, {5.0, 6.0}});
  y.backward(ones_like(y.value()));
  EXPECT_TENSOR_EQ(embedding.weight().grad(), {{0.0, 0.0}, {0.0, 0.0}, {1.0, 1.0}});
  EXPECT_EQ(embedding.description(), "Embedding(3, 2, padding_index=1)");
}

TEST(Embedding, StartsWithNormalValuesFromTheGenerator) {
  Generator used(3), same(3);
  const nn::Embedding embedding(5, 4, {.device = backend(), .generator = &used});
  EXPECT_TENSOR_EQ(embedding.weight(), randn({5, 4}, {.device = backend()}, same));
  EXPECT_EQ(embedding.description(), "Embedding(5, 4)");
}

TEST(Embedding, SaysWhatDoesNotFit) {
  EXPECT_ERROR(nn::Embedding(0, 2), ValueError, "[Embedding] num_embeddings is 0; it must be at least 1");
  EXPECT_ERROR(nn::Embedding(2, 0), ValueError, "[Embedding] features is 0; it must be at least 1");
  EXPECT_ERROR(nn::Embedding(2, 2, {.padding_index = 2}), ValueError,
               "[Embedding] padding_index is 2; the rows are 0 to 1");
  const nn::Initializer wrong = [](const Shape&, Options options, Generator&) {
    return zeros({1, 2}, options);
  };
  EXPECT_ERROR(nn::Embedding(2, 2, {.weight_init = wrong}), ShapeError,
               "[Embedding] the initializer of the weight gave [1, 2], not [2, 2]");
  EXPECT_ERROR(known_embedding()(here({0, 3})), ValueError,
               "[embedding] index 3 at [1] is out of range for axis 0 of shape [3, 2]; indices are 0 to 2");
  EXPECT_ERROR(known_embedding()(here({0.0, 1.0})), DTypeError,
               "[embedding] indices are i64 or i32, but the index is f32; convert it with .to(DType::i64)");
}

}  // namespace
}  // namespace tinytorch::testing
