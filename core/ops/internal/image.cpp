#include "core/ops/internal/image.h"

#include "core/ops/internal/check.h"
#include "core/ops/shape.h"

namespace tinytorch {

bool is_channels_last(const Tensor& x) {
  return x.rank() == 4 && !x.is_contiguous() && permute(x, {0, 2, 3, 1}).is_contiguous();
}

bool in_channels_last(const Tensor& x, const Tensor& y) { return is_channels_last(x) || is_channels_last(y); }

Tensor empty_images(const Shape& shape, bool channels_last, DType dtype, Device device) {
  const Options options{.dtype = dtype, .device = device};
  if (!channels_last) return empty(shape, options);
  return permute(empty({shape[0], shape[2], shape[3], shape[1]}, options), {0, 3, 1, 2});
}

Tensor dense_images(const Tensor& x) {
  const Strides& strides = x.strides();
  const bool channels_innermost = x.shape()[1] > 1 && strides[1] < strides[2] && strides[1] < strides[3];
  return x.is_contiguous() ? x : ordered_images(x, channels_innermost);
}

Tensor ordered_images(const Tensor& x, bool channels_last) {
  if (!channels_last) return contiguous(x);
  return permute(contiguous(permute(x, {0, 2, 3, 1})), {0, 3, 1, 2});
}

void require_images(const char* op, const Tensor& x) {
  require_floating(op, x);
  if (x.rank() != 4) fail<ShapeError>(op, "input is {}; wanted [batch, channels, height, width]", x.shape());
}

}  // namespace tinytorch
