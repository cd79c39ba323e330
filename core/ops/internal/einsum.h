#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/op_scope.h"
#include "core/ops/composite.h"
#include "core/ops/einsum.h"
#include "core/ops/matmul.h"
#include "core/ops/rearrange.h"

// Internal: the parser of einsum()'s equations, and the definition of its template.
namespace tinytorch {

namespace detail {

/// A parsed equation for operands of given shapes: each axis has a label, a character, which axes that meet
/// share. Axes that "..." stands for have characters of their own.
struct EinsumPlan {
  std::vector<std::string> inputs;
  std::string output;
  std::vector<Shape> expanded;  ///< the operands' shapes, with the axes of "..." broadcast
};
/// @throws ValueError  the equation is malformed. ShapeError  it does not fit the shapes
EinsumPlan parse_einsum(std::string_view equation, const std::vector<Shape>& shapes);

/// The axis of each of `wanted`, where `labels` are those of all axes.
Axes axes_of(const std::string& wanted, const std::string& labels);

/// The labels of two operands by their part in the product.
struct Contraction {
  std::string batch;   ///< in both, and kept
  std::string summed;  ///< in both, and nowhere later
  std::string left;    ///< in the first alone
  std::string right;
};
/// @param later  the labels that later operands or the result have
/// @throws ShapeError  the product has more than kMaxRank axes
Contraction contraction_of(const std::string& a, const std::string& b, const std::string& later);
/// The labels that are in none of the others: they are summed at once.
std::string unshared(const std::string& labels, const std::string& other, const std::string& later);
/// `labels` without those of `gone`.
std::string without(const std::string& labels, const std::string& gone);
/// A label that occurs twice, or 0.
char repeated(const std::string& labels);

std::int64_t numel_along(const Shape& shape, const Axes& axes);
Shape lengths_of(const Shape& shape, const Axes& axes);

/// An operand and the labels of its axes.
template <class T>
struct Labelled {
  T x;
  std::string labels;
};

template <class T>
Labelled<T> sum_labels(const Labelled<T>& a, const std::string& gone) {
  if (gone.empty()) return a;
  return {sum(a.x, axes_of(gone, a.labels)), without(a.labels, gone)};
}

/// The diagonal of the first two axes of a repeated label, until no label is repeated.
template <class T>
Labelled<T> take_diagonals(Labelled<T> a) {
  while (const char label = repeated(a.labels)) {
    const auto first = static_cast<int>(a.labels.find(label)),
               second = static_cast<int>(a.labels.rfind(label));
    std::string rest = a.labels;
    rest.erase(static_cast<std::size_t>(second), 1).erase(static_cast<std::size_t>(first), 1);
    a = {diagonal(a.x, 0, first, second), rest + label};
  }
  return a;
}

/// The product of two operands, summed over the labels that both share and nothing later has, as one
/// matmul().
template <class T>
Labelled<T> multiply(Labelled<T> a, Labelled<T> b, const std::string& later) {
  a = sum_labels(a, unshared(a.labels, b.labels, later));
  b = sum_labels(b, unshared(b.labels, a.labels, later));
  const Contraction c = contraction_of(a.labels, b.labels, later);
  const auto axes = [](const Labelled<T>& of, const std::string& wanted) {
    return axes_of(wanted, of.labels);
  };
  const Shape& left = a.x.shape();
  const Shape& right = b.x.shape();
  const Shape batch = lengths_of(left, axes(a, c.batch));
  const std::int64_t inner = numel_along(left, axes(a, c.summed));
  const std::int64_t rows = numel_along(left, axes(a, c.left)),
                     columns = numel_along(right, axes(b, c.right));
  const std::int64_t products = checked_numel("einsum", batch);
  const T first = reshape(permute(a.x, axes(a, c.batch + c.left + c.summed)), {products, rows, inner});
  const T second = reshape(permute(b.x, axes(b, c.batch + c.summed + c.right)), {products, inner, columns});
  const Shape shape =
      joined(batch, joined(lengths_of(left, axes(a, c.left)), lengths_of(right, axes(b, c.right))));
  return {reshape(matmul(first, second), shape), c.batch + c.left + c.right};
}

}  // namespace detail

template <TensorLike T>
T einsum(std::string_view equation, const std::vector<T>& operands) {
  const OpScope scope("einsum");
  std::vector<Shape> shapes;
  for (const T& operand : operands) shapes.push_back(operand.shape());
  const detail::EinsumPlan plan = detail::parse_einsum(equation, shapes);
  detail::Labelled<T> result;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    detail::Labelled<T> next =
        detail::take_diagonals<T>({expand(operands[i], plan.expanded[i]), plan.inputs[i]});
    std::string later = plan.output;
    for (std::size_t k = i + 1; k < operands.size(); ++k) later += plan.inputs[k];
    result = i == 0 ? next : detail::multiply(result, next, later);
  }
  result = detail::sum_labels(result, detail::without(result.labels, plan.output));
  return permute(result.x, detail::axes_of(plan.output, result.labels));
}

}  // namespace tinytorch

/// The template of core/ops/einsum.h for one of Tensor and Variable.
#define TINYTORCH_INSTANTIATE_EINSUM(T) template T einsum<T>(std::string_view, const std::vector<T>&)
