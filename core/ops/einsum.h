#pragma once

#include <initializer_list>
#include <string_view>
#include <vector>

#include "core/tensor.h"

namespace tinytorch {

/// Einstein summation, for Tensor and Variable: a sum of products over axes that letters name.
/// ```cpp
/// const Tensor a = ones({2, 3}), b = ones({3, 4}), q = ones({2, 8, 5, 16}), k = ones({2, 8, 7, 16});
/// const Tensor product = einsum("ij,jk->ik", {a, b});           // matmul(a, b)
/// const Tensor scores = einsum("bhqd,bhkd->bhqk", {q, k});      // [2, 8, 5, 7]
/// const Tensor trace = einsum("ii->", {eye(3)});                // 3
/// ```
/// The equation gives each axis of the operands a letter. Elements whose letters agree are multiplied, and
/// the products are summed over the letters that the result does not name. "..." stands for any number of
/// further axes, which broadcast. Without "->", the result has the letters that occur once, in alphabetical
/// order.
///
/// Operands are multiplied two at a time from the left, each pair by one matmul(). A letter of only one
/// operand that the result does not name is summed first, by sum(), which gives i64 for integers.
/// @throws ValueError  the equation is malformed, or is for another number of operands
/// @throws ShapeError  an operand does not have the number of axes that the equation gives it, or a letter
///                     has two lengths, or a product of two operands has more than kMaxRank axes
/// @throws DTypeError  as matmul(), if there are several operands
template <TensorLike T>
T einsum(std::string_view equation, const std::vector<T>& operands);

template <TensorLike T>
T einsum(std::string_view equation, std::initializer_list<T> operands) {
  return einsum(equation, std::vector<T>(operands));
}

}  // namespace tinytorch
