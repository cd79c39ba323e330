#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "autograd/variable.h"
#include "core/ops/activation.h"
#include "core/ops/arithmetic.h"
#include "core/ops/comparison.h"
#include "core/ops/composite.h"
#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/math.h"
#include "core/ops/matmul.h"
#include "core/ops/reduction.h"
#include "core/ops/shape.h"

/// The ops on Variables. Each computes what the op of the same name on Tensors computes (see core/ops for
/// what it takes and throws) and records its gradient rule. What has no derivative gives a Tensor.
namespace tinytorch {

// autograd/rules/arithmetic.cpp
Variable add(const Variable& a, const Variable& b);
Variable sub(const Variable& a, const Variable& b);
Variable mul(const Variable& a, const Variable& b);
Variable div(const Variable& a, const Variable& b);
/// The gradient for b is 0 where a is 0 and b is not negative, and NaN where a is negative.
Variable pow(const Variable& a, const Variable& b);
/// Where a and b are equal each gets half of the gradient.
Variable maximum(const Variable& a, const Variable& b);
Variable minimum(const Variable& a, const Variable& b);
Variable neg(const Variable& x);
/// The gradient at 0 is 0.
Variable abs(const Variable& x);
/// The gradient is 0 everywhere.
Variable sign(const Variable& x);

inline Variable operator+(const Variable& a, const Variable& b) { return add(a, b); }
inline Variable operator-(const Variable& a, const Variable& b) { return sub(a, b); }
inline Variable operator*(const Variable& a, const Variable& b) { return mul(a, b); }
inline Variable operator/(const Variable& a, const Variable& b) { return div(a, b); }
inline Variable operator-(const Variable& x) { return neg(x); }

// Comparisons are constant almost everywhere: a Tensor.
inline Tensor eq(const Variable& a, const Variable& b) { return eq(a.value(), b.value()); }
inline Tensor ne(const Variable& a, const Variable& b) { return ne(a.value(), b.value()); }
inline Tensor lt(const Variable& a, const Variable& b) { return lt(a.value(), b.value()); }
inline Tensor le(const Variable& a, const Variable& b) { return le(a.value(), b.value()); }
inline Tensor gt(const Variable& a, const Variable& b) { return gt(a.value(), b.value()); }
inline Tensor ge(const Variable& a, const Variable& b) { return ge(a.value(), b.value()); }
inline Tensor operator==(const Variable& a, const Variable& b) { return eq(a, b); }
inline Tensor operator!=(const Variable& a, const Variable& b) { return ne(a, b); }
inline Tensor operator<(const Variable& a, const Variable& b) { return lt(a, b); }
inline Tensor operator<=(const Variable& a, const Variable& b) { return le(a, b); }
inline Tensor operator>(const Variable& a, const Variable& b) { return gt(a, b); }
inline Tensor operator>=(const Variable& a, const Variable& b) { return ge(a, b); }

// autograd/rules/where.cpp
Variable where(const Tensor& condition, const Variable& a, const Variable& b);

// autograd/rules/math.cpp
Variable exp(const Variable& x);
Variable log(const Variable& x);
Variable sqrt(const Variable& x);
Variable sin(const Variable& x);
Variable cos(const Variable& x);
Variable tanh(const Variable& x);

// autograd/rules/activation.cpp
/// The gradient at 0 is 0.
Variable relu(const Variable& x);
Variable sigmoid(const Variable& x);
Variable softmax(const Variable& x, int axis = -1);
Variable log_softmax(const Variable& x, int axis = -1);

// autograd/rules/reduction.cpp
Variable sum(const Variable& x, const Axes& axes = {}, bool keepdim = false);
/// Equal extremes share the gradient evenly.
Variable max(const Variable& x, const Axes& axes = {}, bool keepdim = false);
Variable min(const Variable& x, const Axes& axes = {}, bool keepdim = false);
inline Tensor argmax(const Variable& x, std::optional<int> axis = {}, bool keepdim = false) {
  return argmax(x.value(), axis, keepdim);
}
inline Tensor argmin(const Variable& x, std::optional<int> axis = {}, bool keepdim = false) {
  return argmin(x.value(), axis, keepdim);
}

// autograd/rules/matmul.cpp
Variable matmul(const Variable& a, const Variable& b);
Variable linear(const Variable& x, const Variable& weight, const Variable& bias,
                Activation activation = Activation::none);

// autograd/rules/shape.cpp
Variable reshape(const Variable& x, const Shape& shape);
Variable permute(const Variable& x, const Axes& axes);
Variable expand(const Variable& x, const Shape& shape);
Variable slice(const Variable& x, int axis, std::int64_t start = 0, std::optional<std::int64_t> stop = {},
               std::int64_t step = 1);
Variable slice_scatter(const Variable& x, const Variable& source, int axis, std::int64_t start = 0,
                       std::optional<std::int64_t> stop = {}, std::int64_t step = 1);
Variable concat(std::span<const Variable> tensors, int axis = 0);
inline Variable concat(const std::vector<Variable>& tensors, int axis = 0) {
  return concat(std::span(tensors), axis);
}

// autograd/rules/copy.cpp
Variable clone(const Variable& x);
Variable contiguous(const Variable& x);

inline Variable zeros_like(const Variable& x) { return zeros_like(x.value()); }
inline Variable ones_like(const Variable& x) { return ones_like(x.value()); }

}  // namespace tinytorch
