#include "kernels/cuda/compensated_convolution.h"

#include <algorithm>
#include <type_traits>

#include "kernels/cuda/compensated_tiles.h"
#include "kernels/cuda/images.h"
#include "kernels/cuda/settings.h"
#include "kernels/product.h"

// Convolutions as matrix products whose factors are read from the images, without copies of these (implicit
// GEMM, Chetlur et al. 2014). Each group is a product. kernels/cuda/compensated_tiles.h has the kernel: a
// tile's values are read once for 16 or 64 products each, by neighbouring threads from neighbouring
// addresses, except where a stride is between them; where windows overlap, they come from the caches.
namespace tinytorch::cuda {
namespace {

/// x, the weight and y of a convolution, or their gradients.
struct ConvolutionTensors {
  const Tensor &x, &weight, &y;
  const Conv2dOptions& options;

  bool channels_last() const { return in_channels_last(x, y); }
  Window window() const {
    return {image_size(weight.shape()), options.stride, options.padding, options.dilation};
  }
  std::int64_t images() const { return x.shape()[0]; }
  std::int64_t group_channels() const { return weight.shape()[1]; }
  std::int64_t group_filters() const { return weight.shape()[0] / options.groups; }
  std::int64_t taps() const { return weight.shape()[2] * weight.shape()[3]; }
};

/// The offset of a channel's element at a pixel.
template <class Index>
__device__ Index offset_at(const ImageStrides<Index>& strides, Index channel, const ImageIndex<Index>& at) {
  return at.image * strides.image + channel * strides.channel + at.row * strides.row +
         at.column * strides.column;
}

/// Where the elements of a convolution's tensors are. A tap is an element of a filter's kernel.
template <class Index>
struct ConvolutionOffsets {
  using Signed = std::make_signed_t<Index>;

  ImageStrides<Index> x, weight, y;
  WindowAxes<Index> window;
  Index channels, filters;  // of a group

  explicit ConvolutionOffsets(const ConvolutionTensors& of)
      : x(of.x.shape(), of.channels_last()),
        weight(of.weight.shape(), /*channels_last=*/false),
        y(of.y.shape(), of.channels_last()),
        window(of.window(), image_size(of.x.shape()), image_size(of.y.shape())),
        channels(static_cast<Index>(of.group_channels())),
        filters(static_cast<Index>(of.group_filters())) {}

  /// The element of x that this tap of a window meets, 0 in the padding. `position` has the image and the
  /// window's position, `tap` has the channel of the group.
  __device__ float in_x(const float* data, Index group, const ImageIndex<Index>& position,
                        const ImageIndex<Index>& tap) const {
    const Signed row =
        window.height.first(position.row) + static_cast<Signed>(tap.row) * window.height.dilation;
    const Signed column =
        window.width.first(position.column) + static_cast<Signed>(tap.column) * window.width.dilation;
    if (!window.height.contains(row) || !window.width.contains(column)) return 0;
    return data[offset_at(x, group * channels + tap.channel,
                          {position.image, 0, static_cast<Index>(row), static_cast<Index>(column)})];
  }
  /// The element of y at the position from which this tap meets `pixel`, 0 if there is none. `tap` has the
  /// filter of the group.
  __device__ float in_y(const float* data, Index group, const ImageIndex<Index>& pixel,
                        const ImageIndex<Index>& tap) const {
    Index row = 0, column = 0;
    if (!find_position(window.height, pixel.row, tap.row, row) ||
        !find_position(window.width, pixel.column, tap.column, column))
      return 0;
    return data[offset_at(y, group * filters + tap.channel, {pixel.image, 0, row, column})];
  }
  __device__ Index in_weight(Index group, Index filter, Index channel, const ImageIndex<Index>& tap) const {
    return (group * filters + filter) * weight.image + channel * weight.channel + tap.row * weight.row +
           tap.column;
  }

