// Module 16 in the framework, on the modules before it.
#include "tests/progressive/progressive.h"

#include "nn/data/byte_pair_tokenizer.h"
#include "nn/loss.h"
#include "nn/models/gpt.h"

namespace tinytorch::testing {
namespace {

class Module16 : public ProgressiveTest {
 protected:
  Module16() : ProgressiveTest("16_tinygpt") {}
};

TEST_F(Module16, TheTokenizerMergesTheMostFrequentPairs) {
  const auto tokenizer = nn::BytePairTokenizer::train("low lower lowest low", {.vocabulary_size = 259});
  EXPECT_EQ(tokenizer.token(256), "lo");
  EXPECT_EQ(tokenizer.token(257), "low");
  EXPECT_EQ(tokenizer.decode(tokenizer.encode("slow lower")), "slow lower");
}

nn::GPT small_model(DType dtype, Generator& generator) {
  return nn::GPT({.vocabulary = 11,
                  .context = 8,
                  .width = 16,
                  .heads = 2,
                  .layers = 1,
                  .dtype = dtype,
                  .device = backend(),
                  .generator = &generator});
}

TEST_F(Module16, TokensAreSampledFromTheLogits) {
  const Tensor logits = Tensor{{1.0, 9.0, 2.0}, {7.0, 0.0, 1.0}}.to(DType::f32).to(backend());
  Generator generator(7);
  EXPECT_TENSOR_EQ(nn::sample_token(logits, {.top_k = 1}, generator).to(Device::cpu()), (Tensor{1, 0}));
}

TEST_F(Module16, ACacheGivesTheLogitsOfTheWholeText) {
  Generator generator(5);
  const nn::GPT model = small_model(DType::f32, generator);
  const Tensor tokens = Tensor{{1, 5, 3, 10, 2}, {4, 4, 0, 9, 7}}.to(backend());
  nn::TransformerCache cache = model.make_cache();
  const Tensor first = model.forward(slice(tokens, 1, 0, 3), cache),
               fourth = model.forward(slice(tokens, 1, 3, 4), cache),
               last = model.forward(slice(tokens, 1, 4, 5), cache);
  EXPECT_TENSOR_NEAR(concat({first, fourth, last}, 1), model(tokens), 1e-5);
}

TEST_F(Module16, GradientsFlowThroughAGpt) {
  Generator of_single(5), of_exact(5);
  const nn::GPT single = small_model(DType::f32, of_single), exact = small_model(DType::f64, of_exact);
  const Tensor tokens = Tensor{{1, 5, 3, 10}}.to(backend()), next = Tensor{5, 3, 10, 2}.to(backend());
  const auto train = [&](const nn::GPT& model) {
    const Variable loss = nn::CrossEntropyLoss()(reshape(model(Variable(tokens)), {4, 11}), next);
    loss.backward();
    return loss.value().item();
  };
  EXPECT_NEAR(train(single), train(exact), 1e-4);
  const std::vector<Variable> actual = single.parameters(), expected = exact.parameters();
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i)
    EXPECT_TENSOR_NEAR(actual[i].grad().to(DType::f64), expected[i].grad(), 1e-3);
}

}  // namespace
}  // namespace tinytorch::testing
