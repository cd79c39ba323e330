#pragma once

#include "core/op_scope.h"
#include "core/ops/composite.h"
#include "core/ops/internal/operands.h"
#include "core/ops/internal/scaled.h"
#include "core/ops/linear_algebra.h"
#include "core/ops/matmul.h"

// Internal: the checks of core/ops/linear_algebra.h, and the definitions of its templates.
namespace tinytorch {

namespace detail {

/// @throws ShapeError  a or b is no vector
void check_vectors(const char* op, const Tensor& a, const Tensor& b);
/// @throws ShapeError  not [batch, m, k] and [batch, k, n]
void check_batches(const char* op, const Tensor& a, const Tensor& b);
/// @throws as addmm()
void check_addmm(const Tensor& x, const Tensor& a, const Tensor& b);
/// @throws as baddbmm(), except where x and the product do not broadcast
void check_baddbmm(const Tensor& x, const Tensor& a, const Tensor& b);

}  // namespace detail

template <TensorLike T>
T outer(const T& a, const std::type_identity_t<T>& b) {
  const OpScope scope("outer");
  detail::check_vectors("outer", value_of(a), value_of(b));
  return unsqueeze(a, 1) * b;
}

template <TensorLike T>
T dot(const T& a, const std::type_identity_t<T>& b) {
  const OpScope scope("dot");
  detail::check_vectors("dot", value_of(a), value_of(b));
  return matmul(a, b);
}

template <TensorLike T>
T bmm(const T& a, const std::type_identity_t<T>& b) {
  const OpScope scope("bmm");
  detail::check_batches("bmm", value_of(a), value_of(b));
  return matmul(a, b);
}

template <TensorLike T>
T addmm(const T& x, const std::type_identity_t<T>& a, const std::type_identity_t<T>& b, double beta,
        double alpha) {
  const OpScope scope("addmm");
  detail::check_addmm(value_of(x), value_of(a), value_of(b));
  const T product = scaled(matmul(a, b), alpha);
  if (beta == 0) return product.to(common_dtype(value_of(x), value_of(product)));
  return scaled(x, beta) + product;
}

template <TensorLike T>
T baddbmm(const T& x, const std::type_identity_t<T>& a, const std::type_identity_t<T>& b, double beta,
          double alpha) {
  const OpScope scope("baddbmm");
  detail::check_baddbmm(value_of(x), value_of(a), value_of(b));
  const T product = scaled(matmul(a, b), alpha);
  return (beta == 0 ? masked_fill(x, Tensor(true), 0) : scaled(x, beta)) + product;
}

}  // namespace tinytorch

/// The templates of core/ops/linear_algebra.h for one of Tensor and Variable.
#define TINYTORCH_INSTANTIATE_LINEAR_ALGEBRA(T)                      \
  template T outer<T>(const T&, const T&);                           \
  template T dot<T>(const T&, const T&);                             \
  template T bmm<T>(const T&, const T&);                             \
  template T addmm<T>(const T&, const T&, const T&, double, double); \
  template T baddbmm<T>(const T&, const T&, const T&, double, double)
