#include "core/ops/loss.h"

#include "core/ops/cross_entropy.h"
#include "tests/torch/calls.h"

namespace tinytorch::torch_cases {
namespace {

Reduction reduction_of(const Arguments& x) {
  const std::string name = x.text("reduction");
  return name == "none" ? Reduction::none : name == "mean" ? Reduction::mean : Reduction::sum;
}

std::vector<Variable> logits_call(const Arguments& x) {
  LogitsOptions options{.reduction = reduction_of(x)};
  if (x.size() > 2) options.positive_weight = x[2].value();
  return {binary_cross_entropy_with_logits(x[0], x[1], options)};
}

std::vector<Variable> cross_entropy_call(const Arguments& x) {
  CrossEntropyOptions options{.ignore_index = x.integer("ignore"),
                              .label_smoothing = x.scalar("smoothing"),
                              .reduction = reduction_of(x)};
  if (x.size() > 2) options.weight = x[2].value();
  return {cross_entropy(x[0], x[1], options)};
}

}  // namespace

Calls loss_calls() {
  Calls calls{
      {"bce_with_logits", logits_call},
      {"bce_with_logits_weighted", logits_call},
      {"cross_entropy", cross_entropy_call},
      {"cross_entropy_weighted", cross_entropy_call},
  };
  calls["mse"] = [](const Arguments& x) {
    return std::vector{mse_loss(x[0], x[1], {.reduction = reduction_of(x)})};
  };
  calls["l1"] = [](const Arguments& x) {
    return std::vector{l1_loss(x[0], x[1], {.reduction = reduction_of(x)})};
  };
  calls["huber"] = [](const Arguments& x) {
    return std::vector{
        huber_loss(x[0], x[1], {.delta = x.scalar("parameter"), .reduction = reduction_of(x)})};
  };
  calls["smooth_l1"] = [](const Arguments& x) {
    return std::vector{
        smooth_l1_loss(x[0], x[1], {.beta = x.scalar("parameter"), .reduction = reduction_of(x)})};
  };
  calls["bce"] = [](const Arguments& x) {
    return std::vector{binary_cross_entropy(x[0], x[1], {.reduction = reduction_of(x)})};
  };
  calls["nll"] = [](const Arguments& x) {
    return std::vector{nll_loss(x[0], x[1].value(), {.reduction = reduction_of(x)})};
  };
  calls["kl_div"] = [](const Arguments& x) {
    return std::vector{kl_div(x[0], x[1], {.reduction = reduction_of(x)})};
  };
  calls["hinge_embedding"] = [](const Arguments& x) {
    return std::vector{hinge_embedding_loss(x[0], x[1], {.margin = 1, .reduction = reduction_of(x)})};
  };
  calls["hinge_with_margin"] = [](const Arguments& x) {
    return std::vector{hinge_loss(x[0], x[1], {.margin = x.scalar("margin"), .reduction = reduction_of(x)})};
  };
  calls["hinge_embedding_with_margin"] = [](const Arguments& x) {
    return std::vector{
        hinge_embedding_loss(x[0], x[1], {.margin = x.scalar("margin"), .reduction = reduction_of(x)})};
  };
  calls["cosine_embedding"] = [](const Arguments& x) {
    return std::vector{cosine_embedding_loss(
        x[0], x[1], x[2].value(), {.margin = x.scalar("parameter"), .reduction = reduction_of(x)})};
  };
  calls["cosine_similarity"] = [](const Arguments& x) {
    return std::vector{cosine_similarity(x[0], x[1], x.integer("axis"))};
  };
  return calls;
}

}  // namespace tinytorch::torch_cases
