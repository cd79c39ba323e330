#pragma once

#include <cstdint>
#include <vector>

#include "core/ops/creation.h"
#include "core/ops/shape.h"

namespace tinytorch::testing {

/// The values of most tensors in the data files: 0, 1, 2, ...; of bool, whether that is odd.
inline Tensor counting(const Shape& shape, DType dtype) {
  Tensor x = arange(checked_numel("test", shape));
  if (dtype == DType::boolean) {
    std::vector<std::int64_t> values = x.to_vector<std::int64_t>();
    for (std::int64_t& value : values) value %= 2;
    x = from_values(values, {x.numel()});
  }
  return reshape(x.to(dtype), shape);
}

}  // namespace tinytorch::testing
