#include <algorithm>
#include <cstdint>

#include "core/ops/internal/image.h"
#include "core/ops/shape.h"
#include "core/storage.h"
#include "kernels/cpu/convolution.h"
#include "kernels/cpu/parallel.h"
#include "kernels/product.h"

// Compiled once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/winograd.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "kernels/cpu/micro_kernel-inl.h"
#include "kernels/cpu/own_product-inl.h"
#include "kernels/cpu/vector-inl.h"
#include "kernels/cpu/winograd-inl.h"
#include "kernels/cpu/winograd_tiles-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace winograd {
namespace {

constexpr std::int64_t kFilterNumel = kTaps * kTaps;

/// Filters [filters, channels, 3, 3].
struct Filters {
  const float* data;
  std::int64_t filters, channels, filter_stride, channel_stride, tap_stride;

  static Filters forward(const Tensor& weight) {
    const auto& shape = weight.shape();
    return {weight.data<float>(), shape[0], shape[1], weight.strides()[0], weight.strides()[1], 1};
  }
  /// Those of the input's gradient, which is a convolution too: its filters are the channels, turned by 180°.
  static Filters backward(const Tensor& weight) {
    const auto& shape = weight.shape();
    return {weight.data<float>() + kFilterNumel - 1,
            shape[1],
            shape[0],
            weight.strides()[1],
            weight.strides()[0],
            -1};
  }
};

/// Calls f(begin, end, memory) for ranges that cover [0, n), each on a thread of its own with memory of
/// `numel` elements.
template <class F>
void for_each_range(std::int64_t n, std::int64_t numel, const F& f) {
  const std::int64_t threads = std::min(n, max_threads());
  Storage storage(Device::cpu(), static_cast<std::size_t>(threads * numel) * sizeof(float));
  float* const memory = reinterpret_cast<float*>(storage.data());
  parallel_for(threads, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t thread = begin; thread < end; ++thread)
      f(n * thread / threads, n * (thread + 1) / threads, memory + thread * numel);
  });
}

template <class V>
class Convolution {
 public:
  /// @param bias  null for none
  Convolution(const Images<const float>& x, const Filters& filters, const float* bias, Pair padding,
              const Images<float>& y)
      : x_(x), filters_(filters), bias_(bias), padding_(padding), y_(y) {}

  void run() const {
    Storage storage(Device::cpu(), static_cast<std::size_t>(kPositions * filter_matrix_) * sizeof(float));
    float* const filters = reinterpret_cast<float*>(storage.data());
    transform_filters(filters);
    for_each_range(ceil_div(grid_.numel, task_tiles_), inputs_.numel() + sums_.numel() + kPatchNumel,
                   [&](std::int64_t begin, std::int64_t end, float* memory) {
                     for (std::int64_t task = begin; task < end; ++task)
                       convolve(task * task_tiles_, filters, memory);
                   });
  }

 private:
  static constexpr std::int64_t kLanes = V::kLanes, kColumns = MaxTile<float>::kColumns;

