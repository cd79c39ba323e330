#pragma once

#include "core/ops/composite.h"
#include "core/ops/linear_algebra.h"
#include "core/ops/matmul.h"

// Internal: the checks of core/ops/linear_algebra.h, and the definitions of its templates.
namespace tinytorch {

namespace detail {

/// @throws ShapeError  a or b is no vector
void check_vectors(const char* op, const Shape& a, const Shape& b);
/// @throws ShapeError  not [batch, m, k] and [batch, k, n]
void check_batches(const char* op, const Shape& a, const Shape& b);

}  // namespace detail

template <TensorLike T>
T outer(const T& a, const std::type_identity_t<T>& b) {
  detail::check_vectors("outer", a.shape(), b.shape());
  return unsqueeze(a, 1) * b;
}

template <TensorLike T>
T dot(const T& a, const std::type_identity_t<T>& b) {
  detail::check_vectors("dot", a.shape(), b.shape());
  return matmul(a, b);
}

template <TensorLike T>
T bmm(const T& a, const std::type_identity_t<T>& b) {
  detail::check_batches("bmm", a.shape(), b.shape());
  return matmul(a, b);
}

template <TensorLike T>
T baddbmm(const T& x, const std::type_identity_t<T>& a, const std::type_identity_t<T>& b, double beta,
          double alpha) {
  detail::check_batches("baddbmm", a.shape(), b.shape());
  const T product = matmul(a, b);
  const T scaled = alpha == 1 ? product : product * alpha;
  return beta == 0 ? masked_fill(x, Tensor(true), 0) + scaled : (beta == 1 ? x : T(x * beta)) + scaled;
}

}  // namespace tinytorch

/// The templates of core/ops/linear_algebra.h for one of Tensor and Variable.
#define TINYTORCH_INSTANTIATE_LINEAR_ALGEBRA(T) \
  template T outer<T>(const T&, const T&);      \
  template T dot<T>(const T&, const T&);        \
  template T bmm<T>(const T&, const T&);        \
  template T baddbmm<T>(const T&, const T&, const T&, double, double)
