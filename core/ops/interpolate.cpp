#include "core/ops/internal/interpolate.h"

#include <cmath>

#include "core/ops/internal/check.h"
#include "core/ops/internal/image.h"

namespace tinytorch {

namespace detail {

namespace {

constexpr const char* kOp = "interpolate";

/// How many elements of the image one of the result corresponds to.
struct Ratio {
  double numerator, denominator;
};

kernels::AxisResampling axis(std::int64_t from, std::int64_t to, Ratio ratio,
                             const InterpolateOptions& options) {
  kernels::AxisResampling axis{.kind = kernels::AxisResampling::Kind::nearest, .from = from, .to = to};
  axis.numerator = ratio.numerator;
  axis.denominator = ratio.denominator;
  if (options.mode == Interpolation::nearest) return axis;
  axis.kind = kernels::AxisResampling::Kind::linear;
  if (!options.align_corners) {
    axis.shift = 0.5;
  } else {
    axis.numerator = to > 1 ? static_cast<double>(from - 1) : 0.0;
    axis.denominator = to > 1 ? static_cast<double>(to - 1) : 1.0;
  }
  return axis;
}

void check(const Tensor& x, const InterpolateOptions& options) {
  require_images(kOp, x);
  if (x.shape()[2] == 0 || x.shape()[3] == 0)
    fail<ShapeError>(kOp, "the images of {} have no pixels", x.shape());
  if (options.align_corners && options.mode == Interpolation::nearest)
    fail<ValueError>(kOp, "align_corners is for bilinear; nearest has no corners to align");
}

Ratio by_size(std::int64_t from, std::int64_t to) {
  return {static_cast<double>(from), static_cast<double>(to)};
}

std::int64_t scaled(std::int64_t length, double scale) {
  const double size = std::floor(static_cast<double>(length) * scale);
  if (!(scale > 0) || !(size >= 1) || !(size < 0x1p53))
    fail<ValueError>(kOp, "a length of {} cannot be scaled by {}; at least one pixel must be left", length,
                     scale);
  return static_cast<std::int64_t>(size);
}

}  // namespace

kernels::Resampling interpolate_sampling(const Tensor& x, const Pair& size,
                                         const InterpolateOptions& options) {
  check(x, options);
  if (size.height < 1 || size.width < 1)
    fail<ValueError>(kOp, "size is {}; it must be at least 1", to_string(size));
  const Pair image = image_size(x.shape());
  return {.height = axis(image.height, size.height, by_size(image.height, size.height), options),
          .width = axis(image.width, size.width, by_size(image.width, size.width), options)};
}

kernels::Resampling interpolate_sampling(const Tensor& x, double height_scale, double width_scale,
                                         const InterpolateOptions& options) {
  check(x, options);
  const Pair image = image_size(x.shape());
  return {.height = axis(image.height, scaled(image.height, height_scale), {1, height_scale}, options),
          .width = axis(image.width, scaled(image.width, width_scale), {1, width_scale}, options)};
}

}  // namespace detail

TINYTORCH_INSTANTIATE_INTERPOLATE(Tensor);

}  // namespace tinytorch
