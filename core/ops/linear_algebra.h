#pragma once

#include "core/ops/composite.h"
#include "core/ops/matmul.h"
#include "core/tensor.h"

/// Products of vectors and of batches of matrices, made of matmul(); what they take and throw besides is its.
namespace tinytorch {

namespace detail {
/// @throws ShapeError  a or b is no vector
void check_vectors(const char* op, const Shape& a, const Shape& b);
/// @throws ShapeError  not [batch, m, k] and [batch, k, n]
void check_batches(const char* op, const Shape& a, const Shape& b);
}  // namespace detail

/// a[i] b[j] of two vectors: [n] and [m] give [n, m].
/// @throws ShapeError  not vectors
template <TensorLike T>
T outer(const T& a, const std::type_identity_t<T>& b) {
  detail::check_vectors("outer", a.shape(), b.shape());
  return unsqueeze(a, 1) * b;
}

/// The sum of a[i] b[i] of two vectors of one length.
/// @throws ShapeError  not vectors of one length
template <TensorLike T>
T dot(const T& a, const std::type_identity_t<T>& b) {
  detail::check_vectors("dot", a.shape(), b.shape());
  return matmul(a, b);
}

/// The products of a batch of matrices: [batch, m, k] and [batch, k, n] give [batch, m, n]; nothing
/// broadcasts.
/// @throws ShapeError  other shapes
template <TensorLike T>
T bmm(const T& a, const std::type_identity_t<T>& b) {
  detail::check_batches("bmm", a.shape(), b.shape());
  return matmul(a, b);
}

/// beta x + alpha bmm(a, b), where x broadcasts.
/// @throws ShapeError  as bmm(), or x does not broadcast to its result
template <TensorLike T>
T baddbmm(const T& x, const std::type_identity_t<T>& a, const std::type_identity_t<T>& b, double beta = 1,
          double alpha = 1) {
  detail::check_batches("baddbmm", a.shape(), b.shape());
  const T product = matmul(a, b);
  return (beta == 1 ? x : x * beta) + (alpha == 1 ? product : product * alpha);
}

}  // namespace tinytorch