  /// Writes the transformed filters: for each position panels [channels, kColumns filters].
  void transform_filters(float* to) const {
    const std::int64_t panels = ceil_div(filters_.filters, kColumns), channels = filters_.channels;
    parallel_for(panels * channels, kCostlyGrain / kColumns, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const std::int64_t first = i / channels * kColumns, channel = i % channels;
        const std::int64_t columns = panel_columns(first);
        for (std::int64_t column = 0; column < columns; column += kLanes)
          transform_filters(first + column, channel, to + first * channels + channel * columns + column);
      }
    });
  }
  /// The same for a Vector of filters.
  void transform_filters(std::int64_t first, std::int64_t channel, float* to) const {
    const std::int64_t filters = std::min(kLanes, filters_.filters - first);
    const float* from = filters_.data + first * filters_.filter_stride + channel * filters_.channel_stride;
    float taps[kFilterNumel][kLanes] = {};
    for (std::int64_t filter = 0; filter < filters; ++filter, from += filters_.filter_stride) {
      for (std::int64_t tap = 0; tap < kFilterNumel; ++tap)
        taps[tap][filter] = from[tap * filters_.tap_stride];
    }
    transform_tile<V>(
        TransformFilter{},
        [&](std::int64_t i, std::int64_t j) INLINE_LAMBDA { return V::load(taps[i * kTaps + j]); },
        [&](std::int64_t i, std::int64_t j, V element)
            INLINE_LAMBDA { element.store(to + (i * kInputs + j) * filter_matrix_); });
  }
  /// The columns of the panel that begins at a filter, in whole Vectors.
  std::int64_t panel_columns(std::int64_t first) const {
    return std::min(kColumns, round_up(filters_.filters - first, kLanes));
  }

  /// Computes the outputs of a task's tiles.
  void convolve(std::int64_t first, const float* filters, float* memory) const {
    float *const inputs = memory, *const sums = inputs + inputs_.numel(), *const patch = sums + sums_.numel();
    const std::int64_t end = std::min(first + task_tiles_, grid_.numel);
    grid_.for_each_run(first, end, [&](const Run& run, std::int64_t tile) {
      transform_run(TransformInput{}, x_, run, run.row - padding_.height, run.column - padding_.width, patch,
                    inputs_, inputs + tile * inputs_.row_stride);
    });
    for (std::int64_t position = 0; position < kPositions; ++position)
      multiply(end - first, inputs + position * inputs_.matrix_stride, filters + position * filter_matrix_,
               sums + position * sums_.matrix_stride);
    grid_.for_each_run(first, end, [&](const Run& run, std::int64_t tile) {
      for (std::int64_t filter = 0; filter < filters_.filters; filter += kBlock)
        transform_outputs(run, filter, sums + tile * sums_.row_stride + filter, patch);
    });
  }

  /// sums [tiles, filters] = inputs [tiles, channels] times filters.
  void multiply(std::int64_t tiles, const float* inputs, const float* filters, float* sums) const {
    const std::int64_t slivers = ceil_div(tiles, MaxTile<float>::kRows);
    for (std::int64_t filter = 0; filter < filters_.filters; filter += kColumns) {
      const std::int64_t columns = panel_columns(filter);
      for (std::int64_t sliver = 0; sliver < slivers; ++sliver) {
        const std::int64_t tile = tiles * sliver / slivers, end = tiles * (sliver + 1) / slivers;
        MicroKernels<float>::run(end - tile, columns / kLanes,
                                 {.k = filters_.channels,
                                  .chain = kSumUnit,
                                  .a = inputs + tile * inputs_.row_stride,
                                  .a_row_stride = inputs_.row_stride,
                                  .a_column_stride = 1,
                                  .b = filters + filter * filters_.channels,
                                  .b_row_stride = columns,
                                  .y = sums + tile * sums_.row_stride + filter,
                                  .y_row_stride = sums_.row_stride,
                                  .accumulate = false,
                                  .prefetch = false});
      }
    }
  }

  /// Writes the outputs of a block of filters for the tiles of a run.
  void transform_outputs(const Run& run, std::int64_t filter, const float* sums, float* patch) const {
    PixelRow line{run.image,  run.row,
                  run.column, std::min(kOutputs * run.tiles, y_.width - run.column),
                  filter,     std::min(kBlock, y_.channels - filter)};
    const std::int64_t width = line.width(), row_stride = kOutputs * run.tiles * width;
    for (std::int64_t lane = 0; lane < width; lane += kLanes) {
      const V bias =
          bias_ == nullptr ? V(0) : Position<float>{filter + lane, line.channels - lane}.load(bias_);
      for (std::int64_t tile = 0; tile < run.tiles; ++tile) {
        const float* const from = sums + tile * sums_.row_stride + lane;
        float* const to = patch + tile * kOutputs * width + lane;
        transform_tile<V>(
            TransformOutput{},
            [&](std::int64_t i, std::int64_t j)
                INLINE_LAMBDA { return V::load(from + (i * kInputs + j) * sums_.matrix_stride); },
            [&](std::int64_t i, std::int64_t j, V element)
                INLINE_LAMBDA { (element + bias).store(to + i * row_stride + j * width); });
      }
    }
    const std::int64_t end = std::min(run.row + kOutputs, y_.height);
    for (; line.row < end; ++line.row, patch += row_stride) scatter(patch, line, y_);
  }

  Images<const float> x_;
  Filters filters_;
  const float* bias_;
  Pair padding_;
  Images<float> y_;
  TileGrid grid_{y_};
  /// Their transformed inputs and sums fit in the L2 cache where there are few channels and filters.
  std::int64_t task_tiles_ = std::min(grid_.numel, 8 * MaxTile<float>::kRows);
  TransformedTiles inputs_{task_tiles_, x_.channels}, sums_{task_tiles_, y_.channels};
  std::int64_t filter_matrix_ = filters_.channels * round_up(filters_.filters, kLanes);
};

