#pragma once

#include <optional>

#include "core/op_scope.h"
#include "core/ops/composite.h"
#include "core/ops/internal/indexing.h"
#include "core/ops/internal/resampling.h"
#include "core/ops/pooling.h"

// Internal: the checks of core/ops/pooling.h, the linear maps that max_pool2d()'s gradient is made of, and
// the definitions of its templates.
namespace tinytorch {

namespace detail {

/// y[n, c, i, j] = the element of image x[n, c] at indices[n, c, i, j], which max_pool2d_with_indices() gives
/// for this kernel and these options; 0 where that is -1. The indices are trusted to be within the image.
/// @throws as max_pool2d(); ShapeError, DTypeError  indices that no such call gives
Tensor max_pool2d_at(const Tensor& x, const Tensor& indices, const Pair& kernel,
                     const MaxPool2dOptions& options = {});

/// The transpose: images of shape `input` in which each element is the sum of `grad` over its index.
/// @throws as max_pool2d_at()
Tensor max_pool2d_gradient(const Tensor& grad, const Tensor& indices, const Shape& input, const Pair& kernel,
                           const MaxPool2dOptions& options = {});

/// @throws as avg_pool2d()
kernels::Resampling avg_pool2d_sampling(const Tensor& x, const Pair& kernel, const AvgPool2dOptions& options);
/// @throws as adaptive_avg_pool2d()
kernels::Resampling adaptive_avg_pool2d_sampling(const Tensor& x, const Pair& size);
/// The size of each bin of an adaptive pooling, where all have the same and none overlap.
/// @throws as adaptive_max_pool2d()
std::optional<Pair> uniform_bins(const char* op, const Tensor& x, const Pair& size);
/// The indices of adaptive_max_pool2d_with_indices(), for bins of any sizes.
Tensor adaptive_max_indices(const char* op, const Tensor& x, const Pair& size);
/// @throws ShapeError  not [batch, channels, length]
void check_pool1d(const char* op, const Shape& x);

/// @param with_indices  false may leave the indices undefined
template <TensorLike T>
MaxPooled<T> adaptive_max_pool(const char* op, const T& x, const Pair& size, bool with_indices) {
  const OpScope scope(op);
  if (const std::optional<Pair> kernel = uniform_bins(op, value_of(x), size)) {
    if (with_indices) return max_pool2d_with_indices(x, *kernel);
    return {max_pool2d(x, *kernel), Tensor()};
  }
  const Tensor indices = adaptive_max_indices(op, value_of(x), size);
  const Shape& shape = x.shape();
  const T planes = reshape(x, {shape[0], shape[1], shape[2] * shape[3]});
  return {reshape(gather_unchecked(planes, IndexMap{2, flatten(indices, 2)}), indices.shape()), indices};
}

}  // namespace detail

template <TensorLike T>
T avg_pool2d(const T& x, const Pair& kernel, const AvgPool2dOptions& options) {
  const OpScope scope("avg_pool2d");
  return resample2d(x, detail::avg_pool2d_sampling(value_of(x), kernel, options));
}

template <TensorLike T>
T adaptive_avg_pool2d(const T& x, const Pair& size) {
  const OpScope scope("adaptive_avg_pool2d");
  const kernels::Resampling sampling = detail::adaptive_avg_pool2d_sampling(value_of(x), size);
  return size == Pair(1) ? mean(x, {2, 3}, true) : resample2d(x, sampling);
}

template <TensorLike T>
T adaptive_max_pool2d(const T& x, const Pair& size) {
  return detail::adaptive_max_pool("adaptive_max_pool2d", x, size, false).values;
}

template <TensorLike T>
MaxPooled<T> adaptive_max_pool2d_with_indices(const T& x, const Pair& size) {
  return detail::adaptive_max_pool("adaptive_max_pool2d_with_indices", x, size, true);
}

template <TensorLike T>
T adaptive_max_pool1d(const T& x, std::int64_t length) {
  const OpScope scope("adaptive_max_pool1d");
  detail::check_pool1d("adaptive_max_pool1d", x.shape());
  return squeeze(detail::adaptive_max_pool("adaptive_max_pool1d", unsqueeze(x, 2), {1, length}, false).values,
                 2);
}

template <TensorLike T>
T max_pool1d(const T& x, std::int64_t kernel, const MaxPool1dOptions& options) {
  const OpScope scope("max_pool1d");
  detail::check_pool1d("max_pool1d", x.shape());
  return squeeze(max_pool2d(unsqueeze(x, 2), {1, kernel},
                            {.stride = {1, options.stride},
                             .padding = {0, options.padding},
                             .dilation = {1, options.dilation},
                             .ceil_mode = options.ceil_mode}),
                 2);
}

template <TensorLike T>
T avg_pool1d(const T& x, std::int64_t kernel, const AvgPool1dOptions& options) {
  const OpScope scope("avg_pool1d");
  detail::check_pool1d("avg_pool1d", x.shape());
  return squeeze(avg_pool2d(unsqueeze(x, 2), {1, kernel},
                            {.stride = {1, options.stride},
                             .padding = {0, options.padding},
                             .ceil_mode = options.ceil_mode,
                             .count_include_pad = options.count_include_pad}),
                 2);
}

}  // namespace tinytorch

/// The templates of core/ops/pooling.h for one of Tensor and Variable.
#define TINYTORCH_INSTANTIATE_POOLING(T)                                            \
  template T avg_pool2d<T>(const T&, const Pair&, const AvgPool2dOptions&);         \
  template T adaptive_avg_pool2d<T>(const T&, const Pair&);                         \
  template T adaptive_max_pool2d<T>(const T&, const Pair&);                         \
  template MaxPooled<T> adaptive_max_pool2d_with_indices<T>(const T&, const Pair&); \
  template T adaptive_max_pool1d<T>(const T&, std::int64_t);                        \
  template T max_pool1d<T>(const T&, std::int64_t, const MaxPool1dOptions&);        \
  template T avg_pool1d<T>(const T&, std::int64_t, const AvgPool1dOptions&)
