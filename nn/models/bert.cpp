#include "nn/models/bert.h"

#include <fmt/format.h>

#include "core/internal/format.h"
#include "core/ops/arithmetic.h"
#include "core/ops/attention.h"
#include "core/ops/composite.h"
#include "nn/internal/named.h"
#include "nn/internal/small_normal.h"

namespace tinytorch::nn {

namespace {

Embedding bert_embedding(std::int64_t rows, const BERTOptions& options) {
  return named("BERT", [&] {
    return Embedding(rows, options.width,
                     {.weight_init = small_normal,
                      .dtype = options.dtype,
                      .device = options.device,
                      .generator = options.generator});
  });
}

PositionalEmbedding bert_positions(const BERTOptions& options) {
  return named("BERT", [&] {
    return PositionalEmbedding(options.context, options.width,
                               {.weight_init = small_normal,
                                .dtype = options.dtype,
                                .device = options.device,
                                .generator = options.generator});
  });
}

LayerNorm bert_norm(const BERTOptions& options) {
  return named("BERT", [&] {
    return LayerNorm(options.width,
                     {.epsilon = options.epsilon, .dtype = options.dtype, .device = options.device});
  });
}

TransformerStack bert_blocks(const BERTOptions& options) {
  return named("BERT", [&] {
    return TransformerStack(options.layers, options.width, options.heads,
                            {.pre_norm = false,
                             .epsilon = options.epsilon,
                             .hidden = options.hidden,
                             .dropout = options.dropout,
                             .weight_init = small_normal,
                             .dtype = options.dtype,
                             .device = options.device,
                             .generator = options.generator});
  });
}

}  // namespace

BERTOptions bert_options(std::string_view name) {
  if (name == "bert-base") return {};
  if (name == "bert-large") return {.width = 1024, .heads = 16, .layers = 24};
  if (name == "all-MiniLM-L6-v2") return {.width = 384, .layers = 6};
  fail<ValueError>("bert_options",
                   "there is no size \"{}\"; the sizes are bert-base, bert-large and all-MiniLM-L6-v2", name);
}

BERT::BERT(const BERTOptions& options)
    : dropout_(options.dropout),
      generator_(options.generator),
      token_embedding_(bert_embedding(options.vocabulary, options)),
      position_embedding_(bert_positions(options)),
      token_type_embedding_(bert_embedding(options.token_types, options)),
      norm_(bert_norm(options)),
      blocks_(bert_blocks(options)) {}

void BERT::check_tokens(const Shape& tokens, const Tensor& lengths, const Tensor& token_types) const {
  if (tokens.size() != 2) fail<ShapeError>("BERT", "tokens are {}; wanted [batch, length]", tokens);
  if (lengths.defined() && lengths.shape() != Shape{tokens[0]})
    fail<ShapeError>("BERT", "lengths are {}; the tokens {} have {}", lengths.shape(), tokens, tokens[0]);
  if (token_types.defined() && token_types.shape() != tokens)
    fail<ShapeError>("BERT", "token_types are {}, tokens {}; both must be the same", token_types.shape(),
                     tokens);
}

void BERT::visit(Visitor& visitor) {
  visitor.child("token_embedding", token_embedding_);
  visitor.child("position_embedding", position_embedding_);
  visitor.child("token_type_embedding", token_type_embedding_);
  visitor.child("norm", norm_);
  visitor.child("blocks", blocks_);
}

std::string BERT::description() const {
  return fmt::format("BERT(vocabulary {}, {} layers)", token_embedding_.num_embeddings(), blocks_.size());
}

template <TensorLike T>
T mean_pool(const T& states, const Tensor& lengths) {
  const OpScope scope("mean_pool");
  if (states.rank() != 3 || lengths.shape() != Shape{states.shape()[0]}) {
    fail<ShapeError>("mean_pool", "states are {}, lengths {}; wanted [batch, length, width] and [batch]",
                     states.shape(), lengths.shape());
  }
  const std::int64_t length = states.shape()[1];
  const Tensor is_token = reshape(padding_mask(lengths, length), {states.shape()[0], length, 1});
  const Tensor tokens = clamp_min(sum(is_token.to(states.dtype()), {1}), 1.0);
  return sum(where(is_token, states, T(0.0)), {1}) / T(tokens);
}

template Tensor mean_pool<Tensor>(const Tensor&, const Tensor&);
template Variable mean_pool<Variable>(const Variable&, const Tensor&);

NameMap bert_names() {
  return NameMap(R"(
    embeddings.word_embeddings.weight       -> token_embedding.weight
    embeddings.position_embeddings.weight   -> position_embedding.weight
    embeddings.token_type_embeddings.weight -> token_type_embedding.weight
    embeddings.LayerNorm.*                  -> norm.*
    encoder.layer.*.attention.self.query.* +
    encoder.layer.*.attention.self.key.* +
    encoder.layer.*.attention.self.value.*       -> blocks.*.attention.qkv.*
    encoder.layer.*.attention.output.dense.*     -> blocks.*.attention.output.*
    encoder.layer.*.attention.output.LayerNorm.* -> blocks.*.attention_norm.*
    encoder.layer.*.intermediate.dense.*         -> blocks.*.feed_forward.up.*
    encoder.layer.*.output.dense.*               -> blocks.*.feed_forward.down.*
    encoder.layer.*.output.LayerNorm.*           -> blocks.*.feed_forward_norm.*
    embeddings.position_ids                      -> nothing
    pooler.dense.*                               -> nothing
  )",
                 "bert.");
}

}  // namespace tinytorch::nn
