#pragma once

#include "autograd/variable.h"
#include "core/ops/internal/indexing.h"

// Internal: the ops at checked indices on Variables. They record their gradient rules.
namespace tinytorch::detail {

Variable gather_unchecked(const Variable& x, const IndexMap& map);
Variable scatter_unchecked(const Variable& x, const IndexMap& map, const Variable& source);
Variable scatter_add_unchecked(const Variable& x, const IndexMap& map, const Variable& source);
Variable scatter_add_to_zeros(const Shape& shape, const IndexMap& map, const Variable& source);

}  // namespace tinytorch::detail
