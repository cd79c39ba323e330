#include "nn/loss.h"

#include <cstdint>
#include <vector>

#include "autograd/ops.h"
#include "autograd/tape.h"
#include "core/format.h"
#include "core/ops/activation.h"
#include "core/ops/comparison.h"
#include "core/ops/composite.h"
#include "core/ops/creation.h"
#include "core/ops/math.h"

namespace tinytorch::nn {

namespace {

void require_same_shape(const char* loss, const Shape& prediction, const Shape& target) {
  if (prediction == target) return;
  fail<ShapeError>(loss, "prediction is {}, target is {}; they must have the same shape", prediction, target);
}

// Targets count in the prediction's element type.
template <TensorLike T>
T in_type_of(const T& prediction, const T& target) {
  return target.dtype() == prediction.dtype() || !is_floating(prediction.dtype())
             ? target
             : target.to(prediction.dtype());
}

Tensor mean_squared_error(const Tensor& prediction, const Tensor& target) {
  require_same_shape("MeanSquaredError", prediction.shape(), target.shape());
  if (!is_floating(prediction.dtype())) {
    fail<DTypeError>("MeanSquaredError", "takes a floating prediction, but it is {}", prediction.dtype());
  }
  return mean(square(prediction - in_type_of(prediction, target)));
}

constexpr double kLeastLog = -100;
constexpr double kLeastVariance = 1e-12;

template <TensorLike T>
T clamped_log(const T& x) {
  return maximum(log(x), T(kLeastLog));
}

// Not taped as it stands, for the gradient of log at 0 would be 0/0.
Tensor binary_cross_entropy(const Tensor& probability, const Tensor& target) {
  return -mean(target * clamped_log(probability) + (1 - target) * clamped_log(1 - probability));
}

void check_binary(const Tensor& probability, const Tensor& target) {
  constexpr const char* kLoss = "BinaryCrossEntropyLoss";
  require_same_shape(kLoss, probability.shape(), target.shape());
  if (!is_floating(probability.dtype())) {
    fail<DTypeError>(kLoss, "takes probabilities of a floating type, but the prediction is {}",
                     probability.dtype());
  }
}

void check_classes(const Tensor& logits, const Tensor& target) {
  constexpr const char* kLoss = "CrossEntropyLoss";
  if (logits.rank() != 2) fail<ShapeError>(kLoss, "takes logits [rows, classes], not {}", logits.shape());
  if (target.dtype() == DType::boolean) {
    fail<DTypeError>(kLoss, "takes class numbers (integers) or probabilities (floating), not bool");
  }
  if (is_floating(target.dtype())) {
    if (target.shape() == logits.shape()) return;
    fail<ShapeError>(kLoss, "logits are {}, so probabilities must be too, but the target is {}",
                     logits.shape(), target.shape());
  }
  if (target.shape() != Shape{logits.size(0)}) {
    fail<ShapeError>(kLoss, "logits are {}, so class numbers must be [{}], but the target is {}",
                     logits.shape(), logits.size(0), target.shape());
  }
  const std::vector<std::int64_t> classes = target.to_vector<std::int64_t>();
  for (std::size_t row = 0; row < classes.size(); ++row) {
    if (classes[row] < 0 || classes[row] >= logits.size(1)) {
      fail<ValueError>(kLoss, "target {} at row {} is not a class; logits {} have classes 0 to {}",
                       classes[row], row, logits.shape(), logits.size(1) - 1);
    }
  }
}

template <TensorLike T>
T cross_entropy(const T& logits, const T& target) {
  check_classes(value_of(logits), value_of(target));
  const T log_probability = log_softmax(logits, 1);
  const auto rows = static_cast<double>(logits.size(0));
  if (is_floating(target.dtype())) return sum(in_type_of(logits, target) * log_probability) / T(-rows);
  const Tensor classes = arange(logits.size(1), {.dtype = DType::i64, .device = logits.device()});
  const Tensor is_target = eq(classes, unsqueeze(value_of(target), 1));
  return sum(where(is_target, log_probability, T(0.0))) / T(-rows);
}

}  // namespace

Tensor MeanSquaredError::operator()(const Tensor& prediction, const Tensor& target) const {
  return mean_squared_error(prediction, target);
}

// One node on the tape instead of four: where models are small, the loss would else be half of backward().
Variable MeanSquaredError::operator()(const Variable& prediction, const Variable& target) const {
  constexpr const char* kOp = "mean_squared_error";
  return record(kOp, mean_squared_error(prediction.value(), target.value()), {prediction, target},
                [p = Saved(kOp, prediction), t = Saved(kOp, target)](const RuleArguments& at) {
                  const double scale = 2 / static_cast<double>(p->numel());
                  Variable slope = (*p - in_type_of(*p, *t)) * (at.grad * scale);
                  return Gradients(at.gradient(0, [&] { return slope; }),
                                   at.gradient(1, [&] { return -slope; }));
                });
}

Tensor BinaryCrossEntropyLoss::operator()(const Tensor& probability, const Tensor& target) const {
  check_binary(probability, target);
  return binary_cross_entropy(probability, in_type_of(probability, target));
}

Variable BinaryCrossEntropyLoss::operator()(const Variable& probability, const Variable& given) const {
  check_binary(probability.value(), given.value());
  const Variable target = in_type_of(probability, given);
  constexpr const char* kOp = "binary_cross_entropy";
  return record(kOp, binary_cross_entropy(probability.value(), target.value()), {probability, target},
                [p = Saved(kOp, probability), t = Saved(kOp, target)](const RuleArguments& at) {
                  const Variable scale = at.grad / static_cast<double>(p->numel());
                  const Variable variance = maximum(*p * (1 - *p), kLeastVariance);
                  return Gradients(
                      at.wants(0) ? scale * (*p - *t) / variance : Variable(),
                      at.wants(1) ? scale * (clamped_log(1 - *p) - clamped_log(*p)) : Variable());
                });
}

Tensor CrossEntropyLoss::operator()(const Tensor& logits, const Tensor& target) const {
  return cross_entropy(logits, target);
}

Variable CrossEntropyLoss::operator()(const Variable& logits, const Variable& target) const {
  return cross_entropy(logits, target);
}

}  // namespace tinytorch::nn
