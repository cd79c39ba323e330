#include "core/ops/loss.h"

#include <cmath>

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

}  // namespace detail

Tensor mse_loss(const Tensor& prediction, const Tensor& target, LossOptions options, const char* op) {
  const OpScope scope(op);
  detail::check_loss_operands(op, prediction, target);
  return detail::reduce_losses(square(prediction - detail::cast_like(target, prediction)), options.reduction);
}

// Has a gradient rule of its own: through log, the gradient at 0 would be 0/0.
Tensor binary_cross_entropy(const Tensor& probability, const Tensor& target,
                            const BinaryCrossEntropyOptions& options, const char* op) {
  const OpScope scope(op);
  detail::check_loss_operands(op, probability, target);
  const Tensor t = detail::cast_like(target, probability);
  const auto clamped_log = [](const Tensor& x) { return maximum(log(x), -100.0); };
  return detail::reduce_weighted_losses(
      op, -(t * clamped_log(probability) + (1 - t) * clamped_log(1 - probability)), options.weight,
      options.reduction);
}

TINYTORCH_INSTANTIATE_LOSS(Tensor)

}  // namespace tinytorch
