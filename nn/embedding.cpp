#include "nn/embedding.h"

#include <fmt/format.h>

#include "core/internal/format.h"
#include "core/ops/random.h"
#include "nn/internal/initialised.h"

namespace tinytorch::nn {

namespace {

std::int64_t checked(const char* name, std::int64_t number) {
  if (number < 1) fail<ValueError>("Embedding", "{} is {}; it must be at least 1", name, number);
  return number;
}

std::optional<std::int64_t> checked_row(std::optional<std::int64_t> row, std::int64_t count) {
  if (row && (*row < 0 || *row >= count)) {
    fail<ValueError>("Embedding", "padding_index is {}; the rows are 0 to {}", *row, count - 1);
  }
  return row;
}

}  // namespace

Tensor standard_normal(const Shape& shape, Options options, Generator& generator) {
  return randn(shape, options, generator);
}

Embedding::Embedding(std::int64_t count, std::int64_t features, const EmbeddingOptions& options)
    : count_(checked("count", count)),
      features_(checked("features", features)),
      padding_index_(checked_row(options.padding_index, count)) {
  weight_ = initialised("Embedding", options.weight_init, "weight", {count, features}, options);
  if (padding_index_) {
    weight_.set_value(slice_scatter(weight_.value(), 0, 0, *padding_index_, *padding_index_ + 1));
  }
}

void Embedding::visit(Visitor& visitor) { visitor.parameter("weight", weight_); }

std::string Embedding::description() const {
  const std::string padding = padding_index_ ? fmt::format(", padding_index={}", *padding_index_) : "";
  return fmt::format("Embedding({}, {}{})", count_, features_, padding);
}

}  // namespace tinytorch::nn
