#include "core/ops/cross_entropy.h"
#include "core/ops/cross_entropy_kernels.h"

#include "core/ops/composite.h"
#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/internal/check.h"
#include "core/ops/internal/cross_entropy.h"

namespace tinytorch {

namespace {

/// "row 2", or where there are more axes "index [2, 0]".
std::string index_text(const Shape& shape, std::int64_t i) {
  if (shape.size() == 1) return fmt::format("row {}", i);
  Dims index = Dims::filled(shape.size(), 0);
  for (int axis = shape.size() - 1; axis >= 0; i /= shape[axis], --axis) index[axis] = i % shape[axis];
  return fmt::format("index {}", index);
}

void check_class_indices(const char* op, const Tensor& scores, const Tensor& target, std::int64_t ignored) {
  const Shape wanted = detail::without_classes(scores.shape());
  if (target.shape() != wanted) {
    fail<ShapeError>(op, "logits are {}, so class indices must be {}, but the target is {}", scores.shape(),
                     wanted, target.shape());
  }
  common_device(op, {"logits", scores}, {"the target", target});
  const Tensor host = contiguous(target.to({.dtype = DType::i64, .device = Device::cpu()}));
  const auto* const given = host.data<std::int64_t>();
  const std::int64_t rows = host.numel(), classes = scores.size(1);
  for (std::int64_t i = 0; i < rows; ++i) {
    if (given[i] == ignored || (given[i] >= 0 && given[i] < classes)) continue;
    fail<ValueError>(op, "target {} at {} is not a class; logits {} have classes 0 to {}", given[i],
                     index_text(wanted, i), scores.shape(), classes - 1);
  }
}

void check_scores(const char* op, const Tensor& scores, const Tensor& target, const Tensor& weight) {
  require_floating(op, scores, "logits");
  require_defined(op, target, "the target");
  if (scores.rank() < 2)
    fail<ShapeError>(op, "takes logits [rows, classes] or [rows, classes, ...], not {}", scores.shape());
  if (target.dtype() == DType::boolean)
    fail<DTypeError>(op, "takes class indices (integers) or probabilities (floating), not bool");
  if (!weight.defined()) return;
  if (weight.shape() != Shape{scores.size(1)}) {
    fail<ShapeError>(op, "logits are {}, so the weight of the classes must be [{}], but it is {}",
                     scores.shape(), scores.size(1), weight.shape());
  }
  common_device(op, {"logits", scores}, {"the weight", weight});
}

/// The arguments of the kernels besides the logits.
struct KernelArguments {
  kernels::CrossEntropyForm form;
  Tensor target;
  Tensor weight;

  KernelArguments(const Tensor& logits, const Tensor& given, const CrossEntropyOptions& options)
      : form{options.ignore_index, options.label_smoothing}, target(contiguous(given)) {
    if (options.weight.defined()) weight = contiguous(options.weight.to(logits.dtype()));
  }
};

}  // namespace

namespace detail {

Shape without_classes(const Shape& scores) {
  Shape shape = scores;
  shape.erase(1);
  return shape;
}

Axes classes_last(int rank) {
  Axes axes;
  for (int axis = 0; axis < rank; ++axis) {
    if (axis != 1) axes.push_back(axis);
  }
  axes.push_back(1);
  return axes;
}

Tensor class_weight(const Tensor& weight, DType dtype) {
  return weight.defined() ? weight.to(dtype) : Tensor(1.0);
}

TargetClasses target_classes(DType dtype, const Tensor& target, const NLLOptions& options) {
  const Tensor given = unsqueeze(target.to(DType::i64), 1), counted = ne(given, options.ignore_index);
  const Tensor index = where(counted, given, 0);
  if (!options.weight.defined() || options.weight.numel() == 0) return {counted, index, counted.to(dtype)};
  const Tensor each = gather_unchecked(options.weight.to(dtype), {0, flatten(index)});
  return {counted, index, where(counted, reshape(each, index.shape()), 0.0)};
}

Tensor is_target(std::int64_t classes, const Tensor& target, std::int64_t ignore_index) {
  const Tensor counted = where(target == ignore_index, Tensor(-1), target.to(DType::i64));
  return eq(arange(classes, {.dtype = DType::i64, .device = target.device()}), unsqueeze(counted, 1));
}

void check_cross_entropy(const char* op, const Tensor& logits, const Tensor& target,
                         const CrossEntropyOptions& options) {
  check_scores(op, logits, target, options.weight);
  const double smoothing = options.label_smoothing;
  if (!(smoothing >= 0 && smoothing <= 1))
    fail<ValueError>(op, "label_smoothing is {}; it must be in [0, 1]", smoothing);
  const Shape per_sample = detail::without_classes(logits.shape());
  if (!is_floating(target.dtype())) {
    if (target.shape() == logits.shape()) {
      fail<ShapeError>(op,
                       "logits are {}, so class indices must be {}, but the target is {}; for probabilities "
                       "(one-hot too) use .to(DType::{})",
                       logits.shape(), per_sample, target.shape(), logits.dtype());
    }
    return check_class_indices(op, logits, target, options.ignore_index);
  }
  if (target.shape() == per_sample) {
    fail<DTypeError>(op, "the target {} is {}; class indices are integers: .to(DType::i64)", target.shape(),
                     target.dtype());
  }
  if (target.shape() != logits.shape()) {
    fail<ShapeError>(op, "logits are {}, so probabilities must be too, but the target is {}", logits.shape(),
                     target.shape());
  }
  common_device(op, {"logits", logits}, {"the target", target});
}

void check_nll(const char* op, const Tensor& log_probability, const Tensor& target,
               const NLLOptions& options) {
  check_scores(op, log_probability, target, options.weight);
  if (is_floating(target.dtype()))
    fail<DTypeError>(op, "takes class indices (integers), not {}; see cross_entropy", target.dtype());
  check_class_indices(op, log_probability, target, options.ignore_index);
}

Tensor cross_entropy_table(const Tensor& logits, const Tensor& target, const CrossEntropyOptions& options) {
  const KernelArguments arguments(logits, target, options);
  Tensor table = empty({5, logits.size(0)}, {.dtype = logits.dtype(), .device = logits.device()});
  if (logits.numel() == 0) {
    fill(table, 0);
  } else {
    kernels::cross_entropy(arguments.form, contiguous(logits), arguments.target, arguments.weight, table);
  }
  return table;
}

Tensor cross_entropy_gradient(const Tensor& logits, const Tensor& target, const CrossEntropyOptions& options,
                              const Tensor& table, const Tensor& grad) {
  const KernelArguments arguments(logits, target, options);
  Tensor dx = empty(logits.shape(), {.dtype = logits.dtype(), .device = logits.device()});
  if (dx.numel() > 0) {
    kernels::cross_entropy_backward(arguments.form, contiguous(logits), arguments.target, arguments.weight,
                                    table, contiguous(grad), dx);
  }
  return dx;
}

template <>
RowLosses<Tensor> cross_entropy_of_rows(const Tensor& logits, const Tensor& target,
                                        const CrossEntropyOptions& options) {
  const Tensor table = cross_entropy_table(logits, target, options);
  return {select(table, 0, 0), select(table, 0, 4)};
}

}  // namespace detail

TINYTORCH_INSTANTIATE_CROSS_ENTROPY(Tensor)

}  // namespace tinytorch