/// The gradient of the filters: sums over all tiles.
template <class V>
class WeightGradient {
 public:
  /// @param dw  contiguous
  WeightGradient(const Images<const float>& grad, const Images<const float>& x, Pair padding, float* dw)
      : grad_(grad), x_(x), padding_(padding), dw_(dw) {}

  void run() const {
    const std::int64_t numel = kPositions * x_.channels * totals_stride_;
    Storage transformed(Device::cpu(),
                        static_cast<std::size_t>(inputs_.numel() + gradients_.numel()) * sizeof(float)),
        sums(Device::cpu(), static_cast<std::size_t>(numel) * sizeof(double));
    float *const inputs = reinterpret_cast<float*>(transformed.data()), *const gradients =
                                                                            inputs + inputs_.numel();
    double* const totals = reinterpret_cast<double*>(sums.data());
    std::fill_n(totals, numel, 0.0);
    for (std::int64_t first = 0; first < grid_.numel; first += block_tiles_) {
      const std::int64_t tiles = std::min(block_tiles_, grid_.numel - first);
      transform(first, tiles, inputs, gradients);
      add_products(tiles, inputs, gradients, totals);
    }
    transform_totals(totals);
  }

 private:
  static constexpr std::int64_t kLanes = V::kLanes, kColumns = MaxTile<float>::kColumns,
                                kRows = MaxTile<float>::kRows;

  void transform(std::int64_t first, std::int64_t tiles, float* inputs, float* gradients) const {
    for_each_range(tiles, kPatchNumel, [&](std::int64_t begin, std::int64_t end, float* patch) {
      grid_.for_each_run(first + begin, first + end, [&](const Run& run, std::int64_t tile) {
        tile += begin;
        transform_run(TransformInput{}, x_, run, run.row - padding_.height, run.column - padding_.width,
                      patch, inputs_, inputs + tile * inputs_.row_stride);
        transform_run(TransformOutputGradient{}, grad_, run, run.row, run.column, patch, gradients_,
                      gradients + tile * gradients_.row_stride);
      });
    });
  }

  /// totals [36, channels, filters] += inputsᵀ [channels, tiles] times gradients [tiles, filters].
  void add_products(std::int64_t tiles, const float* inputs, const float* gradients, double* totals) const {
    const std::int64_t panels = ceil_div(grad_.channels, kColumns);
    parallel_for(kPositions * panels, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const std::int64_t position = i / panels, filter = i % panels * kColumns;
        add_panel(tiles, inputs + position * inputs_.matrix_stride,
                  gradients + position * gradients_.matrix_stride + filter,
                  std::min(kColumns, totals_stride_ - filter),
                  totals + position * x_.channels * totals_stride_ + filter);
      }
    });
  }

  void add_panel(std::int64_t tiles, const float* inputs, const float* gradients, std::int64_t columns,
                 double* totals) const {
    const std::int64_t slivers = ceil_div(x_.channels, kRows);
    for (std::int64_t sliver = 0; sliver < slivers; ++sliver) {
      const std::int64_t channel = x_.channels * sliver / slivers, end = x_.channels * (sliver + 1) / slivers;
      alignas(64) float sums[kRows * kColumns];
      MicroKernels<float>::run(end - channel, columns / kLanes,
                               {.k = tiles,
                                .chain = kExactChain,
                                .a = inputs + channel,
                                .a_row_stride = 1,
                                .a_column_stride = inputs_.row_stride,
                                .b = gradients,
                                .b_row_stride = gradients_.row_stride,
                                .y = sums,
                                .y_row_stride = kColumns,
                                .accumulate = false,
                                .prefetch = false});
      for (std::int64_t row = 0; row < end - channel; ++row) {
        double* const to = totals + (channel + row) * totals_stride_;
        INDEPENDENT
        for (std::int64_t j = 0; j < columns; ++j) to[j] += static_cast<double>(sums[row * kColumns + j]);
      }
    }
  }

  void transform_totals(const double* totals) const {
    using V64 = ProductVector<double>;
    const std::int64_t vectors = ceil_div(grad_.channels, V64::kLanes);
    parallel_for(
        x_.channels * vectors, kCostlyGrain / kFilterNumel, [&](std::int64_t begin, std::int64_t end) {
          for (std::int64_t i = begin; i < end; ++i) {
            const std::int64_t channel = i / vectors, filter = i % vectors * V64::kLanes;
            const double* const from = totals + channel * totals_stride_ + filter;
            double taps[kFilterNumel][V64::kLanes];
            transform_tile<V64>(
                TransformFilterGradient{},
                [&](std::int64_t row, std::int64_t column) INLINE_LAMBDA {
                  return V64::load(from + (row * kInputs + column) * x_.channels * totals_stride_);
                },
                [&](std::int64_t row, std::int64_t column, V64 element)
                    INLINE_LAMBDA { element.store(taps[row * kTaps + column]); });
            for (std::int64_t lane = 0; lane < std::min(V64::kLanes, grad_.channels - filter); ++lane) {
              float* const to = dw_ + ((filter + lane) * x_.channels + channel) * kFilterNumel;
              for (std::int64_t tap = 0; tap < kFilterNumel; ++tap)
                to[tap] = static_cast<float>(taps[tap][lane]);
            }
          }
        });
  }

  Images<const float> grad_, x_;
  Pair padding_;
  float* dw_;
  TileGrid grid_{grad_};
  /// The L1 cache holds a panel of their gradients, and as many inputs.
  std::int64_t block_tiles_ = std::min(grid_.numel, 4 * kExactChain);
  TransformedTiles inputs_{block_tiles_, x_.channels}, gradients_{block_tiles_, grad_.channels};
  std::int64_t totals_stride_ = round_up(grad_.channels, kLanes);
};

