#include <cstdint>

#include "core/ops/internal/image.h"
#include "kernels/cpu/choice.h"
#include "kernels/cpu/convolution.h"

namespace tinytorch::cpu {
namespace {

ConvolutionChoice chosen_convolution = ConvolutionChoice::automatic;

/// Estimates, in multiply-adds for each channel of each filter, whether Winograd's algorithm is faster.
///
/// Measured on one thread of an EPYC (Zen 3; FMA peak 100 GF/s) with oneDNN 2.6; times as GF/s of the direct
/// convolution, directly and by Winograd's algorithm:
///
///     batch  channels  image    filters
///        32        64  34 x 34       64    85, 209
///         8       128  28 x 28      128    88, 199
///         1        64  34 x 34       64    78, 152
///        16        32   8 x 8        32    56, 107
///        32        16  14 x 14       32    57,  76
///         4       227   7 x 7       227    50,  75
bool is_faster_by_winograd(std::int64_t channels, std::int64_t filters, const Shape& y) {
  // Of transforming a filter, and a tile of an input or output.
  constexpr double kFilter = 1000, kTile = 500;
  constexpr double kDirect = 0.9;  // the direct convolution needs few other instructions
  const std::int64_t tile_rows = (y[2] + 3) / 4, tile_columns = (y[3] + 3) / 4;
  const double outputs = static_cast<double>(y[0] * y[2] * y[3]),
               tiles = static_cast<double>(y[0] * tile_rows * tile_columns);
  const double transforms = kTile * (1 / static_cast<double>(channels) + 1 / static_cast<double>(filters));
  return tiles * (36 + transforms) + kFilter < kDirect * 9 * outputs;
}

}  // namespace

void choose_convolution() {
  chosen_convolution = static_cast<ConvolutionChoice>(
      choose("TINYTORCH_CONVOLUTION", {"auto", "direct", "winograd"}, "the ways to compute convolutions"));
}

bool is_winograd_convolution(const Tensor& x, const Tensor& weight, const Conv2dOptions& options,
                             const Tensor& y) {
  const Shape& filters = weight.shape();
  if (chosen_convolution == ConvolutionChoice::direct || x.dtype() != DType::f32 ||
      image_size(filters) != Pair(3) || options.stride != Pair(1) || options.dilation != Pair(1))
    return false;
  return chosen_convolution == ConvolutionChoice::winograd ||
         is_faster_by_winograd(filters[1], filters[0] / options.groups, y.shape());
}

}  // namespace tinytorch::cpu
