#include "nn/models/bert.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "core/ops/creation.h"
#include "core/ops/random.h"
#include "tests/nn/layer_checks.h"

namespace tinytorch::testing {
namespace {

nn::BERT small_bert() {
  Generator source(2);
  nn::BERT model({.vocabulary = 11,
                  .context = 6,
                  .width = 8,
                  .heads = 2,
                  .layers = 2,
                  .hidden = 12,
                  .device = backend(),
                  .generator = &source});
  model.eval();
  return model;
}

Tensor words() { return here(Tensor{{1, 5, 7, 2}, {1, 9, 2, 0}}); }

TEST(BERT, IgnoresPadding) {
  const nn::BERT model = small_bert();
  const Tensor states = model.forward(words(), here(Tensor{4, 3}));
  EXPECT_EQ(states.shape(), (Shape{2, 4, 8}));
  EXPECT_TENSOR_NEAR(slice(states, 0, 0, 1), model(slice(words(), 0, 0, 1)));
  EXPECT_TENSOR_NEAR(slice(slice(states, 0, 1, 2), 1, 0, 3), model(slice(slice(words(), 0, 1, 2), 1, 0, 3)));
}

TEST(BERT, HasTokenTypes) {
  const nn::BERT model = small_bert();
  EXPECT_TENSOR_EQ(model.forward(words(), {}, zeros_like(words())), model(words()));
  EXPECT_FALSE(allclose(model.forward(words(), {}, ones_like(words())), model(words()), {.absolute = 1e-4}));
}

TEST(BERT, GivesAllParametersTheirGradients) {
  nn::BERT model = small_bert();
  model.to(DType::f64);
  std::vector<Tensor> at;
  for (const Variable& parameter : model.parameters()) at.push_back(parameter.value());
  GradcheckOptions check = gradcheck_options();
  check.second_order = false;
  const Tensor lengths = here(Tensor{4, 3}), types = here(Tensor{{0, 0, 1, 1}, {0, 1, 1, 0}});
  const GradcheckResult result = gradcheck(
      [&](const std::vector<Variable>& parameters) {
        ReplaceParameters replace(parameters);
        model.visit(replace);
        return nn::mean_pool(model.forward(Variable(words()), lengths, types), lengths);
      },
      at, check);
  EXPECT_TRUE(result) << result.message;
}

TEST(BERT, DropsOutWhileTrainingOnly) {
  Generator source(6);
  nn::BERT model({.vocabulary = 11,
                  .context = 6,
                  .width = 8,
                  .heads = 2,
                  .layers = 1,
                  .dropout = 0.5,
                  .device = backend(),
                  .generator = &source});
  EXPECT_FALSE(equal(model(words()), model(words())));
  model.eval();
  EXPECT_TENSOR_EQ(model(words()), model(words()));
}

TEST(MeanPool, AveragesTheTokensOfEachSequence) {
  const Tensor states = here(Tensor{{{1.0, 2.0}, {3.0, 6.0}, {9.0, 9.0}},
                                    {{1.0, 1.0}, {2.0, 3.0}, {3.0, 5.0}},
                                    {{1.0, 1.0}, {1.0, 1.0}, {1.0, 1.0}}});
  const Tensor lengths = here(Tensor{2, 3, 0});
  EXPECT_TENSOR_EQ(nn::mean_pool(states, lengths), here(Tensor{{2.0, 4.0}, {2.0, 3.0}, {0.0, 0.0}}));
  EXPECT_TENSOR_EQ(nn::mean_pool(Variable(states), lengths), nn::mean_pool(states, lengths));
}

TEST(BERT, HasSizesByName) {
  EXPECT_EQ(nn::bert_options("all-MiniLM-L6-v2").width, 384);
  EXPECT_EQ(nn::bert_options("bert-base").layers, 12);
  EXPECT_EQ(nn::bert_options("bert-large").heads, 16);
  EXPECT_ERROR(nn::bert_options("bart"), ValueError,
               "[bert_options] there is no size \"bart\"; the sizes are bert-base, bert-large and "
               "all-MiniLM-L6-v2");
}

TEST(BERT, SaysWhatIsWrong) {
  const nn::BERT model = small_bert();
  EXPECT_EQ(model.description(), "BERT(vocabulary 11, 2 layers)");
  EXPECT_ERROR(nn::BERT({.vocabulary = 5, .width = 8, .heads = 3}), ValueError,
               "[BERT] 8 features and 3 heads; the first must be a positive multiple of the second");
  EXPECT_ERROR(model(here(Tensor{1, 2})), ShapeError, "[BERT] tokens are [2]; wanted [batch, length]");
  EXPECT_ERROR(model.forward(words(), here(Tensor{4})), ShapeError,
               "[BERT] lengths are [1]; the tokens [2, 4] have 2");
  EXPECT_ERROR(model.forward(words(), {}, here(Tensor{0, 1})), ShapeError,
               "[BERT] token_types are [2], tokens [2, 4]; both must be the same");
  EXPECT_ERROR(model(here(zeros({1, 7}, {.dtype = DType::i64}))), ShapeError,
               "[PositionalEmbedding] x has the positions 0 to 6, but there are only 6");
  EXPECT_ERROR(nn::mean_pool(here(ones({2, 3, 4})), here(Tensor{1, 2, 3})), ShapeError,
               "[mean_pool] states are [2, 3, 4], lengths [3]; wanted [batch, length, width] and [batch]");
}

}  // namespace
}  // namespace tinytorch::testing
