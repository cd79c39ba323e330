#pragma once

#include "core/op_scope.h"
#include "core/ops/internal/resampling.h"
#include "core/ops/interpolate.h"

// Internal: the resampling that interpolate() chooses, and the definitions of its templates.
namespace tinytorch {

namespace detail {

/// @throws as interpolate()
kernels::Resampling interpolate_sampling(const Tensor& x, const Pair& size,
                                         const InterpolateOptions& options);
/// @throws as interpolate_by()
kernels::Resampling interpolate_sampling(const Tensor& x, double height_scale, double width_scale,
                                         const InterpolateOptions& options);

}  // namespace detail

template <TensorLike T>
T interpolate(const T& x, const Pair& size, const InterpolateOptions& options) {
  const OpScope scope("interpolate");
  return resample2d(x, detail::interpolate_sampling(value_of(x), size, options));
}

template <TensorLike T>
T interpolate_by(const T& x, double height_scale, double width_scale, const InterpolateOptions& options) {
  const OpScope scope("interpolate_by");
  return resample2d(x, detail::interpolate_sampling(value_of(x), height_scale, width_scale, options));
}

}  // namespace tinytorch

/// The templates of core/ops/interpolate.h for one of Tensor and Variable.
#define TINYTORCH_INSTANTIATE_INTERPOLATE(T)                                   \
  template T interpolate<T>(const T&, const Pair&, const InterpolateOptions&); \
  template T interpolate_by<T>(const T&, double, double, const InterpolateOptions&)
