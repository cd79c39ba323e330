#include "nn/embedding.h"

#include <fmt/format.h>

#include "core/internal/format.h"
#include "core/ops/random.h"
#include "nn/internal/initialized.h"

namespace tinytorch::nn {

namespace {

std::int64_t checked(const char* name, std::int64_t value) {
  if (value < 1) fail<ValueError>("Embedding", "{} is {}; it must be at least 1", name, value);
  return value;
}

std::optional<std::int64_t> checked_index(std::optional<std::int64_t> index, std::int64_t rows) {
  if (index && (*index < 0 || *index >= rows))
    fail<ValueError>("Embedding", "padding_index is {}; the rows are 0 to {}", *index, rows - 1);
  return index;
}

}  // namespace

Tensor standard_normal(const Shape& shape, Options options, Generator& generator) {
  const OpScope scope("standard_normal");
  return randn(shape, options, generator);
}

Embedding::Embedding(std::int64_t num_embeddings, std::int64_t features, const EmbeddingOptions& options)
    : num_embeddings_(checked("num_embeddings", num_embeddings)),
      features_(checked("features", features)),
      padding_index_(checked_index(options.padding_index, num_embeddings)) {
  weight_ = initialized("Embedding", options.weight_init, "weight", {num_embeddings, features}, options);
  if (padding_index_) {
    weight_.set_value(slice_scatter(weight_.value(), 0, 0, *padding_index_, *padding_index_ + 1));
  }
}

void Embedding::visit(Visitor& visitor) { visitor.parameter("weight", weight_); }

std::string Embedding::description() const {
  const std::string padding = padding_index_ ? fmt::format(", padding_index={}", *padding_index_) : "";
  return fmt::format("Embedding({}, {}{})", num_embeddings_, features_, padding);
}

}  // namespace tinytorch::nn
