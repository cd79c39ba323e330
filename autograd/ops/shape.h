#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "autograd/variable.h"
#include "core/ops/shape.h"

/// Ops that change the shapes of Variables; see core/ops/shape.h.
namespace tinytorch {

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

}  // namespace tinytorch
