#include "nn/feed_forward.h"

#include <fmt/format.h>

#include "core/internal/checked.h"
#include "core/internal/format.h"
#include "nn/internal/named.h"

namespace tinytorch::nn {

namespace {

std::int64_t hidden_features(std::int64_t features, const FeedForwardOptions& options) {
  const std::int64_t hidden = options.hidden ? *options.hidden
                              : options.kind == FeedForwardKind::swiglu
                                  ? checked_mul("FeedForward", 8, features) / 3
                                  : checked_mul("FeedForward", 4, features);
  if (features < 1 || hidden < 1) {
    fail<ValueError>("FeedForward", "{} features and {} hidden; both must be at least 1", features, hidden);
  }
  return hidden;
}

Dense feed_forward_dense(std::int64_t in, std::int64_t out, const FeedForwardOptions& options,
                         Activation activation = Activation::none) {
  return named("FeedForward", [&] {
    return Dense(in, out,
                 {.bias = options.bias,
                  .activation = activation,
                  .weight_init = options.weight_init,
                  .dtype = options.dtype,
                  .device = options.device,
                  .generator = options.generator});
  });
}

const char* text_of(FeedForwardKind kind) {
  switch (kind) {
    case FeedForwardKind::relu:
      return "relu";
    case FeedForwardKind::gelu:
      return "gelu";
    case FeedForwardKind::gelu_tanh:
      return "gelu_tanh";
    default:
      return "swiglu";
  }
}

}  // namespace

FeedForward::FeedForward(std::int64_t features, const FeedForwardOptions& options)
    : kind_(options.kind),
      up_(feed_forward_dense(features, hidden_features(features, options), options,
                             options.kind == FeedForwardKind::relu ? Activation::relu : Activation::none)),
      gate_(options.kind == FeedForwardKind::swiglu
                ? std::optional(feed_forward_dense(features, up_.out_features(), options))
                : std::nullopt),
      down_(feed_forward_dense(up_.out_features(), features, options)) {}

void FeedForward::visit(Visitor& visitor) {
  visitor.child("up", up_);
  if (gate_) visitor.child("gate", *gate_);
  visitor.child("down", down_);
}

std::string FeedForward::description() const {
  return fmt::format("FeedForward({}, {} hidden, {})", down_.out_features(), up_.out_features(),
                     text_of(kind_));
}

}  // namespace tinytorch::nn
