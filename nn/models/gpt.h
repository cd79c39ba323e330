#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "autograd/ops.h"
#include "nn/dense.h"
#include "nn/embedding.h"
#include "nn/models/sampling.h"
#include "nn/module.h"
#include "nn/name_map.h"
#include "nn/positions.h"
#include "nn/transformer.h"

/// Language models.
///
/// ```cpp
/// nn::GPTOptions options = nn::gpt_options("tiny");
/// options.vocabulary = 65;
/// nn::GPT model(options);
/// const Tensor tokens{{5, 17, 3}};
/// const Tensor logits = model(tokens);  // [1, 3, 65]
/// model.eval();
/// const Tensor text = model.generate(tokens, {.tokens = 4, .sampling = {.top_k = 10}});  // [1, 7]
/// ```
namespace tinytorch::nn {

/// The options of a GPT. By default, its architecture is that of GPT-2 with 124M parameters (Radford et al.
/// 2019).
struct GPTOptions {
  std::int64_t vocabulary = 50257;
  std::int64_t context = 1024;  ///< the largest number of tokens of a sequence
  std::int64_t width = 768;
  std::int64_t heads = 12;
  std::int64_t layers = 12;
  bool tied = true;     ///< the head's weight is that of the token embedding
  bool rotary = false;  ///< rotary positions instead of learned ones
  NormKind norm = NormKind::layer_norm;
  double epsilon = 1e-5;  ///< of the normalization
  FeedForwardKind feed_forward = FeedForwardKind::gelu_tanh;
  std::optional<std::int64_t> hidden = {};    ///< see FeedForwardOptions
  std::optional<std::int64_t> kv_heads = {};  ///< see MultiHeadAttentionOptions
  bool bias = true;
  double dropout = 0;  ///< of the embedded tokens and in the blocks, in training; in [0, 1)
  DType dtype = DType::f32;
  Device device = Device::cpu();
  /// for the initializers and for dropout; must outlive the model; null: default_generator()
  Generator* generator = nullptr;
};

/// The options of a size: "gpt2" (124M parameters), "gpt2-medium" (355M), "gpt2-large" (774M), "gpt2-xl"
/// (1.6B), or "tiny" (0.8M), which is for characters or bytes: a vocabulary of 256 and a context of 128.
/// @throws ValueError  there is no such size
GPTOptions gpt_options(std::string_view name);

/// The options of GPT::generate().
struct GenerateOptions {
  std::int64_t tokens = 100;  ///< the number of tokens to generate
  SamplingOptions sampling = {};
  bool cache = true;  ///< keeps keys and values, so that a token takes one step; false: computes all again
  /// receives each token, i64 [batch], when it was chosen; generation ends where it returns false
  std::function<bool(const Tensor& token)> on_token = {};
};

/// A decoder-only Transformer: tokens, i64 or i32 [batch, length] or [length], give the logits of the next
/// token at each position, [batch, length, vocabulary]. Weights are initially normal with a standard
/// deviation of 0.02, divided by sqrt(2 * layers) where they end a residual branch, as in GPT-2; biases are
/// 0. Children: token_embedding, position_embedding (unless options.rotary is set), blocks (a
/// TransformerStack), norm, and head (a Dense without bias) unless options.tied is set.
class GPT : public Layer<GPT> {
 public:
  /// @throws ValueError  an option is out of range
  explicit GPT(const GPTOptions& options);

  /// @throws ShapeError  there are more tokens than options.context
  /// @throws ValueError  a token is not in [0, vocabulary)
  /// @throws DTypeError  the tokens are not i64 or i32
  template <TensorLike T>
  T forward(const T& tokens) const {
    check_tokens(tokens.shape(), 0);
    return logits(blocks_.forward(embedded(tokens, 0)));
  }
  /// The logits of the next steps of a sequence. If it throws, the cache has the steps that it had before.
  /// @param tokens  [batch, steps]
  /// @param cache   of make_cache()
  /// @return        [batch, steps, vocabulary]
  /// @throws as forward(tokens); the tokens in the cache count
  Tensor forward(const Tensor& tokens, TransformerCache& cache) const;

  /// An empty cache, whose first use allocates memory for `capacity` steps.
  /// @throws ValueError  capacity is negative
  TransformerCache make_cache(std::int64_t capacity = 0) const { return TransformerCache(blocks_, capacity); }

  /// Continues each row of tokens. Where the sequence has reached options.context, the model forgets its
  /// older half and goes on. A generator gives the same text with and without a cache, up to the rounding of
  /// logits. In training mode, dropout applies: call eval() before.
  /// @param prompt  [batch, length], at least one token in each row
  /// @return        i64 [batch, length + generated], on the device of the prompt
  /// @throws ShapeError  the prompt is not [batch, length], or is empty
  /// @throws ValueError  options.tokens is negative
  /// @throws as forward() and sample_token()
  Tensor generate(const Tensor& prompt, const GenerateOptions& options = {},
                  Generator& generator = default_generator()) const;

  void visit(Visitor& visitor) override;
  std::string description() const override;

  std::int64_t context() const { return context_; }
  std::int64_t vocabulary() const { return token_embedding_.num_embeddings(); }

 private:
  /// @param before  the number of earlier tokens
  void check_tokens(const Shape& shape, std::int64_t before) const;
  /// The state of the blocks after the next steps.
  Tensor states(const Tensor& tokens, TransformerCache& cache) const;
  /// The logits [batch, vocabulary] after the last token. If there is a cache, it has the first of them.
  Tensor last_logits(const Tensor& tokens, TransformerCache* cache) const;

  template <TensorLike T>
  T embedded(const T& tokens, std::int64_t offset) const {
    T x = token_embedding_(tokens);
    if (position_embedding_) x = position_embedding_->forward(x, offset);
    return dropout(x, dropout_, is_training(), generator_ ? *generator_ : default_generator());
  }
  template <TensorLike T>
  T logits(const T& x) const {
    const T y = norm_(x);
    return head_ ? (*head_)(y) : matmul(y, transpose(as<T>(token_embedding_.weight())));
  }

  std::int64_t context_;
  double dropout_;
  Generator* generator_;
  Embedding token_embedding_;
  std::optional<PositionalEmbedding> position_embedding_;
  TransformerStack blocks_;
  FeatureNorm norm_;
  std::optional<Dense> head_;
};

/// The names of GPT-2's parameters in Hugging Face's transformers, for a GPT with the default options or
/// another of its sizes.
NameMap gpt2_names();

}  // namespace tinytorch::nn
