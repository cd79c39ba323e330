#include "nn/dense.h"

#include <fmt/format.h>

#include "core/internal/format.h"
#include "core/ops/internal/check.h"
#include "nn/internal/initialized.h"

namespace tinytorch::nn {

namespace {

std::int64_t checked_features(const char* name, std::int64_t features) {
  if (features < 1) fail<ValueError>("Dense", "{} is {}; a layer has at least 1", name, features);
  return features;
}

}  // namespace

Dense::Dense(std::int64_t in_features, std::int64_t out_features, const DenseOptions& options)
    : in_features_(checked_features("in_features", in_features)),
      out_features_(checked_features("out_features", out_features)),
      activation_(options.activation) {
  weight_ = initialized("Dense", options.weight_init, "weight", {out_features, in_features}, options);
  if (options.bias) bias_ = initialized("Dense", options.bias_init, "bias", {out_features}, options);
}

void Dense::set_weight(const Parameter& weight) {
  if (weight.shape() != Shape{out_features_, in_features_}) {
    fail<ShapeError>("Dense", "the weight {} does not fit; this layer's is [{}, {}]", weight.shape(),
                     out_features_, in_features_);
  }
  weight_ = weight;
}

void Dense::visit(Visitor& visitor) {
  visitor.parameter("weight", weight_);
  visitor.parameter("bias", bias_);
}

std::string Dense::description() const {
  return fmt::format("Dense({}, {}{}{})", in_features_, out_features_, bias_.defined() ? "" : ", no bias",
                     activation_ == Activation::relu ? ", relu" : "");
}

void Dense::refuse_input(const Tensor& x) const {
  require_defined("Dense", x, "the input");
  const Shape& shape = x.shape();
  if (shape.empty())
    fail<ShapeError>("Dense", "input has no axes; its last axis must hold {} features", in_features_);
  fail<ShapeError>("Dense", "input has {} features, but the weight {} expects {} (input {})", shape.back(),
                   weight_.shape(), in_features_, shape);
}

}  // namespace tinytorch::nn