/// Calls f(part) for each group, where part(x, axis) is the group's part of an axis.
template <class F>
void for_each_group(std::int64_t groups, const F& f) {
  for (std::int64_t group = 0; group < groups; ++group) {
    f([&](const Tensor& x, int axis) {
      if (groups == 1 || !x.defined()) return x;
      const std::int64_t length = x.shape()[axis] / groups;
      return slice(x, axis, group * length, (group + 1) * length);
    });
  }
}

template <class V>
void convolve(const Tensor& x, const Tensor& weight, const Tensor& bias, const Conv2dOptions& options,
              const Tensor& y) {
  for_each_group(options.groups, [&](const auto& part) {
    const Tensor group_bias = part(bias, 0);
    Tensor group_y = part(y, 1);
    Convolution<V>(images_of(part(x, 1)), Filters::forward(part(weight, 0)),
                   bias.defined() ? group_bias.template data<float>() : nullptr, options.padding,
                   {group_y, group_y.template data<float>()})
        .run();
  });
}

template <class V>
void differentiate_input(const Tensor& grad, const Tensor& weight, const Conv2dOptions& options,
                         const Tensor& dx) {
  const Pair padding{kTaps - 1 - options.padding.height, kTaps - 1 - options.padding.width};
  for_each_group(options.groups, [&](const auto& part) {
    Tensor group_dx = part(dx, 1);
    Convolution<V>(images_of(part(grad, 1)), Filters::backward(part(weight, 0)), nullptr, padding,
                   {group_dx, group_dx.template data<float>()})
        .run();
  });
}

template <class V>
void differentiate_weight(const Tensor& grad, const Tensor& x, const Conv2dOptions& options,
                          const Tensor& dw) {
  for_each_group(options.groups, [&](const auto& part) {
    Tensor group_dw = part(dw, 0);
    WeightGradient<V>(images_of(part(grad, 1)), images_of(part(x, 1)), options.padding,
                      group_dw.template data<float>())
        .run();
  });
}

/// Calls f<Vector<float>>() where there are Vectors.
/// @return  whether there are
template <class F>
bool with_vectors(const F& f) {
  if constexpr (kHasVectors) f.template operator()<Vector<float>>();
  return kHasVectors;
}

}  // namespace
}  // namespace winograd

bool winograd_conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Conv2dOptions& options,
                     Tensor& y) {
  return is_winograd_convolution(x, weight, options, y) &&
         winograd::with_vectors([&]<class V>() { winograd::convolve<V>(x, weight, bias, options, y); });
}

bool winograd_conv2d_input_gradient(const Tensor& grad, const Tensor& weight, const Conv2dOptions& options,
                                    Tensor& dx) {
  return is_winograd_convolution(dx, weight, options, grad) && winograd::with_vectors([&]<class V>() {
           winograd::differentiate_input<V>(grad, weight, options, dx);
         });
}

bool winograd_conv2d_weight_gradient(const Tensor& grad, const Tensor& x, const Conv2dOptions& options,
                                     Tensor& dw) {
  return is_winograd_convolution(x, dw, options, grad) &&
         winograd::with_vectors([&]<class V>() { winograd::differentiate_weight<V>(grad, x, options, dw); });
}

}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
