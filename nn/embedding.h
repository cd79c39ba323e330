#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "autograd/ops.h"
#include "nn/init.h"
#include "nn/module.h"

namespace tinytorch::nn {

/// Normal with mean 0 and deviation 1, as PyTorch's embeddings begin.
Tensor standard_normal(const Shape& shape, Options options, Generator& generator);

/// How an Embedding is made.
struct EmbeddingOptions {
  /// The row of an index that stands for nothing: it begins as 0 and gets no gradient.
  std::optional<std::int64_t> padding_index = {};
  Initializer weight_init = standard_normal;
  DType dtype = DType::f32;
  Device device = Device::cpu();
  Generator* generator = nullptr;  ///< where the initialiser's numbers come from; null: default_generator()
};

/// A row of numbers for each index: i64 or i32 indices [...] give [..., features]. Parameter: weight [count,
/// features].
class Embedding : public Layer<Embedding> {
 public:
  /// @throws ValueError  a number is less than 1, or the padding index is none of the rows
  Embedding(std::int64_t count, std::int64_t features, const EmbeddingOptions& options = {});

  /// @throws ValueError  an index is none of the rows. DTypeError  the indices are no integers
  template <TensorLike T>
  T forward(const T& index) const {
    const Tensor& rows = value_of(index);
    T y = embedding(as<T>(weight_), rows);
    if (!padding_index_) return y;
    return where(unsqueeze(rows == *padding_index_, -1), T(value_of(y)), y);
  }

  void visit(Visitor& visitor) override;
  std::string description() const override;

  const Parameter& weight() const { return weight_; }
  std::int64_t count() const { return count_; }
  std::int64_t features() const { return features_; }

 private:
  std::int64_t count_;
  std::int64_t features_;
  std::optional<std::int64_t> padding_index_;
  Parameter weight_;
};

}  // namespace tinytorch::nn
