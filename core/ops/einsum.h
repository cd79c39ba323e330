#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/ops/composite.h"
#include "core/ops/matmul.h"
#include "core/tensor.h"

namespace tinytorch {

namespace detail {

/// An equation, taken apart for operands of given shapes: a character an axis, the same where axes meet. Axes
/// that "..." stands for have characters of their own.
struct Einsum {
  std::vector<std::string> inputs;
  std::string output;
  std::vector<Shape> expanded;  ///< the operands' shapes, with the axes of "..." broadcast
};
/// @throws ValueError  the equation makes no sense. ShapeError  it does not fit the shapes
Einsum parse_einsum(std::string_view equation, const std::vector<Shape>& shapes);

/// Where in `labels` each of `wanted` stands.
Axes places_of(const std::string& wanted, const std::string& labels);

/// Which axes of two operands do what in their product.
struct Contraction {
  std::string batch;   ///< in both, and kept
  std::string summed;  ///< in both, and nowhere later
  std::string left;    ///< in the first alone
  std::string right;
};
/// @param later  what the result still needs
Contraction contract(const std::string& a, const std::string& b, const std::string& later);
/// The labels of `labels` that are in none of the others: to be summed at once.
std::string lonely(const std::string& labels, const std::string& other, const std::string& later);
/// `labels` without those of `gone`.
std::string without(const std::string& labels, const std::string& gone);
/// The label that stands twice, or 0.
char repeated(const std::string& labels);

std::int64_t product_of(const Shape& shape, const Axes& axes);
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
  return {sum(a.x, places_of(gone, a.labels)), without(a.labels, gone)};
}

/// The elements whose two places along a repeated label are the same, until no label is.
template <class T>
Labelled<T> take_diagonals(Labelled<T> a) {
  while (const char label = repeated(a.labels)) {
    const auto first = static_cast<int>(a.labels.find(label)),
               second = static_cast<int>(a.labels.rfind(label));
    std::string rest = without(a.labels, {label});
    Axes order = places_of(rest, a.labels);
    order.push_back(first);
    order.push_back(second);
    const T last = permute(a.x, order);
    const std::int64_t n = last.shape().back();
    Shape shape = lengths_of(a.x.shape(), places_of(rest, a.labels));
    shape.push_back(n * n);
    a = {slice(reshape(last, shape), -1, 0, n * n, n + 1), rest + label};
  }
  return a;
}

/// The sum over what both share and nothing later needs, as one product of matrices.
template <class T>
Labelled<T> multiply(Labelled<T> a, Labelled<T> b, const std::string& later) {
  a = sum_labels(a, lonely(a.labels, b.labels, later));
  b = sum_labels(b, lonely(b.labels, a.labels, later));
  const Contraction c = contract(a.labels, b.labels, later);
  const auto axes = [](const Labelled<T>& of, const std::string& wanted) {
    return places_of(wanted, of.labels);
  };
  const Shape& left = a.x.shape();
  const Shape& right = b.x.shape();
  const Shape batch = lengths_of(left, axes(a, c.batch));
  const std::int64_t inner = product_of(left, axes(a, c.summed));
  const std::int64_t rows = product_of(left, axes(a, c.left)), columns = product_of(right, axes(b, c.right));
  const std::int64_t products = checked_numel("einsum", batch);
  const T first = reshape(permute(a.x, axes(a, c.batch + c.left + c.summed)), {products, rows, inner});
  const T second = reshape(permute(b.x, axes(b, c.batch + c.summed + c.right)), {products, inner, columns});
  const Shape shape =
      joined(batch, joined(lengths_of(left, axes(a, c.left)), lengths_of(right, axes(b, c.right))));
  return {reshape(matmul(first, second), shape), c.batch + c.left + c.right};
}

}  // namespace detail

/// Einstein's summation: each axis of the operands gets a letter; elements whose letters agree are
/// multiplied, and letters that the result does not name are summed over. "ij,jk->ik" is a matrix product,
/// "ii->" a trace, "bhqd,bhkd->bhqk" the scores of attention. "..." stands for any further axes, which
/// broadcast; without "->" the result has the letters that stand once, in alphabetical order. Two operands at
/// a time, from the left, each pair as one matmul(). A letter of one operand alone is summed first, as sum()
/// does: i32 in i64.
/// @throws ValueError  the equation makes no sense, or is not for so many operands
/// @throws ShapeError  an operand has another number of axes, or a letter two lengths
/// @throws DTypeError  as matmul(), where there are several operands
template <TensorLike T>
T einsum(std::string_view equation, const std::vector<T>& operands) {
  std::vector<Shape> shapes;
  for (const T& operand : operands) shapes.push_back(operand.shape());
  const detail::Einsum plan = detail::parse_einsum(equation, shapes);
  detail::Labelled<T> result;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    detail::Labelled<T> next =
        detail::take_diagonals<T>({expand(operands[i], plan.expanded[i]), plan.inputs[i]});
    std::string later = plan.output;
    for (std::size_t k = i + 1; k < operands.size(); ++k) later += plan.inputs[k];
    result = i == 0 ? next : detail::multiply(result, next, later);
  }
  result = detail::sum_labels(result, detail::without(result.labels, plan.output));
  return permute(result.x, detail::places_of(plan.output, result.labels));
}

template <TensorLike T>
T einsum(std::string_view equation, std::initializer_list<T> operands) {
  return einsum(equation, std::vector<T>(operands));
}

}  // namespace tinytorch
