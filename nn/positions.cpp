#include "nn/positions.h"

#include <fmt/format.h>

#include "core/internal/checked.h"
#include "core/internal/format.h"
#include "core/ops/positions.h"
#include "nn/internal/initialized.h"

namespace tinytorch::nn {

namespace {

std::int64_t checked_positive(const char* layer, const char* name, std::int64_t value) {
  if (value < 1) fail<ValueError>(layer, "{} is {}; it must be at least 1", name, value);
  return value;
}

/// Returns the position after the last one of x.
std::int64_t checked_end(const char* layer, const Shape& shape, std::int64_t features, std::int64_t offset) {
  if (shape.size() < 2 || shape.back() != features)
    fail<ShapeError>(layer, "x is {}; wanted [..., length, {}]", shape, features);
  if (offset < 0) fail<ShapeError>(layer, "offset is {}; it may not be negative", offset);
  return checked_add(layer, offset, shape[shape.size() - 2]);
}

}  // namespace

PositionalEmbedding::PositionalEmbedding(std::int64_t max_length, std::int64_t features,
                                         const PositionalEmbeddingOptions& options)
    : max_length_(checked_positive("PositionalEmbedding", "max_length", max_length)),
      features_(checked_positive("PositionalEmbedding", "features", features)),
      weight_(initialized("PositionalEmbedding", options.weight_init, "weight", {max_length, features},
                          options)) {}

std::string PositionalEmbedding::description() const {
  return fmt::format("PositionalEmbedding({}, {})", max_length_, features_);
}

void PositionalEmbedding::check_input(const Shape& shape, std::int64_t offset) const {
  const std::int64_t end = checked_end("PositionalEmbedding", shape, features_, offset);
  if (end > max_length_) {
    fail<ShapeError>("PositionalEmbedding", "x has the positions {} to {}, but there are only {}", offset,
                     end - 1, max_length_);
  }
}

SinusoidalPositions::SinusoidalPositions(std::int64_t features)
    : features_(checked_positive("SinusoidalPositions", "features", features)) {}

std::string SinusoidalPositions::description() const {
  return fmt::format("SinusoidalPositions({})", features_);
}

Tensor SinusoidalPositions::waves_for(const Tensor& x, std::int64_t offset) const {
  const std::int64_t end = checked_end("SinusoidalPositions", x.shape(), features_, offset);
  const OpScope scope("SinusoidalPositions");
  return slice(sinusoidal_positions(end, features_, {.dtype = x.dtype(), .device = x.device()}), 0, offset);
}

}  // namespace tinytorch::nn
