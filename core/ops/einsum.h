#pragma once

#include <initializer_list>
#include <string_view>
#include <vector>

#include "core/tensor.h"

namespace tinytorch {

/// Einstein summation, for Tensor and Variable: a sum of products over labelled axes.
/// ```cpp
/// const Tensor a = ones({2, 3}), b = ones({3, 4}), q = ones({2, 8, 5, 16}), k = ones({2, 8, 7, 16});
/// const Tensor product = einsum("ij,jk->ik", {a, b});           // as matmul(a, b)
/// const Tensor scores = einsum("bhqd,bhkd->bhqk", {q, k});      // [2, 8, 5, 7]
/// const Tensor trace = einsum("ii->", {eye(3)});                // 3
/// ```
/// Each axis of the operands gets a letter. Elements whose letters agree are multiplied, and letters that the
/// result does not name are summed over. "..." stands for any further axes, which broadcast. Without "->" the
/// result has the letters that occur once, in alphabetical order. Operands are multiplied two at a time, from
/// the left, each pair as one matmul(). A letter of one operand alone is summed first, as sum() does: i32 in
/// i64.
/// @throws ValueError  the equation is malformed, or is not for so many operands
/// @throws ShapeError  an operand has another number of axes, or a letter two lengths
/// @throws DTypeError  as matmul(), where there are several operands
template <TensorLike T>
T einsum(std::string_view equation, const std::vector<T>& operands);

template <TensorLike T>
T einsum(std::string_view equation, std::initializer_list<T> operands) {
  return einsum(equation, std::vector<T>(operands));
}

}  // namespace tinytorch
