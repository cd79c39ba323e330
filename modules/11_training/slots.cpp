// Puts what module 11 wrote into the slots and hooks of the framework.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "core/ops/cross_entropy_kernels.h"
#include "modules/11_training/training.h"
#include "modules/course/slots.h"
#include "nn/hooks.h"

using namespace tinytorch;
using kernels::CrossEntropyForm;

namespace {

/// Whether the student's functions, which know floats, classes and plain means, compute this.
bool is_plain(const CrossEntropyForm& form, const Tensor& logits, const Tensor& target,
              const Tensor& weight) {
  if (logits.dtype() != DType::f32 || target.dtype() != DType::i64 || weight.defined() ||
      form.label_smoothing != 0)
    return false;
  const std::int64_t* const classes = target.data<std::int64_t>();
  return std::find(classes, classes + target.numel(), form.ignore_index) == classes + target.numel();
}

/// A row of the logits with its target.
struct Row {
  Row(const Tensor& logits, const Tensor& target, std::int64_t i)
      : classes(static_cast<std::size_t>(logits.size(1))),
        begin(static_cast<std::size_t>(i) * classes),
        values(course::elements(logits).subspan(begin, classes)),
        target(target.data<std::int64_t>() + i, 1) {}

  std::size_t classes, begin;
  std::span<const float> values;
  std::span<const std::int64_t> target;
};

decltype(kernels::cross_entropy)::Function other_cross_entropy = nullptr;
/// The framework's kernel fills the table; the losses, its first row, are the student's.
void cross_entropy(const CrossEntropyForm& form, const Tensor& logits, const Tensor& target,
                   const Tensor& weight, Tensor& table) {
  other_cross_entropy(form, logits, target, weight, table);
  if (!is_plain(form, logits, target, weight)) return;
  for (std::int64_t i = 0; i < logits.size(0); ++i) {
    const Row row(logits, target, i);
    table.data<float>()[i] = static_cast<float>(training::cross_entropy(row.values, row.target, row.classes));
  }
}

decltype(kernels::cross_entropy_backward)::Function other_backward = nullptr;
void cross_entropy_backward(const CrossEntropyForm& form, const Tensor& logits, const Tensor& target,
                            const Tensor& weight, const Tensor& table, const Tensor& grad, Tensor& dx) {
  if (!is_plain(form, logits, target, weight))
    return other_backward(form, logits, target, weight, table, grad, dx);
  for (std::int64_t i = 0; i < logits.size(0); ++i) {
    const Row row(logits, target, i);
    training::cross_entropy_gradient(row.values, row.target, row.classes, grad.data<float>()[i],
                                     {dx.data<float>() + row.begin, row.classes});
  }
}

bool early_stopping(nn::hooks::EarlyStopping& state, double loss) {
  training::EarlyStopping own{.patience = state.patience, .best = state.best, .bad = state.bad};
  const bool ends = training::early_stopping(own, loss);
  state.best = own.best;
  state.bad = own.bad;
  return ends;
}

}  // namespace

extern "C" void tinytorch_plugin() {
  other_cross_entropy = kernels::cross_entropy.replace(DeviceType::cpu, cross_entropy);
  other_backward = kernels::cross_entropy_backward.replace(DeviceType::cpu, cross_entropy_backward);
  nn::hooks::accuracy.replace(training::accuracy);
  nn::hooks::early_stopping.replace(early_stopping);
}
