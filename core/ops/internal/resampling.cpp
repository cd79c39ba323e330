#include "core/ops/internal/resampling.h"

#include <algorithm>
#include <limits>

#include "core/ops/internal/check.h"
#include "core/ops/internal/image.h"

namespace tinytorch {

namespace {

/// Calls the slot for images of the size `from` and results of the size `to`.
template <class Slot>
Tensor apply(const Slot& kernel, const Tensor& x, const kernels::Resampling& sampling, const Pair& from,
             const Pair& to) {
  require_images(kernel.name(), x);
  if (image_size(x.shape()) != from) {
    fail<ShapeError>(kernel.name(), "input is {}, but the sampling is for images of {} x {}", x.shape(),
                     from.height, from.width);
  }
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  if (std::max({from.height, from.width, to.height, to.width}) > kMost) {
    fail<ShapeError>(kernel.name(), "images of {} x {} to {} x {}; an axis has at most 2^31 - 1 elements",
                     from.height, from.width, to.height, to.width);
  }
  const Tensor images = dense_images(x);
  Tensor y = empty_images({x.shape()[0], x.shape()[1], to.height, to.width}, is_channels_last(images),
                          x.dtype(), x.device());
  if (y.numel() > 0) kernel(images, sampling, y);
  return y;
}

}  // namespace

Tensor resample2d(const Tensor& x, const kernels::Resampling& sampling) {
  const kernels::AxisResampling &height = sampling.height, &width = sampling.width;
  return apply(kernels::resample2d, x, sampling, {height.from, width.from}, {height.to, width.to});
}

Tensor resample2d_gradient(const Tensor& grad, const kernels::Resampling& sampling) {
  const kernels::AxisResampling &height = sampling.height, &width = sampling.width;
  return apply(kernels::resample2d_gradient, grad, sampling, {height.to, width.to},
               {height.from, width.from});
}

}  // namespace tinytorch