 private:
  __device__ static bool find_position(const WindowAxis<Index>& axis, Index pixel, Index tap,
                                       Index& position) {
    const Signed distance =
        static_cast<Signed>(pixel) + axis.padding - static_cast<Signed>(tap) * axis.dilation;
    if (distance < 0) return false;
    position = axis.stride.quotient(static_cast<Index>(distance));
    return position * axis.stride.divisor() == static_cast<Index>(distance) &&
           position < static_cast<Index>(axis.positions);
  }
};

/// y of a group [filters, positions] is the weight [filters, taps] times the windows of x [taps, positions].
template <class Index>
struct ForwardOperands {
  struct Plane {
    const ForwardOperands& of;
    Index group;

    __device__ float a(std::int64_t filter, std::int64_t term) const {
      const ImageIndex<Index> tap = of.taps.find(static_cast<Index>(term));
      return of.weight[of.offsets.in_weight(group, static_cast<Index>(filter), tap.channel, tap)];
    }
    __device__ float b(std::int64_t position, std::int64_t term) const {
      return of.offsets.in_x(of.x, group, of.positions.find(static_cast<Index>(position)),
                             of.taps.find(static_cast<Index>(term)));
    }
    __device__ std::int64_t y(std::int64_t filter, std::int64_t position) const {
      const ImageIndex<Index> at = of.positions.find(static_cast<Index>(position));
      return static_cast<std::int64_t>(
          offset_at(of.offsets.y, group * of.offsets.filters + static_cast<Index>(filter), at));
    }
  };

  const float *x, *weight;
  ConvolutionOffsets<Index> offsets;
  ImageIndexMap<Index> positions, taps;
  bool a_along_terms = true, b_along_terms;

  explicit ForwardOperands(const ConvolutionTensors& of)
      : x(of.x.data<float>()),
        weight(of.weight.data<float>()),
        offsets(of),
        positions({of.images(), 1, of.y.shape()[2], of.y.shape()[3]}, false),
        taps(of.weight.shape(), of.channels_last()),
        b_along_terms(of.channels_last()) {}

  static ProductSizes sizes(const ConvolutionTensors& of) {
    return {of.options.groups, of.group_filters(), of.y.numel() / of.y.shape()[1],
            of.group_channels() * of.taps()};
  }
  __device__ Plane plane(std::uint32_t group) const { return {*this, group}; }
};

/// The gradient of x of a group [channels, pixels] is the weight [channels, taps of all filters] times what
/// these taps meet in y [taps, pixels].
template <class Index>
struct InputGradientOperands {
  struct Plane {
    const InputGradientOperands& of;
    Index group;

    __device__ float a(std::int64_t channel, std::int64_t term) const {
      const ImageIndex<Index> tap = of.taps.find(static_cast<Index>(term));
      return of.weight[of.offsets.in_weight(group, tap.channel, static_cast<Index>(channel), tap)];
    }
    __device__ float b(std::int64_t pixel, std::int64_t term) const {
      return of.offsets.in_y(of.grad, group, of.pixels.find(static_cast<Index>(pixel)),
                             of.taps.find(static_cast<Index>(term)));
    }
    __device__ std::int64_t y(std::int64_t channel, std::int64_t pixel) const {
      const ImageIndex<Index> at = of.pixels.find(static_cast<Index>(pixel));
      return static_cast<std::int64_t>(
          offset_at(of.offsets.x, group * of.offsets.channels + static_cast<Index>(channel), at));
    }
  };

  const float *grad, *weight;
  ConvolutionOffsets<Index> offsets;
  ImageIndexMap<Index> pixels, taps;
  bool a_along_terms = true, b_along_terms;

  explicit InputGradientOperands(const ConvolutionTensors& of)
      : grad(of.y.data<float>()),
        weight(of.weight.data<float>()),
        offsets(of),
        pixels({of.images(), 1, of.x.shape()[2], of.x.shape()[3]}, false),
        taps({1, of.group_filters(), of.weight.shape()[2], of.weight.shape()[3]}, of.channels_last()),
        b_along_terms(of.channels_last()) {}

