#pragma once

#include <type_traits>

#include "core/tensor.h"

/// Products of vectors and of batches of matrices, for Tensor and Variable. Dtypes and further errors are
/// those of matmul(), for outer() those of mul().
/// ```cpp
/// const Tensor a{1.0, 2.0}, b{3.0, 4.0};
/// const Tensor inner = dot(a, b);                                  // 11
/// const Tensor table = outer(a, b);                                // [[3, 4], [6, 8]]
/// const Tensor products = bmm(ones({5, 2, 3}), ones({5, 3, 4}));   // [5, 2, 4]
/// ```
namespace tinytorch {

/// The outer product a[i] * b[j] of two vectors: [n] and [m] give [n, m].
/// @throws ShapeError  a or b is not a vector
template <TensorLike T>
T outer(const T& a, const std::type_identity_t<T>& b);

/// The dot product of two vectors, the sum of a[i] * b[i]: [n] and [n] give [].
/// @throws ShapeError  a and b are not vectors of the same length
template <TensorLike T>
T dot(const T& a, const std::type_identity_t<T>& b);

/// The matrix products of two batches: [batch, m, k] and [batch, k, n] give [batch, m, n]. Unlike in
/// matmul(), the batch axis does not broadcast.
/// @throws ShapeError  the operands have other shapes
template <TensorLike T>
T bmm(const T& a, const std::type_identity_t<T>& b);

/// beta * x + alpha * a b, for matrices a and b: [m, k] and [k, n] give [m, n]. x broadcasts to the product,
/// and if beta is 0, its elements are not read, so that NaN does not propagate. Integers stay integers if
/// beta and alpha are integral.
/// @throws ShapeError  a and b have other shapes, or x does not broadcast to [m, n]
template <TensorLike T>
T addmm(const T& x, const std::type_identity_t<T>& a, const std::type_identity_t<T>& b, double beta = 1,
        double alpha = 1);

/// beta * x + alpha * bmm(a, b), where x and the product broadcast. If beta is 0, the elements of x do not
/// matter, even if they are NaN. Integers stay integers if beta and alpha are integral.
/// @throws ShapeError  as bmm(), or x and the product do not broadcast
template <TensorLike T>
T baddbmm(const T& x, const std::type_identity_t<T>& a, const std::type_identity_t<T>& b, double beta = 1,
          double alpha = 1);

}  // namespace tinytorch
