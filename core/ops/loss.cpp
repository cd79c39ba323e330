#include "core/ops/loss.h"

#include <cmath>

#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/internal/check.h"
#include "core/ops/internal/loss.h"
#include "core/ops/internal/operands.h"

namespace tinytorch {

namespace detail {

void check_loss_operands(const char* op, const Tensor& prediction, const Tensor& target) {
  require_defined(op, prediction, "the prediction");
  require_defined(op, target, "the target");
  if (prediction.shape() != target.shape()) {
    fail<ShapeError>(op, "prediction is {}, target is {}; they must have the same shape", prediction.shape(),
                     target.shape());
  }
  if (!is_floating(prediction.dtype()))
    fail<DTypeError>(op, "takes a floating prediction, but it is {}", prediction.dtype());
  common_device(op, {"the prediction", prediction}, {"the target", target});
}

void check_threshold(const char* op, const char* name, double value, bool zero_allowed) {
  if (std::isfinite(value) && (value > 0 || (zero_allowed && value == 0))) return;
  fail<ValueError>(op, "{} is {}; it must be finite and {}", name, value,
                   zero_allowed ? "not negative" : "positive");
}

Tensor checked_weight(const char* op, const char* name, const Tensor& weight, const Tensor& prediction) {
  if (!weight.defined()) return {};
  if (!broadcasts_to(weight.shape(), prediction.shape())) {
    fail<ShapeError>(op, "{} is {}, which does not broadcast to the prediction's {}", name, weight.shape(),
                     prediction.shape());
  }
  common_device(op, {"the prediction", prediction}, {name, weight});
  return weight.to({.dtype = prediction.dtype(), .device = prediction.device()});
}

void check_cosine_operands(const char* op, const Tensor& x1, const Tensor& x2, const Tensor& target) {
  check_loss_operands(op, x1, x2);
  require_defined(op, target, "the target");
  if (x1.rank() != 1 && x1.rank() != 2)
    fail<ShapeError>(op, "takes x1 and x2 [rows, n] or [n], not {}", x1.shape());
  const Shape wanted = x1.rank() == 2 ? Shape{x1.shape()[0]} : Shape{};
  if (target.shape() != wanted) {
    fail<ShapeError>(op, "x1 and x2 are {}, so the target must be {}, but it is {}", x1.shape(), wanted,
                     target.shape());
  }
  common_device(op, {"x1", x1}, {"the target", target});
}

LossSum loss_sum(Reduction reduction, const Tensor& prediction) {
  const auto numel = static_cast<double>(prediction.numel());
  return {.each = reduction == Reduction::none, .n = reduction == Reduction::mean ? numel : 1};
}

template <>
Tensor combined_losses(const kernels::LossForm& form, const LossSum& sum, const Tensor& prediction,
                       const Tensor& target, const Tensor& weight) {
  const bool is_total = !sum.each && !weight.defined() && prediction.numel() > 0;
  if (is_total) {
    Tensor total = empty({}, {.dtype = prediction.dtype(), .device = prediction.device()});
    kernels::total_loss(form, sum.n, contiguous(prediction), contiguous(target), total);
    return total;
  }
  Tensor losses = empty_like(prediction);
  if (losses.numel() > 0) kernels::losses(form, prediction, target, losses);
  if (weight.defined()) losses = losses * weight;
  if (sum.each) return losses;
  return moment(losses, {}, {.divisor = sum.n},
                {.axes = normalize_axes("loss", {}, losses.rank()), .dtype = losses.dtype()});
}

Tensor loss_gradient(const kernels::LossForm& form, const Tensor& prediction, const Tensor& target,
                     const Tensor& grad) {
  Tensor dx = empty_like(prediction);
  if (dx.numel() > 0)
    kernels::loss_gradient(form, prediction, target, broadcast_to(grad, prediction.shape()), dx);
  return dx;
}

}  // namespace detail

Tensor mse_loss(const Tensor& prediction, const Tensor& target, LossOptions options, const char* op) {
  const OpScope scope(op);
  return detail::loss(op, {kernels::LossKind::squared_error}, prediction, target, options.reduction);
}

Tensor binary_cross_entropy(const Tensor& probability, const Tensor& target,
                            const BinaryCrossEntropyOptions& options, const char* op) {
  const OpScope scope(op);
  return detail::weighted_loss(op, {kernels::LossKind::binary_cross_entropy}, probability, target,
                               options.weight, options.reduction);
}

TINYTORCH_INSTANTIATE_LOSS(Tensor)

}  // namespace tinytorch
