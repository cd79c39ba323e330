#include "nn/train/metrics.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "core/internal/format.h"
#include "core/ops/arithmetic.h"
#include "core/ops/comparison.h"
#include "core/ops/composite.h"
#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/cross_entropy.h"
#include "core/ops/indexing.h"
#include "core/ops/rearrange.h"
#include "core/ops/reduction.h"
#include "core/ops/shape.h"
#include "core/ops/sort.h"
#include "nn/hooks.h"

namespace tinytorch::nn {
namespace {

/// Checks logits [N, C, ...] and classes [N, ...].
void check_classes(const char* op, const Tensor& output, const Tensor& target) {
  Shape expected = output.shape();
  if (output.rank() >= 2) expected.erase(1);
  if (output.rank() < 2 || target.shape() != expected) {
    fail<ShapeError>(op, "the logits are {}, and the target {}; they must be [N, C, ...] and [N, ...]",
                     output.shape(), target.shape());
  }
  if (!is_integer(target.dtype())) {
    fail<DTypeError>(op, "the target is {}; it must be classes, of an integer dtype", target.dtype());
  }
  if (target.numel() == 0) return;
  const auto lowest = min(target).item<std::int64_t>(), highest = max(target).item<std::int64_t>();
  if (lowest < 0 || highest >= output.size(1)) {
    fail<ValueError>(op, "the target has class {}; there are {} classes, from 0",
                     lowest < 0 ? lowest : highest, output.size(1));
  }
}

std::int64_t count(const Tensor& x) { return sum(x).item<std::int64_t>(); }

/// How many rows are right by a plug-in.
std::int64_t right_by_hook(const Tensor& output, const Tensor& target) {
  const Tensor logits = contiguous(output.to(Device::cpu())),
               classes = contiguous(target.to({.dtype = DType::i64, .device = Device::cpu()}));
  const auto rows = static_cast<std::size_t>(classes.numel());
  const double fraction =
      hooks::accuracy({logits.data<float>(), static_cast<std::size_t>(logits.numel())},
                      {classes.data<std::int64_t>(), rows}, static_cast<std::size_t>(logits.size(1)));
  if (!(fraction >= 0 && fraction <= 1))
    fail<ValueError>("Accuracy", "the hook accuracy returned {}; it must be in [0, 1]", fraction);
  return std::llround(fraction * static_cast<double>(rows));
}

}  // namespace

constinit Hook<double(std::span<const float>, std::span<const std::int64_t>, std::size_t)> hooks::accuracy{
    "accuracy", nullptr};

void Accuracy::update(const Tensor& output, const Tensor& target) {
  const OpScope scope("Accuracy");
  check_classes("Accuracy", output, target);
  if (target.numel() == 0) return;
  const bool is_known = output.rank() == 2 && output.dtype() == DType::f32;
  right_ +=
      is_known && hooks::accuracy ? right_by_hook(output, target) : count(eq(argmax(output, 1), target));
  items_ += target.numel();
}

TopKAccuracy::TopKAccuracy(std::int64_t k) : k_(k) {
  if (k < 1) fail<ValueError>("TopKAccuracy", "k is {}; it must be positive", k);
}

void TopKAccuracy::update(const Tensor& output, const Tensor& target) {
  const OpScope scope("TopKAccuracy");
  check_classes("TopKAccuracy", output, target);
  if (target.numel() == 0) return;
  const Tensor best = topk(output, std::min(k_, output.size(1)), 1).indices;
  right_ += count(eq(best, unsqueeze(target, 1)));
  items_ += target.numel();
}

ConfusionMatrix::ConfusionMatrix(std::int64_t classes) {
  const OpScope scope("ConfusionMatrix");
  if (classes < 1) fail<ValueError>("ConfusionMatrix", "classes is {}; it must be positive", classes);
  matrix_ = zeros({classes, classes}, {.dtype = DType::i64});
}

void ConfusionMatrix::update(const Tensor& output, const Tensor& target) {
  const OpScope scope("ConfusionMatrix");
  check_classes("ConfusionMatrix", output, target);
  const std::int64_t classes = matrix_.size(0);
  if (output.size(1) != classes) {
    fail<ShapeError>("ConfusionMatrix", "the logits are {}, not those of {} classes", output.shape(),
                     classes);
  }
  if (target.numel() == 0) return;
  const Tensor cell = target.to(DType::i64) * classes + argmax(output, 1);
  matrix_ = matrix_ + reshape(bincount(flatten(cell), classes * classes), matrix_.shape()).to(Device::cpu());
}

double ConfusionMatrix::value() const {
  return static_cast<double>(count(diagonal(matrix_))) / static_cast<double>(count(matrix_));
}

void ConfusionMatrix::reset() { matrix_ = zeros_like(matrix_); }

void Perplexity::update(const Tensor& output, const Tensor& target) {
  const OpScope scope("Perplexity");
  check_classes("Perplexity", output, target);
  if (target.numel() == 0) return;
  loss_ += sum(cross_entropy(output, target, {.reduction = Reduction::none}).to(DType::f64)).item<double>();
  items_ += target.numel();
}

double Perplexity::value() const { return std::exp(loss_ / static_cast<double>(items_)); }

void Perplexity::reset() {
  loss_ = 0;
  items_ = 0;
}

void MeanAbsoluteError::update(const Tensor& output, const Tensor& target) {
  const OpScope scope("MeanAbsoluteError");
  if (output.shape() != target.shape()) {
    fail<ShapeError>("MeanAbsoluteError", "the output is {}, but the target {}", output.shape(),
                     target.shape());
  }
  error_ += sum(abs(output.to(DType::f64) - target.to(DType::f64))).item<double>();
  elements_ += output.numel();
}

void MeanAbsoluteError::reset() {
  error_ = 0;
  elements_ = 0;
}

}  // namespace tinytorch::nn
