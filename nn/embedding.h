#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "autograd/ops.h"
#include "nn/init.h"
#include "nn/module.h"

namespace tinytorch::nn {

/// The default initializer of an Embedding: normal with mean 0 and standard deviation 1, as in PyTorch.
Tensor standard_normal(const Shape& shape, Options options, Generator& generator);

/// The options of an Embedding.
struct EmbeddingOptions {
  /// the index that stands for padding; its row of the weight is initially 0 and gets no gradient
  std::optional<std::int64_t> padding_index = {};
  Initializer weight_init = standard_normal;
  DType dtype = DType::f32;
  Device device = Device::cpu();
  Generator* generator = nullptr;  ///< for the initializer; null: default_generator()
};

/// Looks up a row of the weight for each index: i64 or i32 indices [...] give [..., features]. Parameter:
/// weight [num_embeddings, features].
///
/// ```cpp
/// const nn::Embedding embedding(100, 16, {.padding_index = 0});
/// const Tensor y = embedding(Tensor{{5, 7, 0}, {9, 0, 0}});  // [2, 3, 16]
/// ```
class Embedding : public Layer<Embedding> {
 public:
  /// @throws ValueError  num_embeddings or features is less than 1, or the padding index is not in
  ///                     [0, num_embeddings)
  /// @throws ShapeError  the initializer returns another shape
  Embedding(std::int64_t num_embeddings, std::int64_t features, const EmbeddingOptions& options = {});

  /// @throws ValueError  an index is not in [0, num_embeddings)
  /// @throws DTypeError  the indices are not i64 or i32
  template <TensorLike T>
  T forward(const T& index) const {
    const Tensor& indices = value_of(index);
    T y = embedding(as<T>(weight_), indices);
    if (!padding_index_) return y;
    return where(unsqueeze(indices == *padding_index_, -1), T(value_of(y)), y);
  }

  void visit(Visitor& visitor) override;
  std::string description() const override;

  const Parameter& weight() const { return weight_; }
  std::int64_t num_embeddings() const { return num_embeddings_; }
  std::int64_t features() const { return features_; }

 private:
  std::int64_t num_embeddings_;
  std::int64_t features_;
  std::optional<std::int64_t> padding_index_;
  Parameter weight_;
};

}  // namespace tinytorch::nn
