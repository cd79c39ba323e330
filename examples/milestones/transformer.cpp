// 2017: Vaswani et al., "Attention is all you need". A sequence is reversed, which takes attention: each
// position has to read another one.

#include "examples/milestones/milestones.h"

#include <tinytorch/tinytorch.h>

#include <cstdio>

using namespace tinytorch;

namespace milestones {
namespace {

constexpr std::int64_t kTokens = 10, kLength = 8, kWidth = 32, kHeads = 4;

/// The share of tokens that are right in 100 new sequences.
double accuracy(const nn::Sequential& model, Generator& generator, Device device) {
  const Tensor x = randint(0, kTokens, {100, kLength}, {.device = device}, generator);
  return mean((argmax(model(x), -1) == flip(x, {1})).to(DType::f32)).item();
}

}  // namespace

int transformer(const examples::Program& program) {
  Generator generator(program.seed);
  nn::Sequential model{nn::Embedding(kTokens, kWidth, {.generator = &generator}),
                       nn::PositionalEmbedding(kLength, kWidth, {.generator = &generator}),
                       nn::TransformerBlock(kWidth, kHeads, {.generator = &generator}),
                       nn::Dense(kWidth, kTokens, {.generator = &generator})};
  model.to(program.device);
  std::printf("reversing %d tokens, before training: accuracy %.3f\n", static_cast<int>(kLength),
              accuracy(model, generator, program.device));
  nn::Adam optimizer(model.parameters(), {.learning_rate = 0.003});
  for (int step = 1; step <= 300; ++step) {
    const Tensor x = randint(0, kTokens, {32, kLength}, {.device = program.device}, generator);
    const Variable logits = reshape(model(Variable(x)), {32 * kLength, kTokens});
    const Variable loss = cross_entropy(logits, reshape(flip(x, {1}), {32 * kLength}));
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    if (step % 50 == 0) std::printf("step %3d: loss %.4f\n", step, loss.value().item());
  }
  const double right = accuracy(model, generator, program.device);
  std::printf("sequences that it has not seen: accuracy %.3f\n", right);
  return right > 0.95 ? examples::kDone : examples::kFailed;
}

}  // namespace milestones
