#pragma once

#include "core/op_scope.h"
#include "core/ops/comparison.h"
#include "core/ops/composite.h"
#include "core/ops/cross_entropy.h"
#include "core/ops/internal/indexing.h"
#include "core/ops/internal/loss.h"

// Internal: the definitions of the losses of classification. core/ops/cross_entropy.cpp instantiates them for
// Tensor, autograd/rules/cross_entropy.cpp for Variable.
namespace tinytorch {

namespace detail {

/// The losses of rows, [rows], and the weight of each in the mean.
template <TensorLike T>
struct RowLosses {
  T loss;
  Tensor weight;
};

/// The cross-entropy of checked logits [rows, classes]; the target is i64 [rows], or of the logits' shape and
/// dtype. Specialized for Tensor, and for Variable with its gradient.
template <TensorLike T>
RowLosses<T> cross_entropy_of_rows(const T& logits, const T& target, const CrossEntropyOptions& options);

/// @throws as cross_entropy()
void check_cross_entropy(const char* op, const Tensor& logits, const Tensor& target,
                         const CrossEntropyOptions& options);
/// @throws as nll_loss()
void check_nll(const char* op, const Tensor& log_probability, const Tensor& target,
               const NLLOptions& options);
/// [rows, classes, ...] without the classes.
Shape without_classes(const Shape& scores);
/// The permutation that makes the class axis the last.
Axes classes_last(int rank);
/// The weights in the dtype of the scores; 1 where there are none.
Tensor class_weight(const Tensor& weight, DType dtype);
/// The classes of a checked target [rows, ...] for nll_loss(), each [rows, 1, ...].
struct TargetClasses {
  Tensor counted;  ///< whether the target is not ignored
  Tensor index;    ///< the class, i64; 0 if ignored
  Tensor weight;   ///< of the class, 0 if ignored
};
TargetClasses target_classes(DType dtype, const Tensor& target, const NLLOptions& options);
/// True at each row's class, [rows, classes]; nowhere in rows that are ignored.
Tensor is_target(std::int64_t classes, const Tensor& target, std::int64_t ignore_index);
/// Five values for each of the logits' rows, [5, rows]; see kernels::cross_entropy.
Tensor cross_entropy_table(const Tensor& logits, const Tensor& target, const CrossEntropyOptions& options);
/// The gradient of the logits from that of the losses [rows] and the table.
Tensor cross_entropy_gradient(const Tensor& logits, const Tensor& target, const CrossEntropyOptions& options,
                              const Tensor& table, const Tensor& grad);

/// [rows, classes, ...] as one matrix, with a row for each index of the other axes.
template <TensorLike T>
T class_rows(const T& scores) {
  const std::int64_t classes = scores.size(1);
  if (scores.rank() == 2) return scores;
  const std::int64_t rows = checked_numel("cross_entropy", without_classes(scores.shape()));
  return reshape(permute(scores, classes_last(scores.rank())), {rows, classes});
}

/// The reduction of the losses of rows; the mean is NaN where all are ignored.
template <TensorLike T>
T reduce_rows(const RowLosses<T>& rows, const Shape& shape, Reduction reduction) {
  if (reduction == Reduction::none) return reshape(rows.loss, shape);
  if (reduction == Reduction::sum) return sum(rows.loss);
  return T(sum_in_f64(rows.loss, {0}, false) / T(sum_in_f64(rows.weight, {0}, false))).to(rows.loss.dtype());
}

}  // namespace detail

template <TensorLike T>
T cross_entropy(const T& logits, const std::type_identity_t<T>& target, const CrossEntropyOptions& options,
                const char* op) {
  const OpScope scope(op);
  detail::check_cross_entropy(op, value_of(logits), value_of(target), options);
  const T rows = detail::class_rows(logits);
  const T targets = is_floating(target.dtype()) ? detail::class_rows<T>(detail::cast_like<T>(target, logits))
                                                : T(reshape(value_of(target).to(DType::i64), {rows.size(0)}));
  return detail::reduce_rows(detail::cross_entropy_of_rows(rows, targets, options),
                             detail::without_classes(logits.shape()), options.reduction);
}

template <TensorLike T>
T nll_loss(const T& log_probability, const Tensor& target, const NLLOptions& options, const char* op) {
  const OpScope scope(op);
  detail::check_nll(op, value_of(log_probability), target, options);
  const detail::TargetClasses classes = detail::target_classes(log_probability.dtype(), target, options);
  const detail::IndexMap map{.axis = 1, .index = classes.index, .is_distinct = true};  // one in each row
  const T chosen =
      log_probability.size(1) == 0 ? sum(log_probability, {1}, true) : gather_unchecked(log_probability, map);
  const T loss = -where(classes.counted, chosen, T(0.0)) * T(classes.weight);
  const Shape rows{target.numel()};
  return detail::reduce_rows(detail::RowLosses<T>{reshape(loss, rows), reshape(classes.weight, rows)},
                             target.shape(), options.reduction);
}

}  // namespace tinytorch

/// Instantiates both for T.
#define TINYTORCH_INSTANTIATE_CROSS_ENTROPY(T)                                           \
  template T cross_entropy(const T&, const T&, const CrossEntropyOptions&, const char*); \
  template T nll_loss(const T&, const Tensor&, const NLLOptions&, const char*);
