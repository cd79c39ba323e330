#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "autograd/ops.h"
#include "nn/embedding.h"
#include "nn/module.h"
#include "nn/name_map.h"
#include "nn/positions.h"
#include "nn/transformer.h"

/// Encoders of sentences.
///
/// ```cpp
/// nn::BERT model({.vocabulary = 100, .context = 32, .width = 16, .heads = 4, .layers = 2});
/// model.eval();
/// const Tensor tokens{{2, 17, 45, 3}, {2, 9, 3, 0}}, lengths{4, 3};  // the second is padded
/// const Tensor states = model.forward(tokens, lengths);               // [2, 4, 16]
/// const Tensor sentences = nn::mean_pool(states, lengths);            // [2, 16]
/// ```
namespace tinytorch::nn {

/// The options of a BERT. By default, its architecture is that of BERT's base size with 110M parameters
/// (Devlin et al. 2019).
struct BERTOptions {
  std::int64_t vocabulary = 30522;
  std::int64_t context = 512;  ///< the largest number of tokens of a sequence
  std::int64_t token_types = 2;
  std::int64_t width = 768;
  std::int64_t heads = 12;
  std::int64_t layers = 12;
  std::optional<std::int64_t> hidden = {};  ///< see FeedForwardOptions
  double epsilon = 1e-12;                   ///< of the normalization
  double dropout = 0;  ///< of the embedded tokens and in the blocks, in training; in [0, 1)
  DType dtype = DType::f32;
  Device device = Device::cpu();
  /// for the initializers and for dropout; must outlive the model; null: default_generator()
  Generator* generator = nullptr;
};

/// The options of a size: "bert-base" (110M parameters), "bert-large" (335M), or "all-MiniLM-L6-v2" (22M).
/// @throws ValueError  there is no such size
BERTOptions bert_options(std::string_view name);

/// A Transformer encoder: tokens, i64 or i32 [batch, length], give states [batch, length, width]. It has no
/// pooler and no heads. Weights are initially normal with a standard deviation of 0.02; biases are 0.
/// Children: token_embedding, position_embedding, token_type_embedding, norm, and blocks (a
/// TransformerStack).
class BERT : public Layer<BERT> {
 public:
  /// @throws ValueError  an option is out of range
  explicit BERT(const BERTOptions& options);

  /// @param lengths      the number of tokens of each sequence, integers [batch]; the others are padding, and
  ///                     get no attention. By default, all are tokens
  /// @param token_types  i64 or i32 [batch, length], in [0, token_types); by default 0
  /// @throws ShapeError  the tokens are not [batch, length], there are more than options.context, or the
  ///                     operands do not fit each other
  /// @throws ValueError  a token or a type is out of range
  /// @throws DTypeError  an operand has not an integer dtype
  template <TensorLike T>
  T forward(const T& tokens, const Tensor& lengths = {}, const Tensor& token_types = {}) const {
    check_tokens(tokens.shape(), lengths, token_types);
    const Tensor mask = lengths.defined() ? padding_mask(lengths, tokens.size(1)) : Tensor();
    return blocks_.forward(embedded(tokens, token_types), mask);
  }

  void visit(Visitor& visitor) override;
  std::string description() const override;

 private:
  void check_tokens(const Shape& tokens, const Tensor& lengths, const Tensor& token_types) const;

  template <TensorLike T>
  T embedded(const T& tokens, const Tensor& token_types) const {
    const T types = token_types.defined() ? token_type_embedding_(T(token_types))
                                          : slice(as<T>(token_type_embedding_.weight()), 0, 0, 1);
    const T x = norm_(position_embedding_.forward(token_embedding_(tokens) + types));
    return dropout(x, dropout_, is_training(), generator_ ? *generator_ : default_generator());
  }

  double dropout_;
  Generator* generator_;
  Embedding token_embedding_;
  PositionalEmbedding position_embedding_;
  Embedding token_type_embedding_;
  LayerNorm norm_;
  TransformerStack blocks_;
};

/// The mean of the first lengths[i] states of each sequence, for Tensor and Variable: an embedding of the
/// whole sequence. A length of 0 gives zeros.
/// @param states   [batch, length, width], floating
/// @param lengths  integers [batch], in [0, length]
/// @return         [batch, width]
/// @throws ShapeError  the shapes are others
/// @throws DTypeError  the lengths are not integers, or the states not floating
template <TensorLike T>
T mean_pool(const T& states, const Tensor& lengths);

/// The names of BERT's parameters in Hugging Face's transformers, which leave out the pooler.
NameMap bert_names();

}  // namespace tinytorch::nn