  static ProductSizes sizes(const ConvolutionTensors& of) {
    return {of.options.groups, of.group_channels(), of.x.numel() / of.x.shape()[1],
            of.group_filters() * of.taps()};
  }
  __device__ Plane plane(std::uint32_t group) const { return {*this, group}; }
};

/// The gradient of the weight of a group [filters, taps] is the gradient of y [filters, positions] times the
/// windows of x [positions, taps].
template <class Index>
struct WeightGradientOperands {
  struct Plane {
    const WeightGradientOperands& of;
    Index group;

    __device__ float a(std::int64_t filter, std::int64_t term) const {
      const ImageIndex<Index> at = of.positions.find(static_cast<Index>(term));
      return of.grad[offset_at(of.offsets.y, group * of.offsets.filters + static_cast<Index>(filter), at)];
    }
    __device__ float b(std::int64_t column, std::int64_t term) const {
      return of.offsets.in_x(of.x, group, of.positions.find(static_cast<Index>(term)),
                             of.taps.find(static_cast<Index>(column)));
    }
    __device__ std::int64_t y(std::int64_t filter, std::int64_t column) const {
      const ImageIndex<Index> tap = of.taps.find(static_cast<Index>(column));
      return static_cast<std::int64_t>(
          of.offsets.in_weight(group, static_cast<Index>(filter), tap.channel, tap));
    }
  };

  const float *x, *grad;
  ConvolutionOffsets<Index> offsets;
  ImageIndexMap<Index> positions, taps;
  bool a_along_terms, b_along_terms;

  explicit WeightGradientOperands(const ConvolutionTensors& of)
      : x(of.x.data<float>()),
        grad(of.y.data<float>()),
        offsets(of),
        positions({of.images(), 1, of.y.shape()[2], of.y.shape()[3]}, false),
        taps(of.weight.shape(), of.channels_last()),
        a_along_terms(!of.channels_last()),
        b_along_terms(!of.channels_last()) {}

  static ProductSizes sizes(const ConvolutionTensors& of) {
    return {of.options.groups, of.group_filters(), of.group_channels() * of.taps(),
            of.y.numel() / of.y.shape()[1]};
  }
  __device__ Plane plane(std::uint32_t group) const { return {*this, group}; }
};

/// Computes `result`, one of the tensors.
template <template <class> class Operands>
void convolve_in_tiles(const ConvolutionTensors& of, const Tensor& result) {
  const std::int64_t largest =
      std::max(of.weight.numel(), max_coordinate(of.window(), image_size(of.x.shape())));
  const bool is_row_major = result.is_contiguous();
  const Tensor memory = is_row_major ? result : permute(result, {0, 2, 3, 1});
  with_index(of.x, of.y, largest, [&]<class Index>() {
    multiply_in_tiles(Operands<Index>(of), Operands<Index>::sizes(of), memory);
  });
}

}  // namespace

bool needs_compensation(const Tensor& x, std::int64_t terms) {
  return x.dtype() == DType::f32 && terms > kLongSum && !allows_tf32();
}

void compensated_conv2d(const Tensor& x, const Tensor& weight, const Conv2dOptions& options, Tensor& y) {
  convolve_in_tiles<ForwardOperands>({x, weight, y, options}, y);
}

void compensated_input_gradient(const Tensor& grad, const Tensor& weight, const Conv2dOptions& options,
                                Tensor& dx) {
  convolve_in_tiles<InputGradientOperands>({dx, weight, grad, options}, dx);
}

void compensated_weight_gradient(const Tensor& grad, const Tensor& x, const Conv2dOptions& options,
                                 Tensor& dw) {
  convolve_in_tiles<WeightGradientOperands>({x, dw, grad, options}, dw);
}

}  // namespace tinytorch::cuda
