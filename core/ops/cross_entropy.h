#pragma once

#include <cstdint>
#include <type_traits>

#include "core/kernel.h"
#include "core/ops/cross_entropy_kernels.h"
#include "core/ops/loss.h"
#include "core/tensor.h"

/// Losses of classes. As PyTorch's functions of the same name, but unbatched logits [classes] are refused.
namespace tinytorch {

struct CrossEntropyOptions {
  Tensor weight = {};                ///< of each class, [classes]; undefined: 1
  std::int64_t ignore_index = -100;  ///< rows with this target do not count
  double label_smoothing = 0;        ///< in [0, 1]: how much of the target all classes share evenly
  Reduction reduction = Reduction::mean;
};

struct NLLOptions {
  Tensor weight = {};                ///< of each class, [classes]; undefined: 1
  std::int64_t ignore_index = -100;  ///< rows with this target do not count
  Reduction reduction = Reduction::mean;
};

namespace detail {
/// Checked logits [rows, classes]; the target is i64 [rows], or of the logits' type [rows, classes].
template <TensorLike T>
struct ClassRows {
  T logits, target;
};
/// The losses [rows], and what each row counts in their mean.
template <TensorLike T>
struct CrossEntropyRows {
  T loss;
  Tensor weight;
};
/// Reads the logits once (twice where the target is more than one class) and stores neither probabilities nor
/// their logarithms; so does the gradient.
CrossEntropyRows<Tensor> cross_entropy_rows(const ClassRows<Tensor>& rows,
                                            const CrossEntropyOptions& options);
/// @throws as cross_entropy()
void check_cross_entropy(const char* op, const Tensor& logits, const Tensor& target,
                         const CrossEntropyOptions& options);
/// @throws as nll_loss()
void check_nll(const char* op, const Tensor& log_probability, const Tensor& target,
               const NLLOptions& options);
/// Of [rows, classes, ...] without the classes.
Shape without_classes(const Shape& scores);
/// The order of axes in which the classes are last.
Axes classes_last(int rank);
/// The weights in the element type of the scores; 1 where there are none.
Tensor class_weight(const Tensor& weight, DType dtype);
/// True at each row's class, [rows, classes]; nowhere in rows that are ignored.
Tensor is_target(std::int64_t classes, const Tensor& target, std::int64_t ignore_index);
/// Five numbers for each of the logits' rows, see kernels::cross_entropy.
Tensor cross_entropy_table(const Tensor& logits, const Tensor& target, const CrossEntropyOptions& options);
/// The gradient of the logits from that of the losses [rows] and the table.
Tensor cross_entropy_gradient(const Tensor& logits, const Tensor& target, const CrossEntropyOptions& options,
                              const Tensor& table, const Tensor& grad);

/// [rows, classes, ...] as one matrix, a row for each place of the other axes.
template <TensorLike T>
T class_rows(const T& scores) {
  const std::int64_t classes = scores.size(1);
  if (scores.rank() == 2) return scores;
  const std::int64_t rows = checked_numel("cross_entropy", without_classes(scores.shape()));
  return reshape(permute(scores, classes_last(scores.rank())), {rows, classes});
}

/// The mean of rows counts their weights: NaN where all are ignored.
template <TensorLike T>
T reduced_rows(const CrossEntropyRows<T>& rows, const Shape& shape, Reduction reduction) {
  if (reduction == Reduction::none) return reshape(rows.loss, shape);
  const T total = sum(rows.loss);
  return reduction == Reduction::sum ? total : T(total / T(sum(rows.weight)));
}
}  // namespace detail

/// -log(softmax(logits)) at the target's class, times that class's weight; the mean is over the weights.
/// Logits are [rows, classes] or [rows, classes, ...]; targets are class numbers, integers of that shape
/// without the classes, or probabilities of each class, floating of the logits' shape, whose logarithms are
/// weighted and added, and whose mean is over the rows alone.
/// @throws ShapeError  logits have no axis of classes, the target fits in neither way, or the weight does not
/// @throws ValueError  a target is not one of 0 ... classes - 1 (says which and where), or label_smoothing is
/// @throws DTypeError  logits are not floating, or the target is bool. DeviceError
template <TensorLike T>
T cross_entropy(const T& logits, const std::type_identity_t<T>& target,
                const CrossEntropyOptions& options = {}, const char* op = "cross_entropy") {
  detail::check_cross_entropy(op, value_of(logits), value_of(target), options);
  const Shape shape = detail::without_classes(logits.shape());
  const T rows = detail::class_rows(logits);
  if (is_floating(target.dtype())) {
    const T shares = detail::class_rows<T>(detail::in_type_of<T>(logits, target));
    return detail::reduced_rows(cross_entropy_rows(detail::ClassRows<T>{rows, shares}, options), shape,
                                options.reduction);
  }
  const Tensor classes = reshape(value_of(target).to(DType::i64), {rows.size(0)});
  return detail::reduced_rows(cross_entropy_rows(detail::ClassRows<T>{rows, classes}, options), shape,
                              options.reduction);
}

/// -x at the target's class, times that class's weight, for logarithms x of probabilities; the mean is over
/// the weights. Shapes and targets as of cross_entropy(), class numbers only.
/// @throws as cross_entropy()
template <TensorLike T>
T nll_loss(const T& log_probability, const Tensor& target, const NLLOptions& options = {},
           const char* op = "nll_loss") {
  detail::check_nll(op, value_of(log_probability), target, options);
  const T rows = detail::class_rows(log_probability);
  const Tensor chosen =
      detail::is_target(rows.size(1), reshape(target, {rows.size(0)}), options.ignore_index);
  const Tensor each = where(chosen, detail::class_weight(options.weight, rows.dtype()), Tensor(0.0));
  const Tensor weight = sum(each, {1}).to(rows.dtype());
  const detail::CrossEntropyRows<T> losses{-sum(where(chosen, rows, T(0.0)), {1}) * T(weight), weight};
  return detail::reduced_rows(losses, detail::without_classes(log_probability.shape()), options.reduction);
}

}  // namespace tinytorch
